"""XID errors: what the driver reported last of a GPU, told by whose fault each number is.

The metric is the LAST number and never goes back to 0: only a change of the last hour says that it
happened now.
"""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric
from clusterwright.tools.prometheus.analyzers.gpu import Gpu, gpu_of, struck
from clusterwright.tools.prometheus.analyzers.joins import workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.metric_queries import WORKLOAD_LABELS
from clusterwright.tools.prometheus.result import Labels, Series
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.xid import UNKNOWN, XIDS, Fault, Xid

APPLICATION, HARDWARE, OTHER = "gpu/xid-application", "gpu/xid-hardware", "gpu/xid-other"
_CODES = {
    Fault.APPLICATION: APPLICATION,
    Fault.HARDWARE: HARDWARE,
    Fault.EITHER: HARDWARE,
}


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    changed = {_key(series.labels) for series, _ in measured(estate, "gpu-xid-changes")}
    told: set[tuple[object, int]] = set()
    for series, value in measured(estate, "gpu-xid"):
        gpu = gpu_of(estate, series.labels)
        if gpu and (gpu.key, int(value)) not in told:
            told.add((gpu.key, int(value)))
            recent = _key(series.labels) in changed
            for finding in _told(estate, gpu, int(value), series, recent=recent):
                yield Suspicion(finding)


def _key(labels: Labels) -> frozenset[tuple[str, str]]:
    """Return what of the labels is the GPU's own: a new pod on it is no new error."""
    return frozenset(
        (key, value)
        for key, value in labels.items()
        if key != "__name__" and key not in WORKLOAD_LABELS
    )


def _told(
    estate: Estate, gpu: Gpu, number: int, series: Series, *, recent: bool
) -> Iterator[Finding]:
    xid = XIDS.get(number, UNKNOWN)
    if xid.harmless and not recent:
        return
    code = _CODES.get(xid.fault, OTHER)
    when = "in the last hour" if recent else "since its driver was loaded; when is not known"
    of_pod = xid.application and recent and gpu.pod is not None
    subject = workload(estate, gpu.pod) if of_pod and gpu.pod else gpu.node
    evidence = [metric(gpu.node, "gpu-xid", series)]
    edges = list(gpu.relations)
    if recent and not of_pod:
        edges = [*struck(estate, gpu), *edges]
    yield about(
        code,
        subject,
        f"{gpu.spelled} on {gpu.node.name} reported XID {number} {when}: {xid.means}",
        tuple(evidence),
        xid.do,
        severity=_severity(xid, code, recent=recent),
        members=(gpu.pod,) if of_pod and gpu.pod else (),
        relations=tuple(edges),
    )


def _severity(xid: Xid, code: str, *, recent: bool) -> Severity:
    if not recent or xid.harmless:
        return Severity.INFO
    return Severity.CRITICAL if code == HARDWARE and xid.grave else Severity.WARNING


GPU_XID = Analyzer("gpu-xid", (APPLICATION, HARDWARE, OTHER), ("Node", "Pod"), _detect)
