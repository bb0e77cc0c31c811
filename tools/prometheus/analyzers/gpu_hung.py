"""GPUs that look busy and do nothing: a kernel that never ends, as of a collective that hangs.

GPU_UTIL says only that some kernel was running; tensor cores, memory and power tell whether it did
anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric, told
from clusterwright.tools.prometheus.analyzers.gpu import gpu_of
from clusterwright.tools.prometheus.analyzers.joins import workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/hung"
_LOW = 0.4
"""Share of its power limit below which a GPU does hardly anything."""
_WATTS = (
    ("H200", 700.0),
    ("H100 80GB HBM3", 700.0),
    ("H100", 350.0),
    ("B200", 1_000.0),
    ("A100-SXM", 400.0),
    ("A100", 250.0),
    ("L40", 300.0),
    ("L4", 72.0),
    ("A10", 150.0),
    ("V100", 250.0),
    ("T4", 70.0),
)
"""Power limits by a part of the model's name, most telling first. Source: NVIDIA's data sheets."""


@dataclass(frozen=True, slots=True)
class Hung:
    """A GPU that says that it is busy, and does nothing."""

    series: Series
    watts: float | None = None
    limit: float | None = None
    """What it may draw; None where neither a metric nor its model tells."""

    @property
    def power(self) -> str:
        """What it draws, as a sentence goes on with it; empty where that is not known."""
        if self.watts and self.limit:
            return f", and it draws {told(self.watts)} of {told(self.limit)} W"
        return ""


def hung(estate: Estate) -> Iterator[Hung]:
    """Yield the GPUs that hang: where power is known, only those that draw little."""
    watts, limits = _power(estate)
    for series, _ in measured(estate, "gpu-hung"):
        uuid = series.labels.get("UUID", "")
        used, limit = watts.get(uuid), limits.get(uuid)
        if used is None or limit is None or used < _LOW * limit:
            yield Hung(series, used, limit)


def _power(estate: Estate) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return watts and power limit by the UUID of GPUs that look busy."""
    watts = {one.labels.get("UUID", ""): value for one, value in measured(estate, "gpu-hung-power")}
    found = {
        one.labels.get("UUID", ""): value for one, value in measured(estate, "gpu-power-limit")
    }
    for one, _ in measured(estate, "gpu-hung-power"):
        model = one.labels.get("modelName", "")
        known = next((limit for part, limit in _WATTS if part in model), None)
        if known:
            found.setdefault(one.labels.get("UUID", ""), known)
    return watts, found


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in hung(estate):
        gpu, series = gpu_of(estate, one.series.labels), one.series
        if gpu is None:
            continue
        finding = about(
            CODE,
            workload(estate, gpu.pod) if gpu.pod else gpu.node,
            f"{gpu.spelled} on {gpu.node.name} says it is 100 % busy, but neither its tensor cores"
            f" nor its memory do anything{one.power}: what runs on it hangs",
            (metric(gpu.node, "gpu-hung", series),),
            "See where the program waits (py-spy dump, NCCL_DEBUG=INFO; a collective hangs if one"
            " rank is gone), then restart all its ranks.",
            severity=Severity.WARNING,
            members=(gpu.pod,) if gpu.pod else (),
            relations=gpu.relations,
            concluded=True,
        )
        yield Suspicion(finding)


GPU_HUNG = Analyzer("gpu-hung", (CODE,), ("Pod", "ReplicaSet", "Node"), _detect)
