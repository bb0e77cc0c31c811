"""Edges between findings about nodes and what suffers from them, or is the reason for them.

A pod that waits REQUESTS the node that would take it, were it well; an operand's DaemonSet with a
pod that is not well there USES the node; the node WAITS_FOR the workload of the pod that its first
broken stage is about; an operator's object WAITS_FOR the node of its operands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.gpu.analyzers.about import edges
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.funnel import CODES, symptoms
from clusterwright.tools.gpu.analyzers.operator_down import DOWN
from clusterwright.tools.gpu.analyzers.operator_state import acting
from clusterwright.tools.gpu.analyzers.waiting import takers, waiting
from clusterwright.tools.gpu.estate import DEVICE_CONFIG, Estate
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.kubernetes.analyzers.image import REASONS
from clusterwright.tools.kubernetes.analyzers.pod import containers, workload_of
from clusterwright.tools.manifest import condition, text
from clusterwright.tools.ref import Ref

_MOST = 40
"""Edges of one kind to one finding."""
_OWN_CAUSES = REASONS | {"OOMKilled", "CreateContainerConfigError"}
"""States of a container whose cause is an image, a limit, or a ConfigMap that is not there."""


def joins(estate: Estate, findings: Sequence[Finding]) -> Mapping[Ref, tuple[Relation, ...]]:
    """Return the edges to what findings are about, by their subjects."""
    down = [one.subject for one in findings if one.code == DOWN]
    found: dict[Ref, tuple[Relation, ...]] = {}
    for one in findings:
        if one.code in CODES and one.subject.kind == "Node":
            late = edges_from(one.subject, Edge.WAITS_FOR, down)
            made = (*_of_nodes(estate, one), *late)
            found[one.subject] = (*found.get(one.subject, ()), *made)
    return found


def edges_from(source: Ref, edge: Edge, targets: Iterable[Ref]) -> tuple[Relation, ...]:
    """Return an edge from `source` to each of `targets`."""
    return tuple(Relation(source=source, edge=edge, target=one) for one in targets)


def _of_nodes(estate: Estate, finding: Finding) -> Iterator[Relation]:
    subject = finding.subject
    refs = finding.members or (subject,)
    nodes = [node for ref in refs if (node := estate.node(ref.name))]
    waits = list(islice(_waiting(estate, nodes), _MOST))
    yield from edges(waits, Edge.REQUESTS, subject)
    pods = [*symptoms(estate, refs), *_unwell(estate, nodes)]
    workloads = dict.fromkeys(_workload(estate, pod) for pod in pods)
    yield from edges(list(workloads)[:_MOST], Edge.USES, subject)
    stage = broken(estate).get(subject)
    if stage and stage.ref and stage.ref.kind == "Pod" and _told_better(estate, stage.ref):
        yield from edges_from(subject, Edge.WAITS_FOR, [_workload(estate, stage.ref)])
    yield from edges(list(_operators(estate, nodes)), Edge.WAITS_FOR, subject)


def _waiting(estate: Estate, nodes: Sequence[GpuNode]) -> Iterator[Ref]:
    """Yield the workloads whose pods wait for a node that is broken."""
    names = frozenset(node.ref.name for node in nodes)
    for one in waiting(estate):
        if not names.isdisjoint(takers(one)):
            yield one.case.subject


def _unwell(estate: Estate, nodes: Sequence[GpuNode]) -> Iterator[Ref]:
    """Yield the pods that have devices of nodes, and are not ready."""
    for node in nodes:
        for pod in estate.using(node.ref.name):
            if condition(pod, "Ready").get("status") == "False":
                yield Ref.of(pod)


def _told_better(estate: Estate, pod: Ref) -> bool:
    """Return whether what ails a pod is a cause that Kubernetes tells by itself."""
    return any(
        text(one.waiting, "reason") in _OWN_CAUSES or text(one.terminated, "reason") in _OWN_CAUSES
        for one in containers(estate.get(pod) or {})
    )


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
