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
    strings,
    text,
    truth,
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
RESOURCE_SET, PROVIDER = f"ClusterResourceSet.addons.{CORE}", f"Provider.clusterctl.{CORE}"
BARE_METAL_HOST = "BareMetalHost.metal3.io"
IF_SERVED = (RESOURCE_SET, PROVIDER, BARE_METAL_HOST)
"""Kinds that not every management cluster has."""
PROVIDER_GROUPS = tuple(f"{one}.{CORE}" for one in ("infrastructure", "controlplane", "bootstrap"))
"""The groups in which providers serve their kinds, whichever these are."""
_OF_CLUSTER = f"{CORE}/cluster-name"
_CONTROL_PLANE = f"{CORE}/control-plane"
_POOL_LABELS = ((f"{CORE}/deployment-name", DEPLOYMENT), (f"{CORE}/pool-name", POOL))
PAUSED = f"{CORE}/paused"
_HOST_OF = "metal3.io/BareMetalHost"
"""The annotation in which a Metal3Machine names its host as namespace/name
(cluster-api-provider-metal3, baremetal/metal3machine_manager.go, HostAnnotation)."""


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
        if not found:
            return None, None
        api = text(found, "apiVersion") or f"{text(found, 'apiGroup')}/any"
        namespace = text(found, "namespace") or namespace_of(owner)
        ref = legal(text(found, "kind"), text(found, "name"), namespace, api)
        if ref is not None and not (text(found, "apiVersion") or text(found, "apiGroup")):
            ref = self._identity(ref, namespaced=bool(text(found, "namespace")))
        return ref, self.snapshot.get(ref) if ref else None

    def _identity(self, ref: Ref, *, namespaced: bool) -> Ref:
        """Return what a reference names that has a kind and a name alone, as to an identity.

        It is of the infrastructure's group, in the owner's namespace or in none.
        """
        here = Ref(ref.kind, ref.name, ref.namespace, PROVIDER_GROUPS[0])
        if namespaced or self.snapshot.get(here):
            return here
        return Ref(ref.kind, ref.name, "", PROVIDER_GROUPS[0])

    def lacks(self, ref: Ref) -> bool:
        """Return whether what a reference names does not exist: its kind was listed, all of it."""
        elsewhere = self.snapshot.namespace not in {"", ref.namespace}
        listed = self.snapshot.was_read(f"{ref.kind}.{ref.group}") and not elsewhere
        return listed and self.snapshot.get(ref) is None

    def parts(self, layer: Manifest) -> Sequence[Manifest]:
        """Return what a provider's object for a machine drives: a VM, a server, a host."""
        owned = self.snapshot.children(Ref.of(layer))
        named = strings(layer, "metadata", "annotations").get(_HOST_OF, "")
        namespace, _, name = named.rpartition("/")
        kind, _, group = BARE_METAL_HOST.partition(".")
        host = self.snapshot.get(Ref(kind, name, namespace, group)) if name else None
        return [*owned, *([host] if host else [])]

    def cluster_of(self, manifest: Manifest) -> Manifest | None:
        """Return the Cluster that an object belongs to."""
        name = text(manifest, "spec", "clusterName") or labels_of(manifest).get(_OF_CLUSTER, "")
        kind, _, group = CLUSTER.partition(".")
        return self.snapshot.get(Ref(kind, name, namespace_of(manifest), group)) if name else None

    def at_rest(self, manifest: Manifest) -> bool:
        """Return whether controllers leave an object alone: it, or its Cluster, is paused."""
        cluster = self.cluster_of(manifest)
        return paused(manifest) or (cluster is not None and paused(cluster))

    def machines(self, holder: Manifest) -> Sequence[Manifest]:
        """Return the Machines of a pool, of a MachineSet or of a control plane, by name."""
        return self._by_holder.get(Ref.of(holder), ())

    @cached_property
    def _by_holder(self) -> Mapping[Ref, list[Manifest]]:
        index: dict[Ref, list[Manifest]] = defaultdict(list)
        for one in by_name(self.snapshot.of_kind(MACHINE)):
            for holder in {pool_of(one), owner_of(one) or pool_of(one)}:
                index[holder].append(one)
        return dict(index)

    @cached_property
    def _by_cluster(self) -> Mapping[tuple[str, str, str], list[Manifest]]:
        index: dict[tuple[str, str, str], list[Manifest]] = defaultdict(list)
        for kind in (MACHINE, DEPLOYMENT, SET, POOL, HEALTH_CHECK):
            for one in self.snapshot.of_kind(kind):
                name = text(one, "spec", "clusterName") or labels_of(one).get(_OF_CLUSTER, "")
                index[kind, namespace_of(one), name].append(one)
        return dict(index)


def paused(manifest: Manifest) -> bool:
    """Return whether controllers were told to leave an object alone."""
    annotated = PAUSED in mapping(manifest, "metadata", "annotations")
    return truth(manifest, "spec", "paused") or annotated


def estate_of(snapshot: Snapshot) -> Estate:
    """Return the estate of a snapshot, whose indexes are made once for all who ask for it."""
    return snapshot.derived(Estate)


def is_control_plane(machine: Manifest) -> bool:
    """Return whether a Machine is of the control plane."""
    return _CONTROL_PLANE in labels_of(machine)


def pool_of(machine: Manifest) -> Ref:
    """Return the pool or control plane that makes a Machine; itself, where none does.

    The MachineSet that owns it is passed over for the MachineDeployment that a label names. The
    label of a MachinePool is a hash where its name is too long for one, so that the owner comes
    first (core/reconcilers/machinepool/machinepool_controller_phases.go, v1.14).
    """
    if text(machine, "kind") == "MachinePool":
        return Ref.of(machine)
    labels, owner = labels_of(machine), owner_of(machine)
    if owner is not None and owner.kind == "MachinePool":
        return owner
    for label, pools in _POOL_LABELS:
        if labels.get(label):
            kind, _, group = pools.partition(".")
            return Ref(kind, labels[label], namespace_of(machine), group)
    return owner or Ref.of(machine)


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
