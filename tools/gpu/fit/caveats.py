"""What the scheduler does not look at: whom devices are for, and what a plugin refuses to share.

Sources: NVIDIA/k8s-device-plugin v0.18, internal/rm (a request for more than one of a shared device
fails where `failRequestsGreaterThanOne` is set, which it is with MPS unless it is set to false);
ROCm/gpu-operator, docs/kubevirt (devices for virtual machines are `amd.com/gpu`, too).
"""

from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.fit.node_info import NodeInfo, requests
from clusterwright.tools.gpu.node import replicas_of
from clusterwright.tools.gpu.vendor import Vendor, vendor_of
from clusterwright.tools.gpu.workload import CONTAINER, suits, told_by
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.quotation import word

_SHOWN = 3
Refusals = Mapping[str, bool]
"""By node, whether its device plugin refuses more than one of a shared device; absent: unknown."""


def reserved(resource: str, node: NodeInfo) -> str:
    """Return that a node's devices are for something else than who asks so; empty if not."""
    if vendor_of(resource) is not Vendor.NVIDIA:
        return ""
    workload = told_by(node.labels, node.allocatable)
    there = [one for one, n in node.allocatable.items() if n and vendor_of(one) is Vendor.NVIDIA]
    if suits(workload, resource) or (workload == CONTAINER and not there):
        return ""
    whom = "containers" if workload == CONTAINER else f"virtual machines ({word(workload)})"
    return f"its GPUs are for {whom}"


def refused(pod: Manifest, nodes: Sequence[NodeInfo], refusals: Refusals) -> Iterator[str]:
    """Yield that every node that fits refuses what is asked of a shared device."""
    for resource, amount in _shared(pod, nodes):
        if nodes and all(_shares(node, resource) and refusals.get(node.name) for node in nodes):
            yield (
                f"{amount} {resource} are more than one of a shared device, which the device plugin"
                f" of {_named(nodes)} refuses: the pod would end in UnexpectedAdmissionError. Ask"
                " for 1: more brings no more of it"
            )


def caveats(pod: Manifest, nodes: Sequence[NodeInfo], refusals: Refusals) -> Iterator[str]:
    """Yield what a pod would meet on nodes that the scheduler finds fit."""
    for resource, amount in _shared(pod, nodes):
        some = [node for node in nodes if _shares(node, resource)]
        refusing = [node for node in some if refusals.get(node.name)]
        if refusing:
            yield (
                f"the device plugin of {_named(refusing)} refuses {amount} {resource}: they are"
                " more than one of a shared device"
            )
        elif some:
            yield (
                f"{resource} of {_named(some)} are shared: {amount} bring no more time or memory"
                " than 1"
            )
    for resource in requests(pod):
        passed = [node for node in nodes if _for_machines(node, resource)]
        if passed:
            yield (
                f"{resource} of {_named(passed)} are for virtual machines: a container has no use"
                " for them"
            )


def _for_machines(node: NodeInfo, resource: str) -> bool:
    if vendor_of(resource) is not Vendor.AMD:
        return False
    return told_by(node.labels, {}) != CONTAINER and bool(node.allocatable.get(resource))


def _shared(pod: Manifest, nodes: Sequence[NodeInfo]) -> Iterator[tuple[str, int]]:
    """Yield what a pod asks more than one of, and nodes share."""
    for resource, amount in requests(pod).items():
        if amount > 1 and vendor_of(resource) and any(_shares(n, resource) for n in nodes):
            yield resource, amount


def _shares(node: NodeInfo, resource: str) -> bool:
    return bool(node.allocatable.get(resource)) and replicas_of(node.labels, resource) > 1


def _named(nodes: Sequence[NodeInfo]) -> str:
    return few([node.name for node in nodes], _SHOWN)
