"""Which nodes a pod may be placed on: its selector, its required affinity, its tolerations."""

from collections.abc import Sequence

from clusterwright.tools.kubernetes.label_selector import holds
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    name_of,
    strings,
    text,
    texts,
    truth,
)

CORDONED = "node.kubernetes.io/unschedulable"
KEEPING_OFF = frozenset({"NoSchedule", "NoExecute"})
"""Effects of taints that keep off what does not tolerate them, of nodes and of devices."""


def selects(pod: Manifest, node: Manifest) -> bool:
    """Return whether the pod's node selector and required affinity allow the node."""
    if not strings(pod, "spec", "nodeSelector").items() <= labels_of(node).items():
        return False
    terms = affinity_terms(pod)
    return not terms or any(_term_matches(term, node) for term in terms)


def affinity_terms(pod: Manifest) -> list[Manifest]:
    """Return the terms of the required node affinity, of which one must match."""
    required = mapping(
        pod, "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"
    )
    return items(required, "nodeSelectorTerms")


def matches_selector(selector: Manifest, node: Manifest) -> bool:
    """Return whether a NodeSelector (`nodeSelectorTerms`) selects a node; without terms, none."""
    return any(_term_matches(term, node) for term in items(selector, "nodeSelectorTerms"))


def unmet(term: Manifest, nodes: Sequence[Manifest]) -> Manifest:
    """Return the first expression of a term that no node at all matches, or an empty one."""
    for one in items(term, "matchExpressions"):
        if not any(_expression_matches(one, labels_of(node)) for node in nodes):
            return one
    return {}


def repelling(pod: Manifest, node: Manifest) -> list[str]:
    """Return the taints of a node that keep the pod away, as `key=value:Effect`."""
    return [_spelled(one) for one in untolerated(pod, node)]


def untolerated(pod: Manifest, node: Manifest) -> list[Manifest]:
    """Return the taints of a node that keep the pod away, with that of a node that is cordoned."""
    tolerations = items(pod, "spec", "tolerations")
    taints = items(node, "spec", "taints")
    if truth(node, "spec", "unschedulable") and all(t.get("key") != CORDONED for t in taints):
        taints = [*taints, {"key": CORDONED, "effect": "NoSchedule"}]
    return [
        taint
        for taint in taints
        if text(taint, "effect") in KEEPING_OFF
        and not any(tolerates(one, taint) for one in tolerations)
    ]


def tolerating(taint: Manifest) -> Manifest:
    """Return the toleration of a taint, of its value too if it has one."""
    value = text(taint, "value")
    same = {"operator": "Equal", "value": value} if value else {"operator": "Exists"}
    return {"key": text(taint, "key"), **same, "effect": text(taint, "effect")}


def tolerates(toleration: Manifest, taint: Manifest) -> bool:
    """Return whether a taint is tolerated, as ToleratesTaint of k8s.io/api/core/v1 has it."""
    for key in ("effect", "key"):
        if text(toleration, key) not in {"", text(taint, key)}:
            return False
    value, asked = text(taint, "value"), text(toleration, "value")
    match text(toleration, "operator") or "Equal":
        case "Exists":
            return True
        case "Equal":
            return value == asked
        case "Gt" | "Lt" as operator:
            return _compares(value, operator, [asked])
        case _:
            return False


def _spelled(taint: Manifest) -> str:
    value = text(taint, "value")
    return f"{text(taint, 'key')}{'=' + value if value else ''}:{text(taint, 'effect')}"


def _term_matches(term: Manifest, node: Manifest) -> bool:
    expressions = items(term, "matchExpressions")
    fields = items(term, "matchFields")
    if not expressions and not fields:
        return False
    own = {"metadata.name": name_of(node)}
    return all(_expression_matches(one, labels_of(node)) for one in expressions) and all(
        _expression_matches(one, own) for one in fields
    )


def _expression_matches(expression: Manifest, labels: dict[str, str]) -> bool:
    operator = text(expression, "operator")
    if operator in {"Gt", "Lt"}:  # of nodes alone
        value = labels.get(text(expression, "key"), "")
        return _compares(value, operator, texts(expression, "values"))
    return holds(expression, labels)


def _compares(value: str, operator: str, values: list[str]) -> bool:
    if "_" in value:  # a legal label, and a number to Python alone
        return False
    try:
        have, asked = int(value), int(values[0])
    except (ValueError, IndexError):
        return False
    return have > asked if operator == "Gt" else have < asked
