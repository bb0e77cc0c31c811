"""Pods that wait for network devices beside GPUs: RDMA or SR-IOV, where GPUs would be free.

Sources: k8snetworkplumbingwg/sriov-network-operator, api/v1 (SriovNetworkNodeState is called as its
node); Mellanox/network-operator, api/v1alpha1 (NicClusterPolicy).
"""

from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import FieldEvidence, Finding
from clusterwright.tools.gpu.analyzers.about import Cure, shown
from clusterwright.tools.gpu.analyzers.none_free import repaired
from clusterwright.tools.gpu.analyzers.waiting import Waiting
from clusterwright.tools.gpu.network_devices import is_network_device, network_devices_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.manifest import name_of, text
from clusterwright.tools.quotation import quoted, word

CODE = "gpu/network-device-missing"
NODE_STATE = "SriovNetworkNodeState.sriovnetwork.openshift.io"
NIC_POLICY = "NicClusterPolicy.mellanox.com"
_SHOWN = 3
_LONGEST = 120


def suspect(one: Waiting) -> Finding | None:
    """Return a finding when GPUs would be free for pods, and a network device is not."""
    wanted = network_devices_of(one.pod)
    if not wanted or repaired(one):
        return None
    nodes = [node for node in one.open if _has_gpus(node, one.asked)]
    for resource, amount in wanted.items():
        free = {node.ref.name: _amount(one, node, resource, free=True) for node in nodes}
        if nodes and max(free.values()) < amount:
            return _finding(one, resource, amount, nodes)
    return None


def _has_gpus(node: GpuNode, asked: Mapping[str, int]) -> bool:
    return bool(asked) and all(node.free.get(key, 0) >= amount for key, amount in asked.items())


def _amount(one: Waiting, node: GpuNode, resource: str, *, free: bool) -> int:
    amounts = one.estate.amounts
    found = amounts.free(node.manifest) if free else amounts.allocatable(node.manifest)
    return int(max(0, found.get(resource, 0)))


def _finding(one: Waiting, resource: str, amount: int, nodes: Sequence[GpuNode]) -> Finding:
    whole = {node.ref.name: _amount(one, node, resource, free=False) for node in nodes}
    best = max(nodes, key=lambda node: (whole[node.ref.name], node.ref.name))
    where = few([node.ref.name for node in nodes], _SHOWN)
    sentence = f"GPUs are free on {where}, and {_lacking(one, resource, amount, best)}"
    path = f"$.status.allocatable['{resource}']"
    evidence = (
        one.case.field(f"$.spec.containers[*].resources.limits['{resource}']", str(amount)),
        shown(best.manifest, path, str(whole[best.ref.name])),
        *_told(one, nodes),
    )
    return one.finding(CODE, sentence, "", *_cures(one, resource, best), evidence=evidence)


def _lacking(one: Waiting, resource: str, amount: int, best: GpuNode) -> str:
    """Return what there is of a network device on the node that has most of it."""
    name, has = best.ref.name, _amount(one, best, resource, free=False)
    if has >= amount:
        free = _amount(one, best, resource, free=True)
        return f"{free} of {has} {word(resource)} there ({name}), of which a pod asks {amount}"
    if has:
        return f"no more than {has} {word(resource)} there ({name}), of which a pod asks {amount}"
    there = _offered(one, best)
    near = nearest(resource, there)
    others = f"it offers {near or few(list(map(word, there)), _SHOWN)}" if there else ""
    return f"none offers {word(resource)}" + (f": {others} ({name})" if others else "")


def _offered(one: Waiting, node: GpuNode) -> Sequence[str]:
    amounts = one.estate.amounts.allocatable(node.manifest)
    return sorted(key for key, n in amounts.items() if n and is_network_device(key))


def _told(one: Waiting, nodes: Sequence[GpuNode]) -> Iterator[FieldEvidence]:
    """Yield what the network operators say of these nodes that is not well."""
    names = {node.ref.name for node in nodes}
    for state in one.estate.of_kind(NODE_STATE):
        said = text(state, "status", "syncStatus")
        if name_of(state) in names and said not in {"", "Succeeded"}:
            why = one_line(text(state, "status", "lastSyncError"), _LONGEST)
            value = f"{said}: {why}" if why else said
            yield shown(state, "$.status.syncStatus", value)
            break
    for policy in one.estate.of_kind(NIC_POLICY):
        said = text(policy, "status", "state")
        if said not in {"", "ready", "ignore"}:
            yield shown(policy, "$.status.state", said)
            break


def _cures(one: Waiting, resource: str, best: GpuNode) -> Iterator[Cure]:
    if _amount(one, best, resource, free=False):
        yield Cure("Wait until one ends that has them, or ask for fewer network devices a pod")
        return
    said = next(_told(one, [best]), None)
    if said is not None:
        yield Cure(f"Repair what {said.ref} says of the node: {quoted(said.value)}")
        return
    yield Cure(
        f"Have the SR-IOV or RDMA device plugin offer {word(resource)} on the GPU nodes (its"
        " DaemonSet and ConfigMap; SriovNetworkNodePolicy, NicClusterPolicy), or ask for what they"
        " offer"
    )
