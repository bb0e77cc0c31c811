"""Required affinity and anti-affinity between pods, in both directions (InterPodAffinity)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.fit.node_info import NodeInfo
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    namespace_of,
    text,
    texts,
)

Namespaces = Callable[[str], Mapping[str, str]]
"""The labels of a namespace by its name."""
_Domain = tuple[str, str]
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_AFFINITY = "node(s) didn't match pod affinity rules"
_ANTI = "node(s) didn't match pod anti-affinity rules"
_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules"


class PodAffinity:
    """The terms of one pod and those of the pods that run, looked up over all nodes."""

    def __init__(self, pod: Manifest, nodes: Sequence[NodeInfo], labels: Namespaces) -> None:
        """Find in which domains terms match."""
        self._terms = _terms(pod, "podAffinity")
        self._anti = _terms(pod, "podAntiAffinity")
        self._near: set[_Domain] = set()
        self._apart: set[_Domain] = set()
        self._kept_off: set[_Domain] = set()
        for node in nodes:
            for one in node.pods if self._terms or self._anti else ():
                if self._terms and all(term.matches(one, labels) for term in self._terms):
                    self._near |= _domains(node, self._terms)
                self._apart |= _domains(node, [t for t in self._anti if t.matches(one, labels)])
            for one in node.repelling:
                theirs = [t for t in _terms(one, "podAntiAffinity") if t.matches(pod, labels)]
                self._kept_off |= _domains(node, theirs)
        self._first = (
            bool(self._terms)
            and not self._near
            and all(term.matches(pod, labels) for term in self._terms)
        )

    def __call__(self, node: NodeInfo) -> Rejection | None:
        """Refuse a node away from its like, with its opposites, or where others keep it off."""
        for term in self._terms:
            domain = node.labels.get(term.key)
            if domain is None:
                return _refusal(_AFFINITY, f"no label {term.key}")
            if (term.key, domain) not in self._near and not self._first:
                return _refusal(_AFFINITY, f"no such pod in this {term.key}")
        for term in self._anti:
            if (term.key, node.labels.get(term.key)) in self._apart:
                return _refusal(_ANTI, f"such a pod is in this {term.key}")
        for key, domain in self._kept_off:
            if node.labels.get(key) == domain:
                return _refusal(_EXISTING, f"a pod in this {key} keeps it off")
        return None


@dataclass(frozen=True, slots=True)
class _Term:
    key: str
    selector: Json
    namespaces: frozenset[str]
    of_namespaces: Json

    def matches(self, pod: Manifest, labels: Namespaces) -> bool:
        namespace = namespace_of(pod)
        where = namespace in self.namespaces
        if not where and mapping(self.of_namespaces) == self.of_namespaces:
            where = _selects(self.of_namespaces, labels(namespace))
        return where and _selects(self.selector, labels_of(pod))


def _terms(pod: Manifest, which: str) -> list[_Term]:
    found: list[_Term] = []
    for one in items(pod, "spec", "affinity", which, _REQUIRED):
        of_namespaces: Json = dig(one, "namespaceSelector")
        names = frozenset(texts(one, "namespaces"))
        if not names and not isinstance(of_namespaces, dict):
            names = frozenset({namespace_of(pod)})
        selector: Json = dig(one, "labelSelector")
        found.append(_Term(text(one, "topologyKey"), selector, names, of_namespaces))
    return found


def _selects(selector: Json, labels: Mapping[str, str]) -> bool:
    """Return whether a selector matches; none at all matches nothing."""
    return isinstance(selector, dict) and matches(mapping(selector), labels)


def _domains(node: NodeInfo, terms: Sequence[_Term]) -> set[_Domain]:
    return {(term.key, node.labels[term.key]) for term in terms if term.key in node.labels}


def _refusal(reason: str, detail: str) -> Rejection:
    return Rejection(Plugin.INTER_POD_AFFINITY, (reason,), detail)
