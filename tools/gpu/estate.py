"""What is known of a cluster's accelerators at one moment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.gpu.node import GpuNode, taint_keys, vendor_of_node
from clusterwright.tools.gpu.operands import OWNERS, Operand
from clusterwright.tools.gpu.ownership import USUAL, Counted, Ownership, told_apart
from clusterwright.tools.gpu.vendor import Vendor, accelerators, counted, vendor_of
from clusterwright.tools.gpu.workload import CONTAINER, by_config, by_policy, selecting, told_by
from clusterwright.tools.kubernetes.analyzers.capacity import (
    Amounts,
    Nodes,
    finished,
    requested,
)
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CLUSTER_POLICY = "ClusterPolicy.nvidia.com"
NVIDIA_DRIVER = "NVIDIADriver.nvidia.com"
GPU_CLUSTER = "GPUCluster.nvidia.com"
DEVICE_CONFIG = "DeviceConfig.amd.com"
_MAKERS = {
    "gpu.nvidia.com": Vendor.NVIDIA,
    "gpu.amd.com": Vendor.AMD,
    "gpu.intel.com": Vendor.INTEL,
}
DRIVERS = frozenset(_MAKERS)
"""DRA drivers of accelerators; `compute-domain.nvidia.com` brings channels, no devices."""
SIMULATED = "sandbox.clusterwright.io/simulated"
"""Annotation of the sandbox on what is not what it says."""


@dataclass(frozen=True)
class Estate(Snapshot):
    """A Snapshot of nodes, pods, operands, operators' objects, DRA and queues.

    It holds every Pod of the cluster, in whichever namespace one asked, unless coverage says
    otherwise: what is free on a node is a matter of all of them.
    """

    usual: frozenset[str] = USUAL
    """Namespaces in which only administrators write, and may have put operands."""

    @cached_property
    def nodes(self) -> Sequence[GpuNode]:
        """The nodes with accelerators, by name."""
        found = (self._node(one) for one in self.of_kind("Node"))
        return sorted((one for one in found if one), key=lambda one: name_of(one.manifest))

    def node(self, name: str) -> GpuNode | None:
        """Return a node with accelerators; None for another one, or none at all."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, GpuNode]:
        return {name_of(one.manifest): one for one in self.nodes}

    @cached_property
    def amounts(self) -> Nodes:
        """What nodes have, and have left, of every resource."""
        return Nodes(self)

    @cached_property
    def ownership(self) -> Ownership:
        """Which DaemonSets count as operands, and which only pass for them."""
        kinds = (kind for each in OWNERS.values() for kind in sorted(each))
        owners = [one for kind in kinds for one in self.of_kind(kind)]
        return told_apart(self.of_kind("DaemonSet"), owners, self.home, self.usual)

    @cached_property
    def operands(self) -> Mapping[Ref, Operand]:
        """The DaemonSets that count as operands, the operators' own first, and which each is."""
        return {Ref.of(one.daemonset): one.operand for one in self.ownership.counted}

    @cached_property
    def daemonsets(self) -> Mapping[tuple[Vendor, str], Sequence[Manifest]]:
        """Those DaemonSets by operand, of which a driver may have several."""
        found: dict[tuple[Vendor, str], list[Manifest]] = defaultdict(list)
        for one in self.ownership.counted:
            found[one.operand.vendor, one.operand.name].append(one.daemonset)
        return dict(found)

    def claimed(self, vendor: Vendor, operand: str) -> Sequence[Manifest]:
        """Return the DaemonSets that pass for an operand, and of which it is not known."""
        return self._claimed.get((vendor, operand), ())

    @cached_property
    def _claimed(self) -> Mapping[tuple[Vendor, str], Sequence[Manifest]]:
        found: dict[tuple[Vendor, str], list[Manifest]] = defaultdict(list)
        for one, made in self.ownership.claimed:
            found[made.vendor, made.name].append(one)
        return dict(found)

    @cached_property
    def home(self) -> str:
        """The namespace that the ClusterPolicy names as its operator's; empty if it does not."""
        return text(self.policy, "status", "namespace")

    def is_home(self, namespace: str) -> bool:
        """Return whether an operator may be in a namespace: where its operands are, if they are."""
        return not self._homes or namespace in self._homes or namespace in self.usual

    @cached_property
    def _homes(self) -> set[str]:
        operands = {ref.namespace for ref in self.operands} | ({self.home} - {""})
        return operands.union(map(namespace_of, self.of_kind(DEVICE_CONFIG)))

    def slices_of(self, node: GpuNode) -> Sequence[Manifest]:
        """Return the ResourceSlices of a node's accelerators.

        Those of a pool that is not bound to one node (`nodeSelector`, `allNodes`) are nobody's.
        """
        return self._slices.get(name_of(node.manifest), ())

    def operand_pods(self, node: str) -> Mapping[str, Manifest]:
        """Return a node's pods of operands, by the operand's name."""
        return self._operand_pods.get(node, {})

    @cached_property
    def cluster_policies(self) -> Sequence[Manifest]:
        """NVIDIA's ClusterPolicies, the oldest first: it alone counts."""
        return sorted(self.of_kind(CLUSTER_POLICY), key=_oldest)

    @cached_property
    def policy(self) -> Manifest:
        """The ClusterPolicy that its operator goes by; empty where there is none."""
        every = self.cluster_policies
        heeded = (one for one in every if text(one, "status", "state") != "ignored")
        return next(heeded, every[0] if every else {})

    def unread(self, kind: str) -> bool:
        """Return whether a kind is served here, and could not be read."""
        return any(gap.what == kind for gap in self.coverage.gaps)

    @cached_property
    def waiting(self) -> Sequence[Manifest]:
        """Pods that ask for accelerators or by claims, and have no node yet."""
        return [
            pod
            for pod in self.of_kind("Pod")
            if not text(pod, "spec", "nodeName")
            and not finished(pod)
            and (asked_of(pod) or items(pod, "spec", "resourceClaims"))
        ]

    def using(self, node: str) -> Sequence[Manifest]:
        """Return the pods of a node that have accelerators."""
        return [pod for pod, _ in self._given.get(node, ())]

    def _node(self, manifest: Manifest) -> GpuNode | None:
        capacity = counted(manifest, "capacity")
        slices = self._slices.get(name_of(manifest), ())
        published = _MAKERS[text(slices[0], "spec", "driver")] if slices else None
        vendor = vendor_of_node(labels_of(manifest), capacity, taint_keys(manifest))
        if vendor is None and published is None:
            return None
        given: Amounts = defaultdict(float)
        for _, asked in self._given.get(name_of(manifest), ()):
            for key, amount in asked.items():
                given[key] += amount
        return GpuNode(
            manifest,
            capacity,
            counted(manifest, "allocatable"),
            accelerators(given),
            strings(manifest, "metadata", "annotations").get(SIMULATED, ""),
            published,
            self._workload(vendor or published, labels_of(manifest), capacity),
        )

    def _workload(
        self, vendor: Vendor | None, labels: Mapping[str, str], capacity: Mapping[str, int]
    ) -> str:
        """Return what a node's devices are for, as their operator decides."""
        if vendor is Vendor.AMD:
            configs = self.of_kind(DEVICE_CONFIG)
            return by_config(selecting(configs, labels) or {}, labels)
        if vendor is Vendor.NVIDIA:
            return by_policy(self.policy, labels) if self.policy else told_by(labels, capacity)
        return CONTAINER

    @cached_property
    def _given(self) -> Mapping[str, Sequence[tuple[Manifest, Mapping[str, int]]]]:
        """Pods that have accelerators, and which, by node."""
        found: dict[str, list[tuple[Manifest, Mapping[str, int]]]] = defaultdict(list)
        for pod in self.of_kind("Pod"):
            node = text(pod, "spec", "nodeName")
            if node and (asked := asked_of(pod)) and not finished(pod):
                found[node].append((pod, asked))
        return dict(found)

    @cached_property
    def _slices(self) -> Mapping[str, Sequence[Manifest]]:
        found: dict[str, list[Manifest]] = defaultdict(list)
        for one in self.of_kind("ResourceSlice"):
            if text(one, "spec", "driver") in DRIVERS:
                found[text(one, "spec", "nodeName")].append(one)
        return dict(found)

    @cached_property
    def _operand_pods(self) -> Mapping[str, Mapping[str, Manifest]]:
        best: dict[tuple[str, str], tuple[tuple[int, ...], Manifest]] = {}
        for one in self.ownership.counted:
            for node, pod in self._pods_of(one).items():
                rank = self._rank(one, node, pod)
                key = (node, one.operand.name)
                if key not in best or rank < best[key][0]:
                    best[key] = (rank, pod)
        found: dict[str, dict[str, Manifest]] = defaultdict(dict)
        for (node, name), (_, pod) in best.items():
            found[node][name] = pod
        return dict(found)

    def _pods_of(self, one: Counted) -> Mapping[str, Manifest]:
        """Return the pods of a DaemonSet by node: while one is replaced, the one that stays."""
        pods = sorted(self.children(Ref.of(one.daemonset)), key=_stays)
        return {text(pod, "spec", "nodeName"): pod for pod in pods}

    def _rank(self, one: Counted, node: str, pod: Manifest) -> tuple[int, ...]:
        """Return how well a pod stands for an operand on a node, the best first.

        Of the node's vendor, by the operator's own before others; of two such that stay, the one
        that is not ready, whose fault the other must not hide.
        """
        known = self.node(node)
        foreign = known is not None and known.vendor is not one.operand.vendor
        ready = text(condition(pod, "Ready"), "status") == "True"
        here, at_work = _stays(pod)
        return foreign, one.standing, not here, not at_work, ready


