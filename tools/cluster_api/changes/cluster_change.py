"""A change of one workload cluster: how it is named, what is read for it, and its Cluster."""

from typing import ClassVar

from pydantic import Field

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.pools import pool_named
from clusterwright.tools.cluster_api.estate import CLUSTER, KINDS, class_of, estate_of
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Check, Elsewhere, Scene
from clusterwright.tools.manifest import Json, Manifest, dig, name_of, namespace_of
from clusterwright.tools.ref import Ref, check_name, check_namespace

_PREFIXES = ("capi:", f"{CLUSTER}/")
_KIND, _, _GROUP = CLUSTER.partition(".")


class ClusterChange(Change):
    """A change of a workload cluster, which it names as namespace/name."""

    around: ClassVar[tuple[str, ...]] = KINDS
    resumes: ClassVar[bool] = True
    runs: ClassVar[bool] = True
    """Whether it matters what runs on the workload cluster."""
    name: str = Field(min_length=1)

    @property
    def ref(self) -> Ref:
        """The Cluster; raise InvalidInputError for what names none."""
        return cluster_ref(self.name)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The Cluster."""
        return (self.ref,)

    def made_of(self, scene: Scene) -> Ref | None:
        """Return the class that the cluster is, or would be, made from."""
        cluster = scene.live.get(self.ref)
        return class_of(cluster) if cluster else None

    def felt_on(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the Clusters that feel it, of which it matters what runs there."""
        return (self.ref,) if self.runs and self.ref in scene.live else ()

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the cluster is as its spec says."""
        cluster = scene.live.get(self.ref)
        return (settled(estate_of(scene.around), cluster, self.ref),) if cluster else ()

    def further(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the objects that it writes too, now that the Cluster and its parts are read."""
        del scene
        return ()


class PoolChange(ClusterChange):
    """A change of one pool of a workload cluster, or of its control plane."""

    pool: str

    def further(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the object of a pool that no topology owns."""
        cluster = scene.live.get(self.ref)
        if cluster is None:
            return ()
        pool = pool_named(estate_of(scene.around), cluster, self.pool)
        return (pool.ref,) if pool.ref and not pool.path else ()


def cluster_ref(name: str) -> Ref:
    """Return the Cluster of namespace/name, also with what other tools put before it."""
    rest = name
    for prefix in _PREFIXES:
        rest = rest.removeprefix(prefix)
    namespace, _, own = rest.partition("/")
    if not own or "/" in own:
        raise InvalidInputError(
            f"{name[:120]!r} names no workload cluster", hint="write namespace/name"
        )
    return Ref(_KIND, check_name(own), check_namespace(namespace), _GROUP)


def existing_cluster(scene: Scene, ref: Ref) -> Manifest:
    """Return the Cluster that is to change; raise NotFoundError with those there are."""
    found = scene.live.get(ref)
    if found is None:
        clusters = estate_of(scene.around).clusters
        names = ", ".join(sorted(f"{namespace_of(one)}/{name_of(one)}" for one in clusters)[:10])
        raise NotFoundError(
            f"{scene.cluster} has no workload cluster {ref.namespace}/{ref.name}",
            hint=f"that namespace has {names or 'none'}; capi_list_clusters lists all",
        )
    return found


def elsewhere(scene: Scene, ref: Ref) -> Elsewhere:
    """Return what was read of the workload cluster."""
    return scene.elsewhere.get(ref, Elsewhere(None, why_not="it was not asked"))


def bound_to(found: Manifest) -> list[Json]:
    """Return what a plan holds for of a class or a template: this one, as its spec is."""
    return [dig(found, "metadata", one) for one in ("uid", "generation")]
