"""Nodes with GPUs of which nothing is measured, where GPUs of other nodes are."""

from collections.abc import Iterable, Iterator, Mapping

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import age
from clusterwright.tools.manifest import Manifest, condition, strings, text
from clusterwright.tools.prometheus.analyzers.about import about, shown
from clusterwright.tools.prometheus.analyzers.cardinality import job_ref
from clusterwright.tools.prometheus.analyzers.joins import hosts, node_of, workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.metric_queries import BY_NAME
from clusterwright.tools.prometheus.scraping.subject import monitor, subject
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/not-measured"
_NEW = 600
"""Seconds in which a new node gets its driver and its exporter."""


def _gpus(node: Manifest) -> Mapping[str, str]:
    """Return the resources of a node that are GPUs of NVIDIA, with their number."""
    return {
        key: value
        for key, value in strings(node, "status", "capacity").items()
        if (key == "nvidia.com/gpu" or key.startswith("nvidia.com/mig-")) and value not in {"", "0"}
    }


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    seen = {node_of(estate, one.labels) for one in estate.series("gpu-exporters")} - {None}
    if not seen or len(estate.series("gpu-exporters")) >= BY_NAME["gpu-exporters"].most:
        return
    for node in estate.of_kind("Node"):
        ref, gpus = Ref.of(node), _gpus(node)
        young = age(estate, node).total_seconds() < _NEW
        ready = condition(node, "Ready").get("status") == "True"
        if gpus and ref not in seen and ready and not young:
            yield Suspicion(_finding(estate, ref, gpus), (ReadRequest(ref),))


def _finding(estate: Estate, node: Ref, gpus: Mapping[str, str]) -> Finding:
    key = sorted(gpus)[0]
    query = BY_NAME["gpu-exporters"].promql
    return about(
        CODE,
        node,
        f"It has {gpus[key]} {key}, of which nothing is measured: no series of dcgm-exporter in"
        " the last 10 minutes",
        (
            FieldEvidence(ref=node, path=f"$.status.capacity['{key}']", value=gpus[key]),
            shown(node, query, "no series", {}),
        ),
        "See whether dcgm-exporter runs on this node, and whether its target is up (prom_targets).",
        severity=Severity.WARNING,
        relations=(*_exporters(estate, node), *hosts(estate, None, node)),
    )


def _exporters(estate: Estate, node: Ref) -> Iterator[Relation]:
    """Yield the edges from a node to what should measure it: as what measures the other nodes."""
    jobs: dict[str, None] = {}
    sets: dict[Ref, None] = {}
    for series in estate.series("gpu-exporters"):
        jobs[series.labels.get("job", "")] = None
        target = estate.target_of(series.labels.get("job", ""), series.labels.get("instance", ""))
        pod = subject(target.discovered) if target else None
        if pod and workload(estate, pod) != pod:
            sets[workload(estate, pod)] = None
    for pod in estate.of_kind("Pod"):
        ref = Ref.of(pod)
        if text(pod, "spec", "nodeName") == node.name and workload(estate, ref) in sets:
            yield Relation(source=node, edge=Edge.USES, target=ref)
    for one in sets:
        yield Relation(source=node, edge=Edge.USES, target=one)
    for job in jobs:
        yield Relation(source=node, edge=Edge.SCRAPED_BY, target=job_ref(estate, job))
        # A monitor whose targets are all gone is known by its pool: a job has its Service's name.
        for of in filter(None, map(monitor, estate.pools or ())):
            if of.name == job:
                yield Relation(source=node, edge=Edge.SCRAPED_BY, target=of)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the node is gone or not ready by now."""
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and request in fulfilled.objects:
            found = fulfilled.objects[request]
            if found is None or condition(found, "Ready").get("status") != "True":
                return None
    return suspicion.finding


GPU_NOT_MEASURED = Analyzer(
    "gpu-not-measured", (CODE,), ("Node", "Pod", "ReplicaSet"), _detect, _refine
)
