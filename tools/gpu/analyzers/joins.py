"""Edges between findings about nodes and what suffers from them, or is the reason for them.

A pod that waits REQUESTS the node that would take it, were it well; an operand's DaemonSet with a
pod that is not well there USES the node; the node WAITS_FOR the workload of the pod that its first
broken stage is about; an operator's object WAITS_FOR the node of its operands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.gpu.analyzers.about import edges
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.funnel import CODES, symptoms
from clusterwright.tools.gpu.analyzers.operator_state import acting
from clusterwright.tools.gpu.analyzers.waiting import waiting, would_take
from clusterwright.tools.gpu.estate import DEVICE_CONFIG, Estate
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.manifest import condition, text
from clusterwright.tools.ref import Ref

_MOST = 40
"""Edges of one kind to one finding."""


def joins(estate: Estate, findings: Iterable[Finding]) -> Mapping[Ref, tuple[Relation, ...]]:
    """Return the edges to what findings are about, by their subjects."""
    found: dict[Ref, tuple[Relation, ...]] = {}
    for one in findings:
        if one.code in CODES and one.subject.kind == "Node":
            made = tuple(_of_nodes(estate, one))
            found[one.subject] = (*found.get(one.subject, ()), *made)
    return found


def _of_nodes(estate: Estate, finding: Finding) -> Iterator[Relation]:
    subject = finding.subject
    refs = finding.members or (subject,)
    nodes = [node for ref in refs if (node := estate.node(ref.name))]
    yield from edges(list(_waiting(estate, nodes)), Edge.REQUESTS, subject)
    pods = dict.fromkeys(symptoms(estate, refs))
    workloads = dict.fromkeys(_workload(estate, pod) for pod in pods)
    yield from edges(list(workloads)[:_MOST], Edge.USES, subject)
    if (stage := broken(estate).get(subject)) and stage.ref:
        if stage.ref.kind == "Pod":
            cause = _workload(estate, stage.ref)
            yield Relation(source=subject, edge=Edge.WAITS_FOR, target=cause)
        elif stage.ref.kind == "DaemonSet":
            yield Relation(source=subject, edge=Edge.WAITS_FOR, target=stage.ref)
    yield from edges(list(_operators(estate, nodes)), Edge.WAITS_FOR, subject)


def _waiting(estate: Estate, nodes: Sequence[GpuNode]) -> Iterator[Ref]:
    """Yield the workloads whose pods wait for a node that is broken, and then each pod itself."""
    for one in waiting(estate):
        if any(would_take(node, one) for node in nodes):
            yield one.case.subject


def _workload(estate: Estate, pod: Ref) -> Ref:
    manifest = estate.get(pod)
    return workload_of(estate, manifest) if manifest else pod


def _operators(estate: Estate, nodes: Sequence[GpuNode]) -> Iterator[Ref]:
    """Yield the operators' objects that are not ready while their operands on nodes are not."""
    vendors = {node.vendor for node in nodes}
    for one in acting(estate):
        ref = Ref.of(one)
        vendor = Vendor.AMD if ref.kind_key == DEVICE_CONFIG else Vendor.NVIDIA
        if vendor in vendors and (text(one, "status", "state") or condition(one, "Ready")):
            yield ref
