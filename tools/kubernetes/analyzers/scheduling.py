"""Pods that the scheduler cannot place: one cause for each, computed from nodes and claims."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import node_labels, node_resources, node_taints
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import KINDS, age, message_of, troubled
from clusterwright.tools.kubernetes.analyzers.pod_volumes import NOT_BOUND, unbound
from clusterwright.tools.manifest import condition, text
from clusterwright.tools.snapshot import Snapshot

UNSCHEDULABLE = "pod/unschedulable"

_STARTING = timedelta(seconds=5)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    nodes = Nodes(snapshot)
    known: dict[tuple[str, str], Finding] = {}
    for pod in troubled(snapshot):
        refused = condition(pod, "PodScheduled")
        if refused.get("status") != "False" or refused.get("reason") != "Unschedulable":
            continue
        if age(snapshot, pod) < _STARTING or text(pod, "spec", "nodeName"):
            continue
        case = Case(snapshot, pod)
        owner = (snapshot.owners(pod) or [case.ref])[0]
        # Pods of one ReplicaSet ask for the same; a StatefulSet's differ in their claims.
        key = (str(owner), text(refused, "message"))
        if key not in known or owner.kind == "StatefulSet":
            known[key] = _conclude(case, nodes, message_of(refused))
        yield Suspicion(known[key].model_copy(update={"members": (case.ref,)}))


def _conclude(case: Case, nodes: Nodes, message: str) -> Finding:
    steps: tuple[Callable[[Case, Nodes, str], Finding | None], ...] = (
        unbound,
        node_labels.unmatched,
        node_resources.insufficient,
        node_taints.untolerated,
    )
    for step in steps:
        finding = step(case, nodes, message)
        if finding is not None:
            return finding
    evidence = (case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),)
    reason = message.partition(" preemption:")[0].rstrip(" .,")
    return case.finding(UNSCHEDULABLE, f"The scheduler finds no node: {reason}", evidence)


SCHEDULING = Analyzer(
    "scheduling",
    (NOT_BOUND, node_labels.CODE, node_resources.CODE, node_taints.CODE, UNSCHEDULABLE),
    (*KINDS, "Node", "PersistentVolumeClaim"),
    _detect,
    symptoms=(NOT_BOUND,),
)
