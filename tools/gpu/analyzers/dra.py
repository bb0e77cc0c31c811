"""Pods that wait by claims, and whose devices they claim."""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.gpu.analyzers.waiting import in_question, leaving
from clusterwright.tools.gpu.dra.claims import claims_of, classes, requests_of
from clusterwright.tools.gpu.dra.request import Way, ways_of
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.manifest import Manifest, condition, items, text
from clusterwright.tools.ref import Ref


def waiting_by_claims(estate: Estate) -> Iterable[Manifest]:
    """Yield the pods that are asked about, have claims and no node, and are not held back."""
    for pod in estate.of_kind("Pod"):
        told = text(condition(pod, "PodScheduled"), "reason")
        if told in {"", "Unschedulable", "SchedulerError"} and _may_wait(estate, pod):
            yield pod


def _may_wait(estate: Estate, pod: Manifest) -> bool:
    if text(pod, "spec", "nodeName") or not items(pod, "spec", "resourceClaims"):
        return False
    return not finished(pod) and not leaving(pod) and in_question(estate, pod)


def named_by(pod: Manifest) -> Iterator[Ref]:
    """Yield what a pod names in its claims: a claim that is there for it, or the template."""
    return (ref for _, ref in claims_of(pod) if ref is not None)


def wanted_by(estate: Estate, claim: Manifest) -> Iterator[Sequence[Way]]:
    """Yield the requests of a claim, each with the ways to meet it whose classes are there."""
    known = estate.derived(classes)
    return (list(ways_of(one, known)) for one in requests_of(claim))


def drivers_of(estate: Estate, pod: Manifest) -> frozenset[str]:
    """Return the drivers that the classes of a pod's claims name."""
    found = (
        way.drivers
        for ref in named_by(pod)
        for ways in wanted_by(estate, estate.get(ref) or {})
        for way in ways
    )
    return frozenset[str]().union(*found)
