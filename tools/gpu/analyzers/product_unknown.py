"""Pods that select a product, or another property of a GPU, which no node has."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.pod_cures import other_field
from clusterwright.tools.gpu.analyzers.waiting import Waiting, of_discovery
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.node_match import affinity_terms, unmet
from clusterwright.tools.manifest import strings, text, texts
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/product-unknown"
_AFFINITY = (
    "$.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    ".nodeSelectorTerms[*].matchExpressions"
)


def suspect(one: Waiting) -> Finding | None:
    """Return a finding when no node has the value of a label that the vendors' discovery sets."""
    if one.fitting:
        return None
    for key, values, path in _selected(one):
        have = sorted(_known(one.estate).get(key, ()))
        if any(value in have for value in values) or _untold(one, key):
            continue
        wanted = "|".join(map(word, values))
        near = nearest(values[0], have)
        if have:
            others = f"nodes have {word(near) if near else few([word(value) for value in have], 3)}"
        else:
            others = "no node has that label"
        sentence = f"No node has {key}={wanted}; {others}"
        instead = f"Select {word(near)} instead" if near else "Select a value that nodes have"
        proof = one.case.field(path, "|".join(values))
        question = f"which value of {key} to select; {others}"
        fix = other_field(one.case.subject, path, instead, question)
        return one.finding(CODE, sentence, "", fix, evidence=(proof,))
    return None


def _known(estate: Estate) -> Mapping[str, Collection[str]]:
    """Return the values of the labels of discovery that nodes have."""
    return estate.derived(_values)


def _values(snapshot: Snapshot) -> Mapping[str, Collection[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for labels in estate_of(snapshot).amounts.labels:
        for key, value in labels.items():
            if of_discovery(key):
                found[key].add(value)
    return dict(found)


def _selected(one: Waiting) -> Iterator[tuple[str, Sequence[str], str]]:
    """Yield what is selected by labels of discovery: key, values, and where it stands."""
    selector: Mapping[str, str] = strings(one.pod, "spec", "nodeSelector")
    for key, value in selector.items():
        if of_discovery(key):
            yield key, [value], f"$.spec.nodeSelector['{key}']"
    nodes = one.estate.of_kind("Node")
    for term in affinity_terms(one.pod):
        expression = unmet(term, nodes)
        key, values = text(expression, "key"), texts(expression, "values")
        if text(expression, "operator") == "In" and values and of_discovery(key):
            yield key, values, f"{_AFFINITY}[?(@.key=='{key}')].values[*]"


def _untold(one: Waiting, key: str) -> bool:
    """Return whether a node that is not well has not been labelled yet: it may be what is meant."""
    ill = broken(one.estate)
    return any(
        node.ref in ill
        and key not in node.labels
        and key.startswith(_vendor(node.ref, one))
        and _selects_otherwise(one, node.labels)
        for node in one.estate.nodes
    )


def _selects_otherwise(one: Waiting, labels: Mapping[str, str]) -> bool:
    """Return whether a node has what the pod selects, but for labels of discovery."""
    selector: Mapping[str, str] = strings(one.pod, "spec", "nodeSelector")
    return all(labels.get(key) == value or of_discovery(key) for key, value in selector.items())


def _vendor(ref: Ref, one: Waiting) -> tuple[str, ...]:
    node = one.estate.node(ref.name)
    return (str(node.vendor), f"beta.{node.vendor}") if node else ()
