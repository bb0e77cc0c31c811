"""Upgrade a cluster to a Kubernetes version: the control plane first, then its pools."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    ClusterChange,
    bound_to,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.pools import (
    TOPOLOGY,
    Pool,
    control_plane_of,
    is_classy,
    pools_of,
)
from clusterwright.tools.cluster_api.changes.rollout import Rollout, is_hosted, rollout, wave_of
from clusterwright.tools.cluster_api.changes.standing import require_at_rest
from clusterwright.tools.cluster_api.changes.versions import spelled, too_far_behind, way
from clusterwright.tools.cluster_api.class_variables import has_hops_planned
from clusterwright.tools.cluster_api.estate import Estate, class_of, estate_of
from clusterwright.tools.cluster_api.held_pools import LISTS, held_pools
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Json, Manifest, name_of, text, texts
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_NO_WAY_BACK = "Kubernetes does not go back to an earlier version"
_POOL_VERSION = ("spec", "template", "spec", "version")
_AT_A_TIME = 5
"""Pools of a cluster without a class in one plan, which has to be read by somebody."""


class Upgrade(ClusterChange):
    """Run another version of Kubernetes."""

    kind: ClassVar[str] = "upgrade"
    version: str

    def further(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the control plane and the pools of a cluster without a topology."""
        cluster = scene.live.get(self.ref)
        if cluster is None or is_classy(cluster):
            return ()
        estate = estate_of(scene.around)
        pools = (control_plane_of(estate, cluster), *pools_of(estate, cluster))
        return tuple(one.ref for one in pools if one.ref is not None)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of a topology; else of the control plane, and once it is up, of pools.

        Raises RefusedError for a downgrade, for minors that are skipped, and while the cluster is
        in the middle of another change.
        """
        cluster = existing_cluster(scene, self.ref)
        estate, wanted = estate_of(scene.around), spelled(self.version)
        if is_classy(cluster):
            return self._of_topology(scene, estate, cluster, wanted)
        control_plane = control_plane_of(estate, cluster)
        now = text(control_plane.object, "spec", "version")
        if not now or control_plane.ref is None:
            raise InvalidInputError(
                f"{self.ref} has no control plane that Cluster API upgrades",
                hint="upgrade it where it is managed",
            )
        over = way(now, wanted, (), of=str(self.ref))
        if now != wanted:
            return self._of_control_plane(scene, estate, control_plane, over)
        return self._of_pools(scene, estate, wanted)

    def _of_topology(
        self, scene: Scene, estate: Estate, cluster: Manifest, wanted: str
    ) -> tuple[Step, ...]:
        now = text(cluster, "spec", "topology", "version")
        if now == wanted:
            return ()
        made_of = class_of(cluster)
        found = (scene.around.get(made_of) if made_of else None) or {}
        offered, planned = texts(found, "spec", "kubernetesVersions"), has_hops_planned(found)
        over = way(now, wanted, offered, of=str(self.ref), planned=planned)
        require_at_rest(cluster, to="be upgraded")
        control_plane, pools = control_plane_of(estate, cluster), pools_of(estate, cluster)
        held = {kind: held_pools(cluster, [kind]) for kind in LISTS}
        deferred = [one for one in pools if one.name in held[_list_of(one)]]
        self._check_skew(deferred, over)
        rolled = [one for one in pools if one not in deferred]
        comes = self._rollout(scene, control_plane, rolled)
        step = patched(
            self.ref, cluster, cast("Manifest", put(cluster, (*TOPOLOGY, "version"), wanted))
        )
        if step is None:
            return ()
        kept = [
            f"{one.role} keeps its version ({held[_list_of(one)][one.name]})"
            for one in deferred[:_AT_A_TIME]
        ]
        left = len(deferred) - len(kept)
        kept += [f"and so do {left} more pools"] if left else []
        notes = (*_chained(over), *_hosted(control_plane), *kept, *comes.notes)
        version = "" if deferred else wanted
        check = settled(estate, cluster, self.ref, version=version, in_turn=comes.turns * len(over))
        say = f"upgrade {self.ref} from {word(now)} to {wanted}"
        rests = [*bound_to(found), *over, *(one.name for one in deferred)]
        return (replace(self._step(step, say, check, comes, notes), rests_on=rests),)

    def _of_control_plane(
        self, scene: Scene, estate: Estate, pool: Pool, over: Sequence[str]
    ) -> tuple[Step, ...]:
        cluster, wanted = existing_cluster(scene, self.ref), over[-1]
        require_at_rest(cluster, to="be upgraded")
        ref = cast("Ref", pool.ref)
        before = scene.live.get(ref, pool.object)
        step = patched(ref, before, cast("Manifest", put(before, ("spec", "version"), wanted)))
        if step is None:
            return ()
        pools = pools_of(estate, cluster)
        self._check_skew(pools, over)
        comes = self._rollout(scene, pool, ())
        later = few([one.name for one in pools if text(one.object, *_POOL_VERSION) != wanted])
        then = (f"then plan the same upgrade once more, for {later}",) if later else ()
        check = settled(estate, cluster, self.ref, in_turn=comes.turns)
        say = f"upgrade the control plane of {self.ref} to {wanted}"
        return (self._step(step, say, check, comes, (*_hosted(pool), *comes.notes, *then)),)

    def _of_pools(self, scene: Scene, estate: Estate, wanted: str) -> tuple[Step, ...]:
        cluster = existing_cluster(scene, self.ref)
        behind = [
            one
            for one in pools_of(estate, cluster)
            if one.ref is not None and text(one.object, *_POOL_VERSION) not in {"", wanted}
        ]
        if behind:
            require_at_rest(cluster, to="have its pools upgraded")
        steps: list[Step] = []
        later = few([one.name for one in behind[_AT_A_TIME:]])
        then = (f"then plan the same upgrade once more, for {later}",) if later else ()
        for pool in behind[:_AT_A_TIME]:
            ref = cast("Ref", pool.ref)
            before = scene.live.get(ref, pool.object)
            step = patched(ref, before, cast("Manifest", put(before, _POOL_VERSION, wanted)))
            if step is None:
                continue
            comes = self._rollout(scene, None, (pool,))
            version = "" if later else wanted
            turns = comes.turns * len(behind)
            check = settled(estate, cluster, self.ref, version=version, in_turn=turns)
            say = f"upgrade {pool.role} of {self.ref} to {wanted}"
            steps.append(self._step(step, say, check, comes, (*comes.notes, *then)))
        return tuple(steps)

    def _rollout(self, scene: Scene, control_plane: Pool | None, pools: Sequence[Pool]) -> Rollout:
        first = () if control_plane is None or is_hosted(control_plane) else (control_plane,)
        waves = [wave_of(one) for one in (*first, *pools)]
        return rollout(waves, elsewhere(scene, self.ref), at_once=False)

    def _check_skew(self, pools: Sequence[Pool], over: Sequence[str]) -> None:
        """Raise RefusedError if machines that stay would be too old for the control plane."""
        for pool in pools:
            for one in pool.machines:
                version = text(one, "spec", "version")
                if too_far_behind(version, over[-1]):
                    raise RefusedError(
                        f"machine {name_of(one)} of {pool.role} runs {word(version)}, too old for a"
                        f" control plane of {over[-1]}",
                        hint=f"upgrade {pool.role} first",
                    )

    def _step(
        self, step: Step, say: str, check: Json, comes: Rollout, notes: Sequence[str]
    ) -> Step:
        return replace(
            step,
            say=say,
            checks=(check,),
            risks=comes.risks,
            notes=tuple(notes),
            irreversible=_NO_WAY_BACK,
            at_stake=Risk.HIGH,
        )


def _list_of(pool: Pool) -> str:
    """Return which list of a topology a pool is in."""
    return next(one for one in LISTS if one in pool.path)


def _chained(over: Sequence[str]) -> tuple[str, ...]:
    return (f"it goes over {' and '.join(over[:-1])}, one after the other",) if over[1:] else ()


def _hosted(pool: Pool) -> tuple[str, ...]:
    if not is_hosted(pool):
        return ()
    return (f"the control plane ({pool.ref}) has no machines here: its provider upgrades it first",)
