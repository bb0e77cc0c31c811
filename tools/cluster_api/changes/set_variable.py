"""Give variables of a cluster other values: an accelerator, a machine type, a region."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

from pydantic import Field

from clusterwright.tools.cluster_api.changes.affected import Affected, affected
from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    ClusterChange,
    bound_to,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.pools import (
    CONTROL_PLANE,
    TOPOLOGY,
    Pool,
    control_plane_of,
    is_classy,
    pool_named,
    pools_of,
)
from clusterwright.tools.cluster_api.changes.rollout import is_hosted, rollout, wave_of
from clusterwright.tools.cluster_api.changes.standing import require_steady
from clusterwright.tools.cluster_api.changes.variable_values import check_required, check_values
from clusterwright.tools.cluster_api.estate import Estate, class_of, estate_of
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.field_path import MISSING, Path, put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Json, Manifest, items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk


class SetVariable(ClusterChange):
    """Set variables of the cluster, or of one pool alone; null goes back to the default."""

    kind: ClassVar[str] = "set_variable"
    variables: dict[str, Any] = Field(min_length=1, max_length=40)
    pool: str | None = None

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of the topology; raise InvalidInputError for what the class refuses."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        require_steady(cluster)
        if not is_classy(cluster):
            raise InvalidInputError(
                f"{self.ref} is made without a ClusterClass, so that it has no variables",
                hint="rotate_template changes the machines of one of its pools",
            )
        pool = pool_named(estate, cluster, self.pool) if self.pool else None
        found = self._class(scene, cluster)
        check_values(found, self.variables, where=pool.role if pool else "")
        path: Path = (*pool.path, "variables", "overrides") if pool else (*TOPOLOGY, "variables")
        before = items(cluster, *_keys(path)) if not pool else _overrides(pool)
        wanted = _merged(before, self.variables)
        if pool is None:
            check_required(found, {text(one, "name"): one.get("value") for one in wanted})
        step = patched(self.ref, cluster, cast("Manifest", put(cluster, path, wanted or MISSING)))
        if step is None:
            return ()
        felt = affected(found, self.variables)
        waves = [wave_of(one) for one in self._replaced(estate, cluster, pool, felt)]
        comes = rollout(waves, elsewhere(scene, self.ref))
        risks, notes = _infrastructure(felt) if pool is None else ((), ())
        names = ", ".join(sorted(self.variables))
        return (
            replace(
                step,
                say=f"set {names} of {pool.role + ' of ' if pool else ''}{self.ref}",
                checks=(settled(estate, cluster, self.ref, in_turn=comes.turns),),
                risks=(*risks, *comes.risks),
                notes=(*notes, *_unknown(felt), *comes.notes),
                rests_on=[*bound_to(found), *(one.pool.name for one in waves)],
            ),
        )

    def _class(self, scene: Scene, cluster: Manifest) -> Manifest:
        made_of = class_of(cluster)
        found = scene.around.get(made_of) if made_of else None
        if found is None:
            raise NotFoundError(
                f"the ClusterClass {made_of} of {self.ref} is not there, or may not be read",
                hint="without it nobody knows what its variables may be: capi_list_classes",
            )
        return found

    def _replaced(
        self, estate: Estate, cluster: Manifest, only: Pool | None, felt: Affected
    ) -> Sequence[Pool]:
        """Return whose machines are replaced; a pool with an override of its own keeps them."""
        if only is not None:
            named = only.name == CONTROL_PLANE
            hit = felt.unknown or (
                felt.control_plane if named else felt.has_pool(only.cluster_class)
            )
            return (only,) if hit and not is_hosted(only) else ()
        own = control_plane_of(estate, cluster)
        hit = [own] if (felt.control_plane or felt.unknown) and not is_hosted(own) else []
        hit += [one for one in pools_of(estate, cluster) if felt.has_pool(one.cluster_class)]
        names = set(self.variables)
        return [one for one in hit if not names <= {text(v, "name") for v in _overrides(one)}]


def _keys(path: Path) -> tuple[str, ...]:
    return tuple(str(one) for one in path)


def _overrides(pool: Pool) -> list[Manifest]:
    return items(pool.entry, "variables", "overrides")


def _merged(before: Sequence[Manifest], values: dict[str, Json]) -> list[Manifest]:
    """Return a list of variables with other values; those at null go."""
    kept = [
        {**one, "value": values[name]} if (name := text(one, "name")) in values else one
        for one in before
        if values.get(text(one, "name"), "") is not None
    ]
    known = {text(one, "name") for one in before}
    fresh = [
        {"name": name, "value": value}
        for name, value in values.items()
        if name not in known and value is not None
    ]
    return [*kept, *fresh]


def _infrastructure(felt: Affected) -> tuple[tuple[tuple[Risk, str], ...], tuple[str, ...]]:
    """Return what a change of the cluster's own infrastructure means."""
    if not felt.infrastructure:
        return (), ()
    fields = ", ".join(word(one) for one in felt.infrastructure)
    return (
        ((Risk.HIGH, f"it changes the infrastructure of the whole cluster ({fields})"),),
        (
            f"it changes {fields} of the cluster's infrastructure, which a provider builds once:"
            " most refuse a region, a network or an account that changes, and the cluster has to be"
            " replaced by one that is made anew beside it",
        ),
    )


def _unknown(felt: Affected) -> tuple[str, ...]:
    if not felt.unknown:
        return ()
    return ("a runtime extension patches this class: which machines it replaces is not told",)
