"""Pods that must keep away from their like, and find one wherever they could go."""

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes, finished
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.node_match import repelling
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
)

CODE = "pod/anti-affinity-unmet"

_TERMS = "$.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"
_SAID = "didn't match pod anti-affinity rules"


def crowded(case: Case, nodes: Nodes, message: str) -> Finding | None:
    """Return a finding when a required anti-affinity rules out every node that fits otherwise.

    What the scheduler says is asked for as well: it sees terms that are not judged here, those of
    other pods and of other namespaces.
    """
    if _SAID not in message:
        return None
    open_nodes = [node for node in nodes.fitting(case.pod) if not repelling(case.pod, node)]
    for term in _terms(case.pod):
        key = text(term, "topologyKey")
        domains = {labels_of(node).get(key, "") for node in open_nodes} - {""}
        if domains and domains <= _occupied(case, term, key):
            return _finding(case, key, len(domains), message)
    return None


def _terms(pod: Manifest) -> list[Manifest]:
    required = mapping(pod, "spec", "affinity", "podAntiAffinity")
    return items(required, "requiredDuringSchedulingIgnoredDuringExecution")


def _occupied(case: Case, term: Manifest, key: str) -> set[str]:
    """Return the domains in which a pod of this namespace runs that the term keeps away from."""
    labels = strings(term, "labelSelector", "matchLabels")
    there = case.snapshot.selected("Pod", namespace_of(case.pod), labels)
    running = {text(pod, "spec", "nodeName") for pod in there if not finished(pod)}
    return {
        labels_of(node).get(key, "")
        for node in case.snapshot.of_kind("Node")
        if name_of(node) in running
    }


def _finding(case: Case, key: str, domains: int, message: str) -> Finding:
    one = "node" if key == "kubernetes.io/hostname" else key
    sentence = f"Pods that must not share a {one} are on every {one} that fits: there " + (
        "is 1" if domains == 1 else f"are {domains}"
    )
    evidence = (
        case.field(f"{_TERMS}[*].topologyKey", key),
        case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),
    )
    fix = f"Run at most {domains} replicas, add a {one}, or prefer the spread, not require it."
    return case.finding(CODE, sentence, evidence, fixes=(fix,))
