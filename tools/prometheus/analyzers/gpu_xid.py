"""XID errors: what the driver reported last of a GPU, told by whose fault each number is.

Sources: NVIDIA, "Xid Errors" (catalogue); kubernetes-sigs/dra-driver-nvidia-gpu, device_health.go,
for those that are the application's. The metric is the LAST number and never goes back to 0: only
a change of the last hour says that it happened now.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric
from clusterwright.tools.prometheus.analyzers.gpu import Gpu, gpu_of, struck
from clusterwright.tools.prometheus.analyzers.joins import workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.metric_queries import WORKLOAD_LABELS
from clusterwright.tools.prometheus.result import Labels, Series
from clusterwright.tools.snapshot import Snapshot

APPLICATION, HARDWARE, OTHER = "gpu/xid-application", "gpu/xid-hardware", "gpu/xid-other"


@dataclass(frozen=True, slots=True)
class Xid:
    """What one number means, and what to do."""

    means: str
    do: str
    application: bool = False
    harmless: bool = False


_RESET = "Drain the node, reset the GPU (nvidia-smi --gpu-reset), and replace it if it comes back."
_REBOOT = "Drain the node and reboot it; if it comes back, have the GPU or its board replaced."
_RESTART = "Restart the program; if it comes back with other programs on this GPU, suspect the GPU."
XIDS: Mapping[int, Xid] = {
    13: Xid("graphics engine exception, as of an access out of bounds", _RESTART, application=True),
    31: Xid("memory page fault: a program used an address it does not have", _RESTART,
            application=True),
    43: Xid("the GPU stopped the work of a program that had failed", _RESTART, application=True),
    45: Xid("work was cleaned up before its end, as when a program is killed", _RESTART,
            application=True, harmless=True),
    68: Xid("video decoder exception", _RESTART, application=True),
    46: Xid("the GPU stopped processing", _RESET),
    48: Xid("double-bit memory error, which ECC cannot correct", _RESET),
    61: Xid("microcontroller breakpoint", _RESET),
    62: Xid("microcontroller halt", _RESET),
    63: Xid("a row of memory was remapped, or a page retired", "Reset the GPU once its work is"
            " done, so that the remapping takes effect."),
    64: Xid("a row of memory could NOT be remapped", "Drain the node and have the GPU replaced."),
    74: Xid("NVLink error", _REBOOT),
    79: Xid("the GPU has fallen off the bus", _REBOOT),
    92: Xid("many single-bit memory errors", "Watch it; have the GPU replaced if they go on."),
    94: Xid("contained memory error: only the program that met it has failed",
            "Restart the program; reset the GPU when it is idle."),
    95: Xid("uncontained memory error: every program on this GPU may have failed", _RESET),
    109: Xid("context switch timeout", _RESET),
    110: Xid("security fault", _RESET),
    119: Xid("the GPU's system processor (GSP) does not answer", _REBOOT),
    120: Xid("error of the GPU's system processor (GSP)", _REBOOT),
    121: Xid("corrected error of the link to the CPU", "Watch it; report it if it goes on."),
    140: Xid("unrecovered memory error", _RESET),
    143: Xid("the GPU could not be initialised", _REBOOT),
    154: Xid("the driver asks for a recovery action",
             "nvidia-smi -q names the recovery action: do it."),
}  # fmt: skip
_UNKNOWN = Xid("not one that is known here", "Look it up in NVIDIA's catalogue of Xid errors.")


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
    xid = XIDS.get(number, _UNKNOWN)
    if xid.harmless and not recent:
        return
    code = APPLICATION if xid.application else HARDWARE if number in XIDS else OTHER
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
        severity=_severity(xid, known=number in XIDS, recent=recent),
        members=(gpu.pod,) if of_pod and gpu.pod else (),
        relations=tuple(edges),
    )


def _severity(xid: Xid, *, known: bool, recent: bool) -> Severity:
    if not recent or xid.harmless:
        return Severity.INFO
    return Severity.CRITICAL if known and not xid.application else Severity.WARNING


GPU_XID = Analyzer("gpu-xid", (APPLICATION, HARDWARE, OTHER), ("Node", "Pod"), _detect)
