"""GPUs that a pod has and does not use: others wait for them, and they cost the same."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric
from clusterwright.tools.prometheus.analyzers.gpu import Gpu, gpu_of
from clusterwright.tools.prometheus.analyzers.joins import workload
from clusterwright.tools.prometheus.estate import estate_of
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.result import Series
    from clusterwright.tools.ref import Ref

CODE = "gpu/idle"
_ENGINE, _UTIL = "gpu-idle-engine", "gpu-idle-util"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    # Where the engine's activity is exported it decides: utilisation is 100 with one tiny kernel,
    # and 0 for an instance of MIG.
    query = _ENGINE if _exported(estate.metrics) else _UTIL
    idle: dict[Ref, list[tuple[Gpu, Series]]] = defaultdict(list)
    for series, _ in measured(estate, query):
        gpu = gpu_of(estate, series.labels)
        if gpu and gpu.pod:
            idle[gpu.pod].append((gpu, series))
    for pod, found in idle.items():
        gpu, series = found[0]
        count = len({one.key for one, _ in found})
        what = gpu.spelled if count == 1 else f"any of its {count} GPUs"
        finding = about(
            CODE,
            workload(estate, pod),
            f"The Pod has not used {what} in the last hour, or since it has it",
            (metric(pod, query, series),),
            "Delete it or scale it down if nobody needs it; others may wait for its GPU.",
            severity=Severity.INFO,
            members=(pod,),
            relations=gpu.relations,
        )
        yield Suspicion(finding)


def _exported(metrics: frozenset[str] | None) -> bool:
    return metrics is None or "DCGM_FI_PROF_GR_ENGINE_ACTIVE" in metrics


GPU_IDLE = Analyzer("gpu-idle", (CODE,), ("Pod", "ReplicaSet", "Node"), _detect)
