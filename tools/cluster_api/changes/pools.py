"""The pools of a workload cluster and its control plane, alike with and without a topology."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.cluster_api.estate import (
    DEPLOYMENT,
    MACHINE,
    POOL,
    Estate,
    by_name,
    class_of,
    is_control_plane,
)
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import Path
from clusterwright.tools.manifest import Manifest, dig, items, labels_of, mapping, name_of, text
from clusterwright.tools.ref import Ref

CONTROL_PLANE = "control-plane"
"""How a control plane is asked for where a pool could be."""
_SHOWN = 20
TOPOLOGY: Path = ("spec", "topology")
_OF_TOPOLOGY = "topology.cluster.x-k8s.io/deployment-name", "topology.cluster.x-k8s.io/pool-name"
_LISTS = (("machineDeployments", DEPLOYMENT), ("machinePools", POOL))


@dataclass(frozen=True, slots=True)
class Pool:
    """Machines that are made alike: a MachineDeployment, a MachinePool, or the control plane."""

    name: str
    """As the topology calls it; of a cluster without one, the object's own name."""
    ref: Ref | None
    """The object; None while it is not made yet."""
    object: Manifest
    path: Path
    """Where it is in the Cluster; empty for a cluster without a topology."""
    entry: Manifest
    """What the Cluster says of it."""
    machines: tuple[Manifest, ...]

    @property
    def members(self) -> tuple[Manifest, ...]:
        """Its Machines; of a MachinePool that has none, the nodes that it tells of."""
        if self.machines or not self.is_machine_pool:
            return self.machines
        nodes = sorted({text(one, "name") for one in items(self.object, "status", "nodeRefs")})
        return tuple(
            {"metadata": {"name": one}, "status": {"nodeRef": {"name": one}}} for one in nodes
        )

    @property
    def unseen(self) -> int:
        """How many machines a MachinePool has of which nothing is told here."""
        if not self.is_machine_pool:
            return 0
        told = dig(self.object, "status", "replicas")
        there = told if isinstance(told, int) else self.replicas or 0
        return max(0, there - len(self.members))

    @property
    def count(self) -> int:
        """How many machines there are."""
        return len(self.members) + self.unseen

    @property
    def is_machine_pool(self) -> bool:
        """Whether a provider keeps its machines as a set of its own: a MachinePool."""
        made = Ref.of(self.object) if self.object else None
        return (
            made is not None and f"{made.kind}.{made.group}" == POOL
        ) or "machinePools" in self.path

    @property
    def role(self) -> str:
        """What it is called in a sentence."""
        return "the control plane" if self.name == CONTROL_PLANE else f"pool {self.name}"

    @property
    def replicas(self) -> int | None:
        """How many machines are asked for, where it is said."""
        for one in (self.entry, dig(self.object, "spec")):
            found = dig(one, "replicas")
            if isinstance(found, int) and not isinstance(found, bool):
                return found
        return None

    @property
    def cluster_class(self) -> str:
        """Its class in the ClusterClass."""
        return text(self.entry, "class")


def is_classy(cluster: Manifest) -> bool:
    """Return whether a Cluster is made from a class, so that its topology owns its parts."""
    return class_of(cluster) is not None


def control_plane_of(estate: Estate, cluster: Manifest) -> Pool:
    """Return the control plane, whose machines are few and none where it is hosted elsewhere."""
    ref, found = estate.referred(cluster, "spec", "controlPlaneRef")
    path: Path = (*TOPOLOGY, "controlPlane") if is_classy(cluster) else ()
    machines = tuple(by_name(m for m in estate.of(MACHINE, cluster) if is_control_plane(m)))
    entry = mapping(cluster, "spec", "topology", "controlPlane")
    return Pool(CONTROL_PLANE, ref, found or {}, path, entry, machines)


def pools_of(estate: Estate, cluster: Manifest) -> list[Pool]:
    """Return the worker pools, in the order of the topology, else by name."""
    return list(_of_topology(estate, cluster) if is_classy(cluster) else _bare(estate, cluster))


def pool_named(estate: Estate, cluster: Manifest, name: str) -> Pool:
    """Return a pool, or the control plane; raise NotFoundError with those there are."""
    known = [control_plane_of(estate, cluster), *pools_of(estate, cluster)]
    for one in known:
        # A control plane often has the name of its cluster, as a pool may have.
        own = one.ref.name if one.ref and one.name != CONTROL_PLANE else one.name
        if name in {one.name, own, str(one.ref)}:
            return one
    raise NotFoundError(
        f"{name_of(cluster)} has no pool {name[:120]!r}",
        hint=f"it has {few([one.name for one in known], _SHOWN)}",
    )


def _of_topology(estate: Estate, cluster: Manifest) -> Iterator[Pool]:
    for listed, kind in _LISTS:
        made = {_topology_name(one): one for one in estate.of(kind, cluster)}
        for entry in items(cluster, "spec", "topology", "workers", listed):
            name = text(entry, "name")
            path: Path = (*TOPOLOGY, "workers", listed, ("name", name))
            found = made.get(name, {})
            ref = Ref.of(found) if found else None
            yield Pool(name, ref, found, path, entry, tuple(estate.machines(found)))


def _bare(estate: Estate, cluster: Manifest) -> Iterator[Pool]:
    for _, kind in _LISTS:
        for one in by_name(estate.of(kind, cluster)):
            yield Pool(name_of(one), Ref.of(one), one, (), {}, tuple(estate.machines(one)))


def _topology_name(one: Manifest) -> str:
    return next((labels_of(one)[key] for key in _OF_TOPOLOGY if key in labels_of(one)), "")
