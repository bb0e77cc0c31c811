"""GPUs that run slower than they could, for heat or for power."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric, percent, told
from clusterwright.tools.prometheus.analyzers.gpu import gpu_of
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.snapshot import Snapshot

THERMAL, POWER = "gpu/thermal-throttling", "gpu/power-throttling"
_COOL = "Check fans, air flow and inlet temperature of the node, and what else it carries."


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    told_of: set[object] = set()
    for finding, key in (*_violations(estate), *_hot(estate)):
        if (finding.code, key) not in told_of:
            told_of.add((finding.code, key))
            yield Suspicion(finding)


def _violations(estate: Estate) -> Iterator[tuple[Finding, object]]:
    """Yield what the counters of throttling say, where they are exported."""
    rows = (
        ("gpu-thermal-violation", THERMAL, "heat", _COOL, Severity.WARNING),
        (
            "gpu-power-violation",
            POWER,
            "power",
            "It is at its power limit: expected under full load, unless the limit was lowered"
            " (nvidia-smi -q -d POWER).",
            Severity.INFO,
        ),
    )
    for query, code, why, fix, severity in rows:
        for series, share in measured(estate, query):
            gpu = gpu_of(estate, series.labels)
            if gpu:
                sentence = (
                    f"{gpu.spelled} on {gpu.node.name} is slowed down for {why} in"
                    f" {percent(min(share, 1.0))} of the time"
                )
                evidence = (metric(gpu.node, query, series),)
                yield (
                    about(code, gpu.node, sentence, evidence, fix, severity=severity,
                          relations=gpu.relations),
                    gpu.key,
                )  # fmt: skip


def _hot(estate: Estate) -> Iterator[tuple[Finding, object]]:
    """Yield GPUs that are hot, busy and slow, where no counter says why."""
    for series, degrees in measured(estate, "gpu-hot-and-slow"):
        gpu = gpu_of(estate, series.labels)
        if gpu:
            finding = about(
                THERMAL,
                gpu.node,
                f"{gpu.spelled} on {gpu.node.name} is busy at {told(degrees)} °C, and its clock is"
                " below 70 % of what it reaches: it is slowed down for heat",
                (metric(gpu.node, "gpu-hot-and-slow", series),),
                _COOL,
                severity=Severity.WARNING,
                relations=gpu.relations,
                concluded=True,
            )
            yield finding, gpu.key


GPU_THROTTLING = Analyzer("gpu-throttling", (THERMAL, POWER), ("Node", "Pod"), _detect)
