"""Containers that are held back or about to be killed, as cAdvisor measures them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.kubernetes.analyzers.pod import age, containers
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.prometheus.analyzers.about import (
    about,
    measured,
    metric,
    name,
    percent,
)
from clusterwright.tools.prometheus.analyzers.joins import owners, pod_of, workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

THROTTLED = "pod/cpu-throttled"
NEAR_LIMIT = "pod/near-memory-limit"
LEAK = "pod/memory-leak"
_STARTING = timedelta(minutes=2)
"""What starts computes more than what runs."""


def _each(estate: Estate, query: str) -> Iterator[tuple[Ref, str, Series, float]]:
    """Yield pod, container, series and value of a query; what is gone or starting is left out."""
    for series, value in measured(estate, query):
        pod = pod_of(estate, series.labels)
        manifest = estate.get(pod) if pod else None
        if pod and (manifest is None or age(estate, manifest) > _STARTING):
            yield pod, series.labels.get("container", ""), series, value


def _limit(estate: Estate, pod: Ref, container: str, resource: str) -> str:
    """Return the limit of a container as its pod says it; empty where it says none."""
    manifest: Manifest = estate.get(pod) or {}
    for one in containers(manifest):
        if one.name == container:
            return text(one.spec, "resources", "limits", resource)
    return ""


def _throttled(estate: Estate, pod: Ref, container: str, series: Series, share: float) -> Finding:
    limit = _limit(estate, pod, container, "cpu")
    of = f" of {limit}" if limit else ""
    return about(
        THROTTLED,
        workload(estate, pod),
        f"Container {name(container)} is held back by its CPU limit{of} in {percent(share)}"
        " of the periods in which it runs",
        (metric(pod, "cpu-throttled", series),),
        f"Raise the CPU limit of container {name(container)}, or remove it and keep the request.",
        severity=Severity.WARNING,
        members=(pod,),
        relations=tuple(owners(estate, pod)),
    )


def _near_limit(estate: Estate, pod: Ref, container: str, series: Series, share: float) -> Finding:
    limit = _limit(estate, pod, container, "memory")
    of = f" of {limit}" if limit else ""
    return about(
        NEAR_LIMIT,
        workload(estate, pod),
        f"Container {name(container)} uses {percent(share)} of its memory limit{of},"
        " page cache not counted: at 100 % the kernel kills it",
        (metric(pod, "memory-near-limit", series),),
        f"Raise the memory limit of container {name(container)}, or make it use less.",
        members=(pod,),
        relations=tuple(owners(estate, pod)),
    )


def _leak(estate: Estate, pod: Ref, container: str, series: Series, share: float) -> Finding:
    limit = _limit(estate, pod, container, "memory")
    of = f" of {limit}" if limit else ""
    return about(
        LEAK,
        workload(estate, pod),
        f"Memory of container {name(container)} has grown without a pause for 45 minutes;"
        f" at this pace it reaches its limit{of} within a day ({percent(share)} of it then)",
        (metric(pod, "memory-leak", series),),
        f"Look for what container {name(container)} keeps: a heap profile of two moments.",
        members=(pod,),
        relations=tuple(owners(estate, pod)),
        concluded=True,
    )


def _detector(
    query: str, finding: Callable[[Estate, Ref, str, Series, float], Finding]
) -> Callable[[Snapshot], Iterable[Suspicion]]:
    def detect(snapshot: Snapshot) -> Iterable[Suspicion]:
        estate = estate_of(snapshot)
        for pod, container, series, value in _each(estate, query):
            yield Suspicion(finding(estate, pod, container, series, value))

    return detect


_KINDS = ("Pod", "ReplicaSet")
CPU_THROTTLED = Analyzer(
    "cpu-throttled", (THROTTLED,), _KINDS, _detector("cpu-throttled", _throttled)
)
NEAR_MEMORY_LIMIT = Analyzer(
    "near-memory-limit", (NEAR_LIMIT,), _KINDS, _detector("memory-near-limit", _near_limit)
)
MEMORY_LEAK = Analyzer("memory-leak", (LEAK,), _KINDS, _detector("memory-leak", _leak))
