"""Replace the machines of a pool, or of the control plane, by equal ones, one after the other."""

from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    PoolChange,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.pools import Pool, pool_named
from clusterwright.tools.cluster_api.changes.rollout import is_hosted, rollout, wave_of
from clusterwright.tools.cluster_api.changes.standing import require_at_rest
from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.field_path import Path, put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


class Restart(PoolChange):
    """Roll a pool over, as `clusterctl alpha rollout restart` does it."""

    kind: ClassVar[str] = "restart"
    resumes: ClassVar[bool] = False  # each time it is worked out it asks for another one

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of the time after which machines are replaced."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        require_at_rest(cluster, to="be restarted")
        pool = pool_named(estate, cluster, self.pool)
        if is_hosted(pool):
            raise InvalidInputError(
                f"the control plane of {self.ref} has no machines here",
                hint="its provider runs it, and restarts it",
            )
        self._refuse(pool)
        ref, before, path = self._place(scene, pool, cluster)
        now = scene.stamp.strftime("%Y-%m-%dT%H:%M:%SZ")
        found = patched(ref, before, cast("Manifest", put(before, path, now)))
        if found is None:
            return ()
        comes = rollout([wave_of(pool)], elsewhere(scene, self.ref))
        return (
            replace(
                found,
                say=f"replace the machines of {pool.role} of {self.ref} by equal ones",
                checks=(settled(estate, cluster, self.ref, in_turn=comes.turns),),
                risks=comes.risks,
                notes=comes.notes,
                irreversible="machines do not return",
                at_stake=Risk.LOW,
            ),
        )

    def _refuse(self, pool: Pool) -> None:
        """Raise RefusedError for a pool whose machines Cluster API does not replace by itself."""
        if pool.is_machine_pool:
            raise RefusedError(
                f"{pool.role} of {self.ref} is a MachinePool, which has no field for a restart",
                hint="its provider replaces the machines once their template changes: set_variable",
            )
        if wave_of(pool).on_delete:
            raise RefusedError(
                f"{pool.role} of {self.ref} has the strategy OnDelete: no machine is replaced by"
                " itself",
                hint="delete its machines one by one, as they may be missed",
            )

    def _place(self, scene: Scene, pool: Pool, cluster: Manifest) -> tuple[Ref, Manifest, Path]:
        """Return what is written where; the older API has it for objects only, as rolloutAfter."""
        if not pool.path:
            ref = cast("Ref", pool.ref)
            before = scene.live.get(ref, pool.object)
            old = text(before, "apiVersion").endswith("/v1beta1")
            return ref, before, ("spec", "rolloutAfter") if old else ("spec", "rollout", "after")
        if text(cluster, "apiVersion").endswith("/v1beta1"):
            raise InvalidInputError(
                "the topology of the API v1beta1 has no field for it",
                hint="set_variable rolls a pool over, if the class has a variable for that",
            )
        return self.ref, cluster, (*pool.path, "rollout", "after")
