"""Pods that request more than any node that may take them has, or has left."""

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.capacity import Amounts, Nodes, requested
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.node_match import repelling
from clusterwright.tools.quantity import spelled

CODE = "pod/insufficient-resource"


def insufficient(case: Case, nodes: Nodes, message: str) -> Finding | None:
    """Return a finding when a resource keeps the pod from every node that it may run on."""
    # A node that never reported has nothing at all, which is no question of how much.
    fitting = [node for node in nodes.fitting(case.pod) if nodes.allocatable(node)]
    if not fitting:
        return None
    asked = requested(case.pod)
    open_nodes = [node for node in fitting if not repelling(case.pod, node)]
    for resource, amount in sorted(asked.items(), key=lambda pair: "/" not in pair[0]):
        most = _most([nodes.allocatable(node) for node in open_nodes or fitting], resource)
        if amount > most:
            has = (
                f"the most that a node has is {spelled(most, resource)}" if most else "none has it"
            )
            sentence = f"No node can offer {resource}: {spelled(amount, resource)}; {has}"
            fix = f"Request at most {spelled(most, resource)} {resource}, or add a node with more."
            if not most:
                fix = f"Add a node that has {resource}, or do not request it."
            return _finding(case, resource, amount, sentence, fix, message)
    if case.snapshot.namespace:
        return _in_namespace(case, asked, message)
    free = [nodes.free(node) for node in open_nodes]
    for resource, amount in sorted(asked.items(), key=lambda pair: "/" not in pair[0]):
        if free and amount > (most := _most(free, resource)):
            if resource == "pods":
                sentence = "Every node that fits runs as many pods as it may"
                fix = "Add a node, or let the kubelets run more pods (maxPods)."
                return _finding(case, resource, amount, sentence, fix, message)
            left = spelled(max(most, 0), resource)
            sentence = (
                f"{resource}: {spelled(amount, resource)} is free on no node that fits;"
                f" the most free is {left}"
            )
            less = f", or request at most {left}" if most > 0 else ""
            fix = f"Free {resource} on a node, or add a node{less}."
            return _finding(case, resource, amount, sentence, fix, message)
    return None


def _in_namespace(case: Case, asked: Amounts, message: str) -> Finding | None:
    """Return what the scheduler lacks, where the pods of other namespaces were not read."""
    for resource, amount in asked.items():
        if f"insufficient {resource}" in message.lower():
            sentence = f"{resource}: {spelled(amount, resource)} is free on no node that fits"
            fix = f"Free {resource} on a node, add a node, or request less."
            return _finding(case, resource, amount, sentence, fix, message)
    return None


def _most(amounts: list[Amounts], resource: str) -> float:
    return max((one.get(resource, 0) for one in amounts), default=0)


def _finding(
    case: Case, resource: str, amount: float, sentence: str, fix: str, message: str
) -> Finding:
    said = case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message)
    path = f"$.spec.containers[*].resources.requests['{resource}']"
    own = [] if resource == "pods" else [case.field(path, spelled(amount, resource))]
    evidence = (*own, said)
    return case.finding(CODE, sentence, evidence, fixes=(fix,))
