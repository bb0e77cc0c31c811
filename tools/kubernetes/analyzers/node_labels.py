"""Pods that ask for a node label which no node has."""

from collections.abc import Sequence

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.node_match import affinity_terms, unmet
from clusterwright.tools.manifest import strings, text, texts

CODE = "pod/node-selector-unmatched"

_SHOWN = 3


def unmatched(case: Case, known: Nodes, message: str) -> Finding | None:
    """Return a finding when selector or affinity of the pod leave no node at all."""
    nodes = case.snapshot.of_kind("Node")
    if not nodes or known.fitting(case.pod):
        return None
    selector = strings(case.pod, "spec", "nodeSelector")
    for key, value in selector.items():
        if not any(labels.get(key) == value for labels in known.labels):
            path = f"$.spec.nodeSelector['{key}']"
            return _finding(case, known, key, [value], path, message)
    for term in affinity_terms(case.pod):
        expression = unmet(term, nodes)
        if expression:
            path = "$.spec.affinity.nodeAffinity"
            key, operator = text(expression, "key"), text(expression, "operator")
            wanted = texts(expression, "values") or [operator]
            return _finding(case, known, key, wanted, path, message)
    asked = ", ".join(f"{k}={v}" for k, v in selector.items()) or "its required node affinity"
    evidence = (
        case.field("$.spec.nodeSelector", asked),
        case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),
    )
    fix = "Label a node with all that the pod selects, or select less."
    return case.finding(
        CODE, f"No node has all that the pod selects: {asked}", evidence, fixes=(fix,)
    )


def _finding(
    case: Case, known: Nodes, key: str, wanted: Sequence[str], path: str, message: str
) -> Finding:
    asked = f"{key}={'|'.join(wanted)}"
    hint = known.remember((key, wanted[0]), lambda: _hint(key, wanted[0], known.labels))
    evidence = (
        case.field(path, "|".join(wanted)),
        case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),
    )
    sentence = f"No node has the label {asked}" + (f"; {hint}" if hint else "")
    fix = f"Correct the node selector {asked}, or label the nodes that are meant."
    return case.finding(CODE, sentence, evidence, fixes=(fix,))


def _hint(key: str, value: str, nodes: Sequence[dict[str, str]]) -> str:
    """Return what nodes have instead: the values of that label, or a label of a similar name."""
    values = sorted({labels[key] for labels in nodes if key in labels})
    if values:
        near = nearest(value, values)
        return f"nodes have {near or ', '.join(values[:_SHOWN])}"
    near = nearest(key, {known for labels in nodes for known in labels})
    return f"nodes have {near}" if near else ""
