"""Pods that ask for a node label which no node has."""

import re
from collections.abc import Sequence

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.node_match import affinity_terms, unmet
from clusterwright.tools.manifest import Manifest, strings, text, texts

CODE = "pod/node-selector-unmatched"

_SHOWN = 3
_AFFINITY = (
    "$.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    ".nodeSelectorTerms[*].matchExpressions"
)
_OF_POOLS = re.compile(
    r"karpenter\.|eks\.amazonaws\.com/|cloud\.google\.com/gke-|kubernetes\.azure\.com/|agentpool$"
    r"|node-role\.kubernetes\.io/|node\.kubernetes\.io/instance-type|topology\.kubernetes\.io/"
    r"|kubernetes\.io/(?:arch|os|hostname)$"
)
"""Labels that come with a node from whoever makes it; nobody else should put them on one."""


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
        if text(expression, "operator") == "In":
            key, values = text(expression, "key"), texts(expression, "values")
            path = f"{_AFFINITY}[?(@.key=='{key}')].values[*]"
            return _finding(case, known, key, values or [""], path, message)
        if expression:
            return _excluded(case, known, expression, message)
    asked = ", ".join(f"{k}={v}" for k, v in selector.items())
    whole = " and its required node affinity" if asked else "its required node affinity"
    evidence = (
        *([case.field("$.spec.nodeSelector", asked)] if asked else []),
        case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),
    )
    fix = "Label a node with all that the pod selects, or select less."
    sentence = "No node has all that the pod selects: " + asked
    if affinity_terms(case.pod):
        sentence += whole
    return case.finding(CODE, sentence, evidence, fixes=(fix,))


def _excluded(case: Case, known: Nodes, expression: Manifest, message: str) -> Finding:
    """Return a finding for an expression that says what nodes must not have, or more than a value.

    Its operators are NotIn, Exists, DoesNotExist, Gt and Lt.
    """
    key, operator = text(expression, "key"), text(expression, "operator")
    asked = " ".join([key, operator, ", ".join(texts(expression, "values"))]).strip()
    have = sorted({labels[key] for labels in known.labels if key in labels})
    hint = f"nodes have {', '.join(have[:_SHOWN])}" if have else "no node has that label"
    evidence = (
        case.field(f"{_AFFINITY}[?(@.key=='{key}')]", asked),
        case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),
    )
    fix = f"Correct the node affinity {asked}, or add a node that meets it."
    return case.finding(CODE, f"No node meets {asked}; {hint}", evidence, fixes=(fix,))


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
    other = "add such a node" if _OF_POOLS.match(key) else "label the nodes that are meant"
    what = "affinity" if path.startswith(_AFFINITY) else "selector"
    fix = f"Correct the node {what} {asked}, or {other}."
    return case.finding(CODE, sentence, evidence, fixes=(fix,))


def _hint(key: str, value: str, nodes: Sequence[dict[str, str]]) -> str:
    """Return what nodes have instead: the values of that label, or a label of a similar name."""
    values = sorted({labels[key] for labels in nodes if key in labels})
    if values:
        near = nearest(value, values)
        return f"nodes have {near or ', '.join(values[:_SHOWN])}"
    near = nearest(key, {known for labels in nodes for known in labels})
    return f"nodes have {near}" if near else ""
