"""All Cluster API objects of a management cluster, indexed by the Cluster they belong to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.manifest import (
    Manifest,
    labels_of,
    mapping,
    namespace_of,
    text,
)
from clusterwright.tools.ref import Ref, legal, owner_of
from clusterwright.tools.snapshot import Snapshot

CORE = "cluster.x-k8s.io"
CLUSTER, MACHINE = f"Cluster.{CORE}", f"Machine.{CORE}"
DEPLOYMENT, SET, POOL = (
    f"{kind}.{CORE}" for kind in ("MachineDeployment", "MachineSet", "MachinePool")
)
CLASS, HEALTH_CHECK = f"ClusterClass.{CORE}", f"MachineHealthCheck.{CORE}"
KINDS = (CLUSTER, MACHINE, DEPLOYMENT, SET, POOL, CLASS, HEALTH_CHECK)
PROVIDER_GROUPS = tuple(f"{one}.{CORE}" for one in ("infrastructure", "controlplane", "bootstrap"))
"""The groups in which providers serve their kinds, whichever these are."""
_OF_CLUSTER = f"{CORE}/cluster-name"
_CONTROL_PLANE = f"{CORE}/control-plane"


@dataclass(frozen=True)
class Estate:
    """What a management cluster holds, read at one moment."""

    snapshot: Snapshot

    @property
    def clusters(self) -> Sequence[Manifest]:
        """Every Cluster."""
        return self.snapshot.of_kind(CLUSTER)

    def of(self, kind: str, cluster: Manifest) -> Sequence[Manifest]:
        """Return the objects of a kind that belong to a Cluster, by `spec.clusterName`."""
        key = namespace_of(cluster), text(cluster, "metadata", "name")
        return self._by_cluster.get((kind, *key), ())

    def referred(self, owner: Manifest, *path: str) -> tuple[Ref | None, Manifest | None]:
        """Return what a reference names, and the object if it was read; both styles of reference.

        The style v1beta1 has apiVersion and namespace, v1beta2 apiGroup alone.
        """
        found = mapping(owner, *path)
        api = text(found, "apiVersion") or f"{text(found, 'apiGroup')}/any"
        namespace = text(found, "namespace") or namespace_of(owner)
        ref = legal(text(found, "kind"), text(found, "name"), namespace, api)
        return ref, self.snapshot.get(ref) if ref else None

    @cached_property
    def _by_cluster(self) -> Mapping[tuple[str, str, str], list[Manifest]]:
        index: dict[tuple[str, str, str], list[Manifest]] = defaultdict(list)
        for kind in (MACHINE, DEPLOYMENT, SET, POOL, HEALTH_CHECK):
            for one in self.snapshot.of_kind(kind):
                name = text(one, "spec", "clusterName") or labels_of(one).get(_OF_CLUSTER, "")
                index[kind, namespace_of(one), name].append(one)
        return dict(index)


def is_control_plane(machine: Manifest) -> bool:
    """Return whether a Machine is of the control plane."""
    return _CONTROL_PLANE in labels_of(machine)


def pool_of(machine: Manifest) -> Ref:
    """Return the pool or control plane that makes a Machine; itself, where none does."""
    labels = labels_of(machine)
    name = labels.get(f"{CORE}/deployment-name")
    if name:
        kind, _, group = DEPLOYMENT.partition(".")
        return Ref(kind, name, namespace_of(machine), group)
    return owner_of(machine) or Ref.of(machine)


def by_name(found: Iterable[Manifest]) -> list[Manifest]:
    """Return objects in a stable order."""
    return sorted(found, key=lambda one: text(one, "metadata", "name"))


def class_of(cluster: Manifest) -> Ref | None:
    """Return the ClusterClass that a Cluster is made from; None for one without a topology."""
    topology = ("spec", "topology")
    # The older API names the class right in the topology (api/core/v1beta1, Topology.class).
    name = text(cluster, *topology, "classRef", "name") or text(cluster, *topology, "class")
    place = text(cluster, *topology, "classRef", "namespace")
    older = text(cluster, *topology, "classNamespace")
    namespace = place or older or namespace_of(cluster)
    kind, _, group = CLASS.partition(".")
    return Ref(kind, name, namespace, group) if name else None
