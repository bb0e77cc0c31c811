"""gpu_usage on a real Prometheus that knows hours of a few GPUs, and on the monitored sandbox."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError, NotFoundError, NotServedError
from clusterwright.tools.gpu.measured.answer import UsageAnswer
from clusterwright.tools.gpu.measured.state import State
from clusterwright.tools.gpu.usage import gpu_usage
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.settings import Prices
from tests.tools.gpu.measured.place import H100, exporter, gpu, node, pod
from tests.tools.prometheus.answering import One, a_cluster, answering, wire
from tests.tools.prometheus.signal.backfilled import Told, Value, a_prometheus, steady

pytestmark = pytest.mark.anyio
EXPORTER = {"namespace": "gpu-operator", "pod": "dcgm-exporter-gpu-1"}
"""What Prometheus writes on every series of a node where it does not honour labels."""


def renamed(index: int, of: str = "", **more: str) -> dict[str, str]:
    namespace, _, name = of.partition("/")
    held = {"exported_namespace": namespace, "exported_pod": name} if of else {}
    return gpu(index, **EXPORTER, **held, **more)


def told(
    labels: Mapping[str, str], engine: float, used: float, since: float = -9.0, **more: float
) -> Iterator[Told]:
    """Yield the series of a GPU, from an hour on; memory in GiB."""
    metrics = {
        "PROF_GR_ENGINE_ACTIVE": engine,
        "DEV_GPU_UTIL": engine * 100,
        "DEV_FB_USED": used * 1024,
        "DEV_FB_FREE": (79 - used) * 1024,
        "DEV_FB_RESERVED": 1024,
        "PROF_PIPE_TENSOR_ACTIVE": engine / 2,
        "PROF_DRAM_ACTIVE": engine / 2,
        "DEV_POWER_USAGE": 700 * engine,
        "DEV_CLOCK_THROTTLE_REASONS": 0,
        **more,
    }
    for name, value in metrics.items():
        yield Told(f"DCGM_FI_{name}", labels, _since(steady(value), since))


def _since(value: Value, start: float) -> Value:
    return lambda hour: value(hour) if hour >= start else None


def everything() -> list[Told]:
    before = renamed(6, "ml/before")
    braked = renamed(2, "ml/hot", clock_event="hw_power_brake", window_size_in_ms="300000")
    hot = {"DEV_CLOCK_THROTTLE_REASONS": 0x44}
    stuck = {"PROF_PIPE_TENSOR_ACTIVE": 0, "PROF_DRAM_ACTIVE": 0, "DEV_POWER_USAGE": 120}
    return [
        *told(renamed(0, "ml/idle"), 0.0, 40),
        *told(renamed(1, "ml/stuck"), 1.0, 60, **stuck),
        *told(renamed(2, "ml/hot"), 0.9, 60, **hot),
        *told(renamed(3, "web/small"), 0.1, 6),
        *told(renamed(4), 0.4, 20),
        *told(renamed(5), 0.0, 0.1),
        *(Told(one.name, one.labels, _until(one.value, -0.1)) for one in told(before, 0.0, 9)),
        *told(renamed(6, "ml/young"), 0.0, 9, since=-0.1),
        Told("DCGM_FI_DEV_ENFORCED_POWER_LIMIT", renamed(1, "ml/stuck"), steady(700)),
        Told("DCGM_EXP_CLOCK_EVENTS_COUNT", braked, steady(3)),
    ]


def _until(value: Value, end: float) -> Value:
    return lambda hour: value(hour) if hour < end else None


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_prometheus(tmp_path_factory.mktemp("usage"), everything()) as found:
        yield found


def real(*objects: Manifest) -> list[Manifest]:
    """Objects that are a day old by the clock of the machine."""
    then = datetime.fromtimestamp(time.time() - 86_400, UTC).isoformat().replace("+00:00", "Z")
    for one in objects:
        one["metadata"]["creationTimestamp"] = then
    return list(objects)


@pytest.fixture
async def monitoring(url: str) -> AsyncIterator[One]:
    pods = [pod(name) for name in ("idle", "stuck", "hot", "young")]
    own = real(*pods, pod("small", namespace="web"), exporter())
    nodes = real(node(gpus=8, mig_capable="true"), node("gpu-2", 4))
    backend = Backend(Endpoint("main", url))
    cluster = a_cluster({"nodes": nodes, "pods": own, "namespaces": []})
    yield One(backend, connection=cluster, priced=Prices(gpu={H100: 4.0}))
    await backend.aclose()


def states(answer: UsageAnswer) -> list[tuple[str, str, int]]:
    return [(one.state.value, one.subject, one.gpus) for one in answer.rows]


async def test_series_of_a_real_prometheus_are_told_by_who_has_the_gpus(monitoring: One) -> None:
    found = await gpu_usage(monitoring)
    assert states(found) == [
        ("hung", "Pod/ml/stuck", 1),
        ("used outside Kubernetes", "Node/gpu-1", 1),
        ("slowed down", "Pod/ml/hot", 1),
        ("idle", "Pod/ml/idle", 1),
        ("not measured", "Node/gpu-2", 4),
        ("not measured", "Node/gpu-1", 1),
        ("low use", "Pod/web/small", 1),
        ("too new to judge", "Pod/ml/young", 1),
    ]
    why = {one.subject: one.why or "" for one in found.rows}
    assert "it draws 120 of 700 W" in why["Pod/ml/stuck"]
    assert why["Pod/ml/hot"] == (
        "too hot, hardware slows it down 100 % of the time; power brake, the power supply asks for"
        " less 100 % of the time; at its power limit 100 % of the time"
    )
    assert why["Pod/web/small"] == "a MIG 1g part of 10 GiB would do"
    assert found.states[State.FREE] == 1
    assert found.cost == pytest.approx(4.0 + 4.0 + 0.9 * 4.0)
    assert wire(found) <= 6_144
    assert {one.what for one in found.gaps} == {"Job", "ReplicaSet"}  # not of this small server


async def test_a_shorter_window_judges_the_pod_that_is_younger_than_an_hour(
    monitoring: One,
) -> None:
    found = await gpu_usage(monitoring, last="5m")
    assert ("idle", "Pod/ml/young", 1) in states(found)


async def test_pages_go_on_where_the_one_before_ended(monitoring: One) -> None:
    page = await gpu_usage(monitoring, limit=3)
    rows = states(page)
    while page.next_cursor:
        page = await gpu_usage(monitoring, limit=3, cursor=page.next_cursor)
        rows += states(page)
    assert rows == states(await gpu_usage(monitoring, limit=100))


async def test_a_cursor_of_another_question_is_refused(monitoring: One) -> None:
    cursor = (await gpu_usage(monitoring, limit=1)).next_cursor
    with pytest.raises(InvalidInputError, match="another question"):
        await gpu_usage(monitoring, "node", limit=1, cursor=cursor)


@pytest.mark.parametrize("last", ["1m", "8d", "soon", "-1h"])
async def test_a_window_of_odd_length_is_refused(monitoring: One, last: str) -> None:
    with pytest.raises(InvalidInputError):
        await gpu_usage(monitoring, last=last)


async def test_who_may_not_read_pods_and_nodes_is_told_what_series_say(monitoring: One) -> None:
    monitoring.connection = a_cluster({}, "nodes", "pods")
    found = await gpu_usage(monitoring)
    assert ("idle", "Pod/ml/idle", 1) in states(found)
    assert ("used outside Kubernetes", "Node/gpu-1", 1) in states(found)
    assert {"Node", "Pod"} <= {one.what for one in found.gaps}


async def test_a_backend_without_a_cluster_is_told_by_its_series(monitoring: One) -> None:
    monitoring.connection = None
    found = await gpu_usage(monitoring)
    assert ("hung", "Pod/ml/stuck", 1) in states(found)
    assert found.gaps[0].what == "objects of the cluster"


async def test_a_prometheus_that_measures_no_gpus_says_that_and_nothing_is_idle() -> None:
    cluster = a_cluster({"nodes": real(node()), "pods": real(pod("train"))})
    found = await gpu_usage(One(answering({}), connection=cluster))
    assert found.states == {State.UNMEASURED: 2}
    assert "gpu_inventory" in found.render()


async def test_without_a_prometheus_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    (tmp_path / "prometheus.yaml").write_text("discovery: false\n")
    with pytest.raises(NotServedError) as refused:
        await gpu_usage(Monitoring(Clusters()))
    assert "gpu_inventory tells who has which" in refused.value.hint


async def test_what_a_real_monitored_cluster_has_is_measured(monitored_sandbox: Instance) -> None:
    clusters = Clusters(monitored_sandbox.kubeconfig)
    monitoring = Monitoring(clusters)
    found = await gpu_usage(monitoring, "node")
    assert found.gpus >= 12
    assert found.measured + found.states.get(State.UNMEASURED, 0) >= 12
    assert {"NVIDIA-H100-80GB-HBM3", "Tesla-T4"} <= {one.product for one in found.products}
    assert not found.gaps
    with pytest.raises(NotFoundError, match="no namespace 'none'"):
        await gpu_usage(monitoring, namespace="none")
    await monitoring.aclose()
    await clusters.aclose()
