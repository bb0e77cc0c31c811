"""For each obstacle on a node, what would take it away: a change of the pod, or of the cluster."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.device_kind import is_for_machines
from clusterwright.tools.gpu.fit import changed_pod
from clusterwright.tools.gpu.fit.caveats import reserved
from clusterwright.tools.gpu.fit.changed_pod import Change
from clusterwright.tools.gpu.fit.filters import units
from clusterwright.tools.gpu.fit.node_info import PODS, NodeInfo, requests
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.gpu.hardware import products
from clusterwright.tools.gpu.hardware.mig_profiles import profile_of
from clusterwright.tools.gpu.hardware.placement import how_many
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.gpu.workload import WORKLOAD, wanted
from clusterwright.tools.kubernetes.analyzers.node_match import repelling, selects
from clusterwright.tools.manifest import Manifest, items, strings, text

_WHOLE = "nvidia.com/gpu"
_OF_CONDITIONS = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
"""Taints that the control plane puts on a node for its conditions, and takes away with them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    say: str
    weight: int
    """How much it takes: a toleration 1, another amount or label 2, a repair of the node 6."""
    change: Change | None = None
    """What it makes of the pod; None for a change of the node, or of other pods."""


def steps(
    pod: Manifest, node: NodeInfo, obstacle: Rejection, elsewhere: Collection[str] = ()
) -> Sequence[Sequence[Step]]:
    """Return the ways around one obstacle, the least first; none where nothing is to be advised."""
    if obstacle.plugin is Plugin.NODE_RESOURCES_FIT:
        return _resources(pod, node, elsewhere)
    find = _STEPS.get(obstacle.plugin)
    found: Sequence[Step] = find(pod, node, obstacle) if find else ()
    return [found] if found else []


def _cordon(_pod: Manifest, _node: NodeInfo, _obstacle: Rejection) -> Sequence[Step]:
    return [Step("uncordon it, if it was not cordoned for a reason", 3)]


def _ports(_pod: Manifest, _node: NodeInfo, _obstacle: Rejection) -> Sequence[Step]:
    change = changed_pod.without_host_ports
    return [Step("do without the host port, or take another", 3, change)]


def _spread(_pod: Manifest, _node: NodeInfo, _obstacle: Rejection) -> Sequence[Step]:
    change = changed_pod.without_spread
    return [Step("prefer the topology spread, do not require it", 4, change)]


def _neighbours(_pod: Manifest, _node: NodeInfo, obstacle: Rejection) -> Sequence[Step]:
    if "existing pods" in obstacle.reasons[0]:
        return []
    which = "podAntiAffinity" if "anti-" in obstacle.reasons[0] else "podAffinity"
    say = f"prefer the {which}, do not require it"
    return [Step(say, 4, changed_pod.unbound_from(which))]


def _taints(pod: Manifest, node: NodeInfo, _obstacle: Rejection) -> Sequence[Step]:
    found: list[Step] = []
    for taint in items(node.manifest, "spec", "taints"):
        for spelled in repelling(pod, {"spec": {"taints": [taint]}}):
            if text(taint, "key").startswith(_OF_CONDITIONS):
                found.append(Step(f"bring it back into service: it has {spelled}", 6))
            else:
                found.append(Step(f"tolerate {spelled}", 1, changed_pod.tolerating([taint])))
    return found


def _labels(pod: Manifest, node: NodeInfo, _obstacle: Rejection) -> Sequence[Step]:
    found: list[Step] = []
    for key, value in strings(pod, "spec", "nodeSelector").items():
        have = node.labels.get(key)
        if have is None:
            change = changed_pod.selecting(key, None)
            found.append(Step(f"do not select {key}={value}", 3, change))
        elif have != value:
            change = changed_pod.selecting(key, have)
            found.append(Step(f"select {key}={have}, not {value}", 2, change))
    if not selects(changed_pod.selecting_nothing(pod), node.manifest):
        change = changed_pod.unbound_from("nodeAffinity")
        found.append(Step("loosen the required node affinity", 4, change))
    return found


