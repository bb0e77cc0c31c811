"""Pods that the scheduler cannot place: one cause for each, computed from nodes and claims."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import (
    anti_affinity,
    node_labels,
    node_resources,
    node_taints,
)
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import KINDS, age, message_of, troubled
from clusterwright.tools.kubernetes.analyzers.pod_volumes import NOT_BOUND, unbound
from clusterwright.tools.manifest import condition, text
from clusterwright.tools.snapshot import Snapshot

UNSCHEDULABLE = "pod/unschedulable"

_STARTING = timedelta(seconds=5)
_AVAILABLE = re.compile(r"^0/\d+ nodes are available: ")
_PREEMPTION = re.compile(r"\.? ?preemption: |\. no new claims", re.IGNORECASE)


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
        anti_affinity.crowded,
    )
    for step in steps:
        finding = step(case, nodes, message)
        if finding is not None:
            return finding
    evidence = (case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),)
    sentence = f"The scheduler finds no node: {_reasons(message)}"
    fix = "Loosen what the pod demands, or add a node that meets it."
    return case.finding(UNSCHEDULABLE, sentence, evidence, fixes=(fix,))


def _reasons(message: str) -> str:
    """Return why nodes were ruled out, those that the pod could tolerate first.

    `0/4 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 3
    node(s) had untolerated taint(s). preemption: ...` (pkg/scheduler/framework, FitError)
    """
    reasons = _PREEMPTION.split(_AVAILABLE.sub("", message))[0].rstrip(" .,").split(", ")
    return ", ".join(sorted(reasons, key=lambda one: "taint" in one)).replace(" node(s)", "")


SCHEDULING = Analyzer(
    "scheduling",
    (
        NOT_BOUND,
        node_labels.CODE,
        node_resources.CODE,
        node_taints.CODE,
        anti_affinity.CODE,
        UNSCHEDULABLE,
    ),
    (*KINDS, "Node", "PersistentVolumeClaim"),
    _detect,
    symptoms=(NOT_BOUND,),
)
