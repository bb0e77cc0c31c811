"""Pods that wait for accelerators: one cause for each workload, the most specific first."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers import (
    mig_mismatch,
    network_missing,
    none_free,
    product_unknown,
    shared_name,
    workload_mismatch,
    wrong_resource,
)
from clusterwright.tools.gpu.analyzers.waiting import Waiting, waiting
from clusterwright.tools.manifest import text
from clusterwright.tools.snapshot import Snapshot

_STEPS = (
    product_unknown.suspect,
    workload_mismatch.suspect,
    wrong_resource.suspect,
    shared_name.suspect,
    mig_mismatch.suspect,
    network_missing.suspect,
)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    rest: list[Waiting] = []
    unsuspected: set[str] = set()
    for one in waiting(snapshot):
        alike = one.wish in unsuspected  # to one that was judged: nothing else is looked at
        finding = None if alike else next(filter(None, (step(one) for step in _STEPS)), None)
        if finding is None:
            unsuspected.add(one.wish)
            rest.append(one)
        else:
            yield Suspicion(finding, (ReadRequest(one.case.ref),))
    for finding in none_free.short(rest):
        yield Suspicion(finding, (ReadRequest(finding.members[0]),))


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if its first pod is gone, or has a node by now."""
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests and (found is None or text(found, "spec", "nodeName")):
            return None
    return suspicion.finding


PODS = Analyzer(
    "pods",
    (
        product_unknown.CODE,
        workload_mismatch.CODE,
        wrong_resource.CODE,
        mig_mismatch.CODE,
        network_missing.CODE,
        none_free.FRAGMENTED,
        none_free.NONE_FREE,
    ),
    ("Pod", "Node"),
    _detect,
    _refine,
)
