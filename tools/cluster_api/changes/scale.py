"""Set how many machines a pool or the control plane has, where whoever owns it will keep it."""

from dataclasses import replace
from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.cluster_api.changes.autoscaler import check_bounds
from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    PoolChange,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.going import Going, going
from clusterwright.tools.cluster_api.changes.pools import CONTROL_PLANE, Pool, pool_named
from clusterwright.tools.cluster_api.changes.standing import require_steady
from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest, mapping, text
from clusterwright.tools.trust.risk import Risk

_MANY = 20
_HOSTED = frozenset({"K0smotronControlPlane", "KamajiControlPlane"})
"""Control planes that run as pods, and keep their state in a store beside them."""
_EXTERNAL = ("spec", "kubeadmConfigSpec", "clusterConfiguration", "etcd", "external")


class Scale(PoolChange):
    """Have so many machines in a pool, or in the control plane."""

    kind: ClassVar[str] = "scale"
    replicas: int = Field(ge=0, le=10_000)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch: of the Cluster's topology, or of the pool where it has none."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        require_steady(cluster)
        pool = pool_named(estate, cluster, self.pool)
        held = self._check(pool)
        if pool.path:
            ref, before, path = self.ref, cluster, (*pool.path, "replicas")
        elif pool.ref is not None and pool.ref in scene.live:
            ref, before, path = pool.ref, scene.live[pool.ref], ("spec", "replicas")
        else:
            raise InvalidInputError(
                f"{pool.role} of {self.ref} has no object to scale",
                hint="capi_describe_cluster shows what there is",
            )
        found = patched(ref, before, cast("Manifest", put(before, path, self.replicas)))
        if found is None:
            return ()
        leave = going(pool, self.replicas, elsewhere(scene, self.ref))
        now = "" if pool.replicas is None else f"from {pool.replicas} "
        return (
            replace(
                found,
                say=f"scale {pool.role} of {self.ref} {now}to {self.replicas}",
                checks=(settled(estate, cluster, self.ref, in_turn=leave.many),),
                risks=(*self._risks(pool, leave), *leave.risks),
                notes=(*held, *leave.notes),
                rests_on=list(leave.certain),
            ),
        )

    def _check(self, pool: Pool) -> tuple[str, ...]:
        """Return what to know of who scales it too; raise RefusedError for what would not do."""
        if pool.name == CONTROL_PLANE:
            if self.replicas == 0:
                raise RefusedError(
                    "without a control plane there is no cluster",
                    hint='plan {"kind":"delete"} to give the cluster up, or pause it',
                )
            if self.replicas % 2 == 0 and _has_etcd(pool):
                raise RefusedError(
                    f"{self.ref} would have a control plane of {self.replicas} members, which etcd"
                    " needs odd",
                    hint=f"use {self.replicas - 1} or {self.replicas + 1}",
                )
            return ()
        return check_bounds(pool, self.replicas)

    def _risks(self, pool: Pool, leave: Going) -> tuple[tuple[Risk, str], ...]:
        now = pool.replicas or 0
        more = self.replicas - now
        if pool.name == CONTROL_PLANE:
            fewer = f"the control plane tolerates the loss of {(self.replicas - 1) // 2} members"
            return ((Risk.HIGH if more < 0 else Risk.MEDIUM, fewer),)
        if self.replicas == 0 and now:
            return ((Risk.HIGH, f"{pool.role} has no machine any more"),)
        if more > 0:
            risk = Risk.MEDIUM if more > _MANY else Risk.LOW
            return ((risk, f"{more} more machine{'s are' if more > 1 else ' is'} made, and cost"),)
        return () if leave.risks else ((Risk.MEDIUM, f"{-more} machines go"),)


def _has_etcd(pool: Pool) -> bool:
    """Return whether the members of a control plane are those of its etcd."""
    kind = text(pool.object, "kind")
    return kind not in _HOSTED and not mapping(pool.object, *_EXTERNAL)