_STEPS: Mapping[Plugin, Callable[[Manifest, NodeInfo, Rejection], Sequence[Step]]] = {
    Plugin.NODE_UNSCHEDULABLE: _cordon,
    Plugin.TAINT_TOLERATION: _taints,
    Plugin.NODE_AFFINITY: _labels,
    Plugin.NODE_PORTS: _ports,
    Plugin.POD_TOPOLOGY_SPREAD: _spread,
    Plugin.INTER_POD_AFFINITY: _neighbours,
}


def _resources(
    pod: Manifest, node: NodeInfo, elsewhere: Collection[str]
) -> Sequence[Sequence[Step]]:
    """Return how to ask for what is there, and how to make room for what is asked."""
    ask: list[Step] | None = []
    room: list[Step] | None = []
    for resource, amount in requests(pod).items():
        if not amount or amount <= node.free(resource) or resource in elsewhere:
            continue
        less = _less(resource, amount, node)
        ask = [*ask, less] if ask is not None and less else None
        more = _room(resource, amount, node)
        room = [*room, more] if room is not None and more else None
    return [one for one in (ask, room) if one]


def _less(resource: str, amount: int, node: NodeInfo) -> Step | None:
    free = node.free(resource)
    if resource == PODS:
        return None
    if free > 0:
        say = f"ask for {units(free, resource)} {resource}, not {units(amount, resource)}"
        return Step(say, 2, changed_pod.asking(resource, free))
    if node.allocatable.get(resource, 0) or not vendor_of(resource):
        return None
    other = alternative(resource, amount, node)
    if not other:
        return None
    say = f"ask for {other}, not {resource}"
    weight = 2 if vendor_of(other) == vendor_of(resource) else 4
    return Step(say, weight, changed_pod.asking(other, amount, instead_of=resource))


def alternative(resource: str, amount: int, node: NodeInfo) -> str:
    """Return another accelerator of which a node has as many free, of the same vendor first."""
    free = [
        one
        for one in node.allocatable
        if one != resource
        and vendor_of(one)
        and node.free(one) >= amount
        # A container has no use for a machine's device, nor a machine for a container's.
        and is_for_machines(one) == is_for_machines(resource)
    ]
    return min(free, key=lambda one: (vendor_of(one) != vendor_of(resource), one), default="")


def _room(resource: str, amount: int, node: NodeInfo) -> Step | None:
    if not node.allocatable.get(resource, 0):
        return _set_up(resource, node) or _split(resource, amount, node)
    if amount > node.allocatable[resource]:
        return None
    if resource == PODS:
        return Step("move a pod away: it runs as many as it may", 4)
    short = amount - max(0, node.free(resource))
    return Step(f"free {units(short, resource)} {resource} there", 3)


def _set_up(resource: str, node: NodeInfo) -> Step | None:
    """Return how a node's GPUs would be for who asks so, where they are for something else."""
    if not reserved(resource, node):
        return None
    say = f"set its GPUs up for it: label {WORKLOAD}={wanted(resource)} (gpu_plan_change)"
    return Step(say, 6)


def _split(resource: str, amount: int, node: NodeInfo) -> Step | None:
    """Return how MIG would make a resource of what is free on a node, if its GPUs can be split so.

    Which GPU it would be is known on the node only; a layout goes for all GPUs that are listed.
    """
    product = products.find(node.labels.get("nvidia.com/gpu.product", ""))
    geometry = product.geometry if product else None
    if geometry is None or node.labels.get("nvidia.com/mig.capable") == "false":
        return None
    profile = profile_of(resource)
    whole = node.free(_WHOLE)
    if profile is not None and whole > 0:
        each = how_many(geometry, profile)
        gpus = -(-amount // each) if each else whole + 1
        if gpus > whole:
            return None
        say = f"split {gpus} of its {whole} free GPUs by MIG into {profile} (gpu_plan_change)"
        return Step(say, 4)
    split = [one for one in node.allocatable if profile_of(one) and node.allocatable[one]]
    if resource == _WHOLE and split and not any(node.taken.get(one, 0) for one in split):
        return Step("turn MIG off there: no pod has any of its parts (gpu_plan_change)", 4)
    return None
