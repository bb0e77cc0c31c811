"""How every device of a cluster is used: those that are measured, and those that are not."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from clusterwright.tools.gpu.estate import asked_of
from clusterwright.tools.gpu.measured.device import Device, Measured
from clusterwright.tools.gpu.measured.places import Places
from clusterwright.tools.gpu.measured.state import State, state_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.kubernetes.analyzers.pod import age
from clusterwright.tools.manifest import Manifest, condition, text
from clusterwright.tools.ref import Ref

_NEW = timedelta(minutes=10)
"""In which a new node gets its driver and exporter, and a new pod its series."""


@dataclass(frozen=True, slots=True)
class Use:
    """Devices that stand alike: one that is measured, or some of a node or a pod that are not."""

    state: State
    node: str
    model: str
    count: int = 1
    pods: frozenset[Ref] = frozenset()
    device: Device | None = None
    why: str = ""


@dataclass(frozen=True)
class Uses:
    """What devices are used for, by who has them and by where they are."""

    measured: Measured
    places: Places
    seconds: float

    @cached_property
    def devices(self) -> Sequence[Use]:
        """Every device once."""
        nodes = self.places.estate.nodes
        unclear = self._unnamed_on.keys() - {one.ref.name for one in nodes if self._suffice(one)}
        found = [
            Use(
                state_of(one, self.seconds, unclear=one.key.node in unclear),
                *(one.key.node, one.model, 1),
                frozenset(one.pods),
                one,
            )
            for own in self._on.values()
            for one in own
        ]
        return [*found, *(one for node in nodes for one in self._missing(node))]

    @cached_property
    def holders(self) -> Sequence[Use]:
        """What pods have; then devices that no pod has, as far as they stand out."""
        measured = [one for one in self.devices if one.pods or one.state is State.OUTSIDE]
        return [*measured, *self._without_series()]

    @cached_property
    def _on(self) -> Mapping[str, Sequence[Device]]:
        """The devices that are measured, by node; all of one are its only pod's, if none is named.

        Exporters that do not map devices to pods tell no more than that.
        """
        found: dict[str, list[Device]] = defaultdict(list)
        for key, device in self.measured.devices.items():
            found[key.node].append(device)
        for node, devices in found.items():
            pods = self.places.estate.using(node)
            if len(pods) == 1 and not any(one.pods for one in devices):
                fills = sum(asked_of(pods[0]).values()) == len(devices)
                if fills and age(self.places.estate, pods[0]).total_seconds() > self.seconds:
                    found[node] = [replace(one, pods={Ref.of(pods[0])}) for one in devices]
        return found

    @cached_property
    def _unnamed(self) -> Mapping[Ref, Manifest]:
        """Pods with devices on nodes that are measured, which no series names."""
        named = {pod for own in self._on.values() for one in own for pod in one.pods}
        return {
            ref: pod
            for ref, pod in self.places.holders.items()
            if ref not in named and text(pod, "spec", "nodeName") in self._on
        }

    def _missing(self, node: GpuNode) -> Iterator[Use]:
        """Yield the devices that a node should have and of which there is no series."""
        there = len(self._on.get(node.ref.name, ()))
        count = expected(node) - there
        if count > 0:
            state, why = self._why(node, there)
            yield Use(state, node.ref.name, node.model, count, why=why)

    def _why(self, node: GpuNode, there: int) -> tuple[State, str]:
        if node.vendor is Vendor.INTEL:
            return State.UNMEASURED, "no exporter of Intel's devices is known here"
        if node.workload != CONTAINER:
            return State.UNMEASURED, "passed through to virtual machines, so not seen on the node"
        if age(self.places.estate, node.manifest) < _NEW:
            return State.NEW, "the node is new"
        if condition(node.manifest, "Ready").get("status") != "True":
            return State.UNMEASURED, "the node is not Ready"
        if there:
            return State.UNMEASURED, f"{there} others of the node have series"
        return State.UNMEASURED, "no device of the node has series: gpu_describe_node tells more"

    def _without_series(self) -> Iterator[Use]:
        estate = self.places.estate
        for node in estate.nodes:
            name = node.ref.name
            missing = next(self._missing(node), None)
            left = missing.count if missing else 0
            for pod in estate.using(name):
                ref, count = Ref.of(pod), sum(asked_of(pod).values())
                if name not in self._on and missing:
                    yield Use(missing.state, name, node.model, count, frozenset({ref}),
                              why=missing.why)  # fmt: skip
                    left -= count
                elif ref in self._unnamed and missing and self._suffice(node):
                    why = "as many devices of its node have no series"
                    yield Use(missing.state, name, node.model, count, frozenset({ref}), why=why)
                    left -= count
                elif ref in self._unnamed:
                    state, why = self._nameless(node, pod)
                    yield Use(state, name, node.model, count, frozenset({ref}), why=why)
            if left > 0 and missing:
                yield Use(missing.state, name, node.model, left, why=missing.why)

    @cached_property
    def _unnamed_on(self) -> Mapping[str, Sequence[Manifest]]:
        found: dict[str, list[Manifest]] = defaultdict(list)
        for pod in self._unnamed.values():
            found[text(pod, "spec", "nodeName")].append(pod)
        return found

    def _suffice(self, node: GpuNode) -> bool:
        """Return whether the devices without series are enough for the pods without any."""
        had = sum(sum(asked_of(one).values()) for one in self._unnamed_on.get(node.ref.name, ()))
        missing = next(self._missing(node), None)
        return missing is not None and 0 < had <= missing.count

    def _nameless(self, node: GpuNode, pod: Manifest) -> tuple[State, str]:
        if age(self.places.estate, pod) < _NEW:
            return State.NEW, "the pod is new"
        if node.sharing != "none":
            return State.UNTOLD, f"shared by {node.sharing}: the exporter names one pod at most"
        return State.UNNAMED, "the exporter does not map devices to pods, or names others"


def expected(node: GpuNode) -> int:
    """Return how many devices a node should have series of: parts of MIG count, shares do not."""
    shared = -(-sum(node.capacity.values()) // max(node.replicas, 1))
    split = bool(node.mig_config) and node.mig_config != "all-disabled"
    return shared if split or node.count is None else max(shared, node.count)
