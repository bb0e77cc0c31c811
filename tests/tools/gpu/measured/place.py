"""A small cluster with GPUs, and series of them as exporters tell them."""

from collections.abc import Mapping, Sequence

from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.measured.gather import Known
from clusterwright.tools.gpu.measured.page import Asked, Page
from clusterwright.tools.gpu.measured.places import Places
from clusterwright.tools.gpu.measured.vocabulary import Vocabulary
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.estate import Estate as Watched
from clusterwright.tools.prometheus.result import Result, Series
from clusterwright.tools.prometheus.settings import Prices
from tests.tools.kubernetes.analyzers.cluster import NOW, make

HOUR, DAY = 3_600, 86_400
H100, T4 = "NVIDIA-H100-80GB-HBM3", "Tesla-T4"
Results = Mapping[str, Sequence[Series]]
DCGM = ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_FB_USED")


def node(
    name: str = "gpu-1", gpus: int = 2, product: str = H100, *, age: float = DAY, **labels: str
) -> Manifest:
    """A node; labels are written `mig_capable` for `nvidia.com/mig.capable`."""
    own = {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": product,
        "nvidia.com/gpu.memory": "15360" if product == T4 else "81559",
    }
    amounts = {"nvidia.com/gpu": str(gpus)}
    return make(
        "Node",
        name,
        namespace="",
        age=age,
        metadata={
            "labels": own | {f"nvidia.com/{k.replace('_', '.')}": v for k, v in labels.items()}
        },
        status={
            "capacity": amounts,
            "allocatable": amounts,
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    )


def pod(
    name: str, gpus: int = 1, on: str = "gpu-1", *, age: float = DAY, namespace: str = "ml"
) -> Manifest:
    limits = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    return make(
        "Pod",
        name,
        namespace=namespace,
        age=age,
        spec={
            "nodeName": on,
            "containers": [{"name": "c", "resources": {"limits": limits, "requests": limits}}],
        },
        status={"phase": "Running"},
    )


def exporter(on: str = "gpu-1", ip: str = "10.0.0.9") -> Manifest:
    made = pod(f"dcgm-exporter-{on}", 0, on, namespace="gpu-operator")
    return made | {"status": {"phase": "Running", "podIP": ip}}


def gpu(index: int = 0, of: str = "", on: str = "gpu-1", **more: str) -> dict[str, str]:
    """Labels of a GPU as dcgm-exporter writes them; of="ml/train" is the pod that has it."""
    namespace, _, name = of.partition("/")
    held = {"namespace": namespace, "pod": name} if of else {}
    own = {"Hostname": on, "gpu": str(index), "UUID": f"GPU-{on}-{index}", "modelName": "H100"}
    return {**own, **held, **more}


def series(value: float, labels: Mapping[str, str]) -> Series:
    return Series(dict(labels), (0.0,), (value,))


def busy(
    labels: Mapping[str, str],
    mean: float,
    peak: float | None = None,
    *,
    used: float = 48.0,
    total: float = 80.0,
    known: float = HOUR,
) -> dict[str, list[Series]]:
    """What queries give of one GPU; memory in GiB."""
    return {
        "engine busy": [series(mean, labels)],
        "engine peak": [series(mean if peak is None else peak, labels)],
        "used": [series(used * 1024, labels)],
        "total": [series(total * 1024, labels)],
        "known": [series(known, labels)],
    }


def together(*parts: Results) -> dict[str, list[Series]]:
    found: dict[str, list[Series]] = {}
    for part in parts:
        for name, these in part.items():
            found.setdefault(name, []).extend(these)
    return found


def places(results: Results, *objects: Manifest, unread: Sequence[str] = ()) -> Places:
    read: dict[str, list[Manifest]] = {one: [] for one in ("Node", "Pod") if one not in unread}
    for one in objects:
        if one["kind"] not in unread:
            read.setdefault(one["kind"], []).append(one)
    told = {name: Result("vector", tuple(these)) for name, these in results.items()}
    return Places(Estate("kind", NOW, read), Watched("kind", NOW, read, results=told))


def page(
    results: Results,
    *objects: Manifest,
    asked: Asked | None = None,
    prices: Prices | None = None,
    there: Sequence[str] = DCGM,
    gaps: tuple[Gap, ...] = (),
    unread: Sequence[str] = (),
) -> Page:
    vocabulary = Vocabulary(there, HOUR)
    known = Known(
        1_767_268_800, vocabulary, dict(results), places(results, *objects, unread=unread), gaps
    )
    wanted = asked or Asked("workload", "1h", HOUR)
    return Page("kind", "monitoring/main", wanted, "own", known, prices or Prices())