def asked_of(pod: Manifest) -> Mapping[str, int]:
    """Return the devices that a pod asks for, by resource."""
    if not any(_resources(pod)):  # most pods of a cluster, which cost nothing more than this
        return {}
    return {key: n for key, n in accelerators(requested(pod)).items() if n}


def _resources(pod: Manifest) -> Iterator[bool]:
    """Yield for each resource that a pod speaks of whether it counts accelerators."""
    askers = (*items(pod, "spec", "containers"), *items(pod, "spec", "initContainers"))
    for asker in (*askers, mapping(pod, "spec")):
        resources = mapping(asker, "resources")
        for key in (*mapping(resources, "limits"), *mapping(resources, "requests")):
            yield vendor_of(key) is not None


def estate_of(snapshot: Snapshot) -> Estate:
    """Return the estate that analyzers were handed, or one made of another Snapshot."""
    if isinstance(snapshot, Estate):
        return snapshot
    return Estate(
        snapshot.cluster, snapshot.now, snapshot.objects, snapshot.coverage, snapshot.namespace
    )


def _stays(pod: Manifest) -> tuple[bool, bool]:
    return not text(pod, "metadata", "deletionTimestamp"), not finished(pod)


def _oldest(one: Manifest) -> tuple[str, str]:
    return text(one, "metadata", "creationTimestamp"), name_of(one)
