"""Memory of GPUs: errors that ECC cannot correct, rows that cannot be replaced, and leaks."""

from collections.abc import Callable, Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric, percent, told
from clusterwright.tools.prometheus.analyzers.gpu import Gpu, gpu_of, struck
from clusterwright.tools.prometheus.analyzers.joins import workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.snapshot import Snapshot

DOUBLE_BIT = "gpu/uncorrectable-memory-errors"
REMAP_FAILED, REMAP_PENDING = "gpu/row-remap-failed", "gpu/row-remap-pending"
LEAK = "gpu/memory-leak"


def _each(estate: Estate, query: str) -> Iterator[tuple[Gpu, Series, float]]:
    """Yield the GPUs of a query once, whoever is on them."""
    known: set[object] = set()
    for series, value in measured(estate, query):
        gpu = gpu_of(estate, series.labels)
        if gpu and gpu.key not in known:
            known.add(gpu.key)
            yield gpu, series, value


def _double_bit(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    recent = {gpu.key for gpu, _, _ in _each(estate, "gpu-double-bit-recent")}
    for gpu, series, count in _each(estate, "gpu-double-bit"):
        now = gpu.key in recent
        when = ", some of them in the last hour" if now else ", none of them in the last hour"
        finding = about(
            DOUBLE_BIT,
            gpu.node,
            f"{gpu.spelled} on {gpu.node.name} had {told(count)} memory errors that ECC cannot"
            f" correct since its driver was loaded{when}",
            (metric(gpu.node, "gpu-double-bit", series),),
            "Drain the node, reset the GPU, and have it replaced if they come back.",
            severity=Severity.CRITICAL if now else Severity.WARNING,
            relations=(*struck(estate, gpu), *gpu.relations) if now else gpu.relations,
        )
        yield Suspicion(finding)


def _detector(
    code: str, query: str, sentence: str, fix: str, severity: Severity
) -> Callable[[Snapshot], Iterable[Suspicion]]:
    def detect(snapshot: Snapshot) -> Iterable[Suspicion]:
        estate = estate_of(snapshot)
        for gpu, series, _ in _each(estate, query):
            finding: Finding = about(
                code,
                gpu.node,
                f"{gpu.spelled} on {gpu.node.name}: {sentence}",
                (metric(gpu.node, query, series),),
                fix,
                severity=severity,
                relations=gpu.relations,
            )
            yield Suspicion(finding)

    return detect


def _leak(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for gpu, series, share in _each(estate, "gpu-memory-leak"):
        finding = about(
            LEAK,
            workload(estate, gpu.pod) if gpu.pod else gpu.node,
            f"Memory in use on {gpu.spelled} on {gpu.node.name} has grown without a pause for 45"
            f" minutes; at this pace it is full within 12 hours ({percent(share)} of it then)",
            (metric(gpu.node, "gpu-memory-leak", series),),
            "Look for tensors that are kept (torch.cuda.memory_summary at two moments).",
            severity=Severity.WARNING,
            members=(gpu.pod,) if gpu.pod else (),
            relations=gpu.relations,
            concluded=True,
        )
        yield Suspicion(finding)


_KINDS = ("Node", "Pod")
GPU_MEMORY_ERRORS = Analyzer("gpu-memory-errors", (DOUBLE_BIT,), _KINDS, _double_bit)
GPU_ROW_REMAP_FAILED = Analyzer(
    "gpu-row-remap-failed",
    (REMAP_FAILED,),
    _KINDS,
    _detector(
        REMAP_FAILED,
        "gpu-remap-failed",
        "a row of its memory is broken and there is none left to replace it",
        "Drain the node and have the GPU replaced (RMA).",
        Severity.CRITICAL,
    ),
)
GPU_ROW_REMAP_PENDING = Analyzer(
    "gpu-row-remap-pending",
    (REMAP_PENDING,),
    _KINDS,
    _detector(
        REMAP_PENDING,
        "gpu-remap-pending",
        "a row of its memory is broken, and is replaced by the next reset only",
        "Drain the node and reset the GPU (nvidia-smi --gpu-reset).",
        Severity.WARNING,
    ),
)
GPU_MEMORY_LEAK = Analyzer("gpu-memory-leak", (LEAK,), (*_KINDS, "ReplicaSet"), _leak)
