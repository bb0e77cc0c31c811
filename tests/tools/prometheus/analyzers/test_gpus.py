from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from clusterwright.tools.finding import Edge, MetricEvidence, Relation, Severity
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.metric_queries import BY_NAME, WORKLOAD_LABELS
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.ref import Ref
from clusterwright.tools.xid import XIDS, Fault
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod, running
from tests.tools.prometheus.analyzers.estates import (
    TRAIN,
    Place,
    gpu,
    node,
    scraped,
    series,
    target,
)

NODE = Ref("Node", "gpu-1")
POD = Ref("Pod", "train-0", "ml")
MACHINE = Ref("Machine", "m-1", "fleet", "cluster.x-k8s.io")
OF_MACHINE = {
    "annotations": {
        "cluster.x-k8s.io/machine": "m-1",
        "cluster.x-k8s.io/cluster-namespace": "fleet",
    }
}


def trainer(name: str = "train-0") -> Manifest:
    return pod(running(), name=name, namespace="ml", ready=True)


def gpus(*objects: Manifest, **results: Iterable[Series]) -> Place:
    """A node with a GPU, a pod that has it, and what queries gave."""
    named = {f"gpu-{name.replace('_', '-')}": found for name, found in results.items()}
    return Place(objects or (node(), trainer()), named)


def changed(**labels: str) -> Series:
    """The series of a GPU whose last XID is new: its workload's labels are summed away."""
    left = {k: v for k, v in {**TRAIN, **labels}.items() if k not in WORKLOAD_LABELS}
    return series(1, **left)


@pytest.mark.parametrize("xid", sorted(XIDS))
def test_an_xid_of_the_last_hour_is_told_by_whose_fault_it_is(xid: int) -> None:
    finding = gpus(xid=[gpu(xid)], xid_changes=[changed()]).only()
    known = XIDS[xid]
    if known.application:
        assert (finding.code, finding.subject) == ("gpu/xid-application", POD)
        assert finding.severity is not Severity.CRITICAL
    elif known.fault in {Fault.HARDWARE, Fault.EITHER}:
        assert (finding.code, finding.subject) == ("gpu/xid-hardware", NODE)
        assert finding.severity is (Severity.CRITICAL if known.grave else Severity.WARNING)
    else:
        assert (finding.code, finding.subject) == ("gpu/xid-other", NODE)
        assert finding.severity is Severity.WARNING
    assert f"reported XID {xid} in the last hour: {known.means}"[:60] in finding.title
    assert finding.fixes == (known.do,)


def test_an_xid_of_unknown_age_is_only_worth_knowing() -> None:
    finding = gpus(xid=[gpu(79)]).only()
    assert finding.severity is Severity.INFO
    assert "when is not known" in finding.title


def test_an_old_end_of_a_killed_program_is_silent() -> None:
    assert gpus(xid=[gpu(45)]).codes() == []


def test_an_xid_that_nobody_has_listed_is_told_as_that() -> None:
    finding = gpus(xid=[gpu(777)], xid_changes=[changed()]).only()
    assert (finding.code, finding.severity) == ("gpu/xid-other", Severity.WARNING)


def test_a_new_pod_on_the_gpu_is_no_new_error() -> None:
    later = gpu(79, exported_pod="train-1")
    found = gpus(node(), trainer(), trainer("train-1"), xid=[gpu(79), later]).findings()
    assert [one.severity for one in found] == [Severity.INFO]


def test_a_gpu_is_joined_to_its_pod_its_node_and_its_machine() -> None:
    job = make("Job", "train", api="batch/v1", namespace="ml")
    objects = (node(metadata=OF_MACHINE), job, owned(trainer(), job))
    finding = gpus(*objects, xid=[gpu(31)], xid_changes=[changed()]).only()
    assert finding.subject == Ref("Job", "train", "ml")
    assert finding.members == (POD,)
    assert finding.relations == (
        Relation(source=POD, edge=Edge.RUNS_ON, target=NODE),
        Relation(source=NODE, edge=Edge.RUNS_ON, target=MACHINE),
        Relation(source=POD, edge=Edge.OWNED_BY, target=finding.subject),
    )


@pytest.mark.parametrize(
    "names",
    [
        {"Hostname": "gpu-1"},
        {"hostname": "gpu-1"},
        {"node": "gpu-1"},
        {"kubernetes_node": "gpu-1"},
        {"instance": "10.0.0.9:9400"},
    ],
)
def test_a_node_is_found_by_whatever_an_exporter_calls_it(names: Mapping[str, str]) -> None:
    bare = {key: one for key, one in TRAIN.items() if key not in {"Hostname", "instance"}}
    found = Place((node(),), {"gpu-remap-failed": [series(1, **{**bare, **names})]}).only()
    assert found.subject == NODE


def test_a_node_is_found_by_the_pod_of_the_exporter() -> None:
    exporter = pod(
        running(), name="dcgm-exporter-x", namespace="gpu-operator", spec={"nodeName": "gpu-1"}
    )
    labels = {key: one for key, one in TRAIN.items() if key != "Hostname"}
    labels["instance"] = "exporter"
    at = target(
        "",
        health="up",
        pod="dcgm-exporter-x",
        instance="exporter",
        job="dcgm",
        __meta_kubernetes_namespace="gpu-operator",
    )
    place = Place(
        (node(), exporter), {"gpu-remap-failed": [series(1, **labels)]}, knows=scraped(at)
    )
    assert place.only().subject == NODE


def test_gpus_of_a_node_that_is_gone_are_silent() -> None:
    other = node("gpu-2", address="10.0.0.2")
    assert gpus(other, xid=[gpu(79)], remap_failed=[gpu(1)], double_bit=[gpu(2)]).codes() == []


@pytest.mark.parametrize(
    ("query", "code", "severity"),
    [
        ("remap_failed", "gpu/row-remap-failed", Severity.CRITICAL),
        ("remap_pending", "gpu/row-remap-pending", Severity.WARNING),
        ("double_bit", "gpu/uncorrectable-memory-errors", Severity.WARNING),
        ("thermal_violation", "gpu/thermal-throttling", Severity.WARNING),
        ("power_violation", "gpu/power-throttling", Severity.INFO),
        ("hot_and_slow", "gpu/thermal-throttling", Severity.WARNING),
        ("memory_leak", "gpu/memory-leak", Severity.WARNING),
        ("hung", "gpu/hung", Severity.WARNING),
        ("idle_engine", "gpu/idle", Severity.INFO),
    ],
)
def test_each_state_of_a_gpu_is_told_with_its_query(
    query: str, code: str, severity: Severity
) -> None:
    finding = gpus(**{query: [gpu(1)]}).only()
    assert (finding.code, finding.severity) == (code, severity)
    (evidence,) = finding.evidence
    assert isinstance(evidence, MetricEvidence)
    asked = BY_NAME[f"gpu-{query.replace('_', '-')}"]
    assert evidence.query == (asked.gives or asked.promql)
    assert evidence.labels["UUID"] == "GPU-3"
    assert finding.fixes


def test_a_gpu_is_told_once_whoever_is_on_it() -> None:
    two = [gpu(1), gpu(1, exported_pod="train-1")]
    assert gpus(remap_failed=two).codes() == ["gpu/row-remap-failed"]


def test_memory_errors_of_the_last_hour_are_worse() -> None:
    finding = gpus(double_bit=[gpu(2)], double_bit_recent=[gpu(1)]).only()
    assert finding.severity is Severity.CRITICAL


def test_heat_that_two_queries_tell_is_told_once() -> None:
    assert gpus(thermal_violation=[gpu(0.4)], hot_and_slow=[gpu(90)]).codes() == [
        "gpu/thermal-throttling"
    ]


def test_a_gpu_that_draws_power_does_not_hang() -> None:
    draws = {"hung_power": [gpu(650)], "power_limit": [gpu(700)]}
    assert gpus(hung=[gpu(100)], **draws).codes() == []
    assert gpus(hung=[gpu(100)], hung_power=[gpu(650)]).codes() == []  # 700 W by its model
    rests = {"hung_power": [gpu(120)], "power_limit": [gpu(700)]}
    finding = gpus(hung=[gpu(100)], **rests).only()
    assert "draws 120 of 700 W" in finding.title
    assert finding.concluded


def test_the_pod_of_the_exporter_itself_has_no_gpu() -> None:
    own = {key: one for key, one in TRAIN.items() if not key.startswith("exported_")}
    exporter = pod(running(), name="dcgm-exporter-x", namespace="gpu-operator", ready=True)
    at = target(
        "",
        health="up",
        pod="dcgm-exporter-x",
        instance="10.0.0.9:9400",
        job="dcgm",
        __meta_kubernetes_namespace="gpu-operator",
    )
    place = Place((node(), exporter), {"gpu-idle-engine": [series(0, **own)]}, knows=scraped(at))
    assert place.codes() == []


def test_idle_gpus_of_one_pod_are_one_finding() -> None:
    two = [gpu(0), gpu(0, UUID="GPU-4", gpu="4")]
    finding = gpus(idle_engine=two).only()
    assert "any of its 2 GPUs" in finding.title
    assert finding.subject == POD


def test_idle_gpus_of_a_pod_that_is_gone_are_silent() -> None:
    assert gpus(node(), trainer("other"), idle_engine=[gpu(0)]).codes() == []


def test_utilisation_decides_only_where_the_engine_is_not_exported() -> None:
    for metrics, told in (({"DCGM_FI_PROF_GR_ENGINE_ACTIVE"}, []), ({"up"}, ["gpu/idle"])):
        knows: dict[str, Any] = {"metrics": frozenset(metrics)}
        place = Place((node(), trainer()), {"gpu-idle-util": [gpu(0)]}, knows=knows)
        assert place.codes() == told


def with_gpus(name: str, address: str, *, age: float = 86_400) -> Manifest:
    return node(name, address=address, status={"capacity": {"nvidia.com/gpu": "8"}}, age=age)


def test_a_gpu_node_that_nothing_measures_is_told_where_others_are() -> None:
    one, other = with_gpus("gpu-1", "10.0.0.9"), with_gpus("gpu-2", "10.0.0.10")
    finding = gpus(one, other, exporters=[gpu(1)]).only()
    assert (finding.code, finding.subject) == ("gpu/not-measured", Ref("Node", "gpu-2"))
    assert "8 nvidia.com/gpu" in finding.title


def test_gpu_nodes_are_silent_where_no_gpu_is_measured_or_the_node_is_new_or_lost() -> None:
    one, other = with_gpus("gpu-1", "10.0.0.9"), with_gpus("gpu-2", "10.0.0.10")
    young = with_gpus("gpu-2", "10.0.0.10", age=60)
    lost = with_gpus("gpu-2", "10.0.0.10")
    lost["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    assert gpus(one, other).codes() == []
    assert gpus(one, young, exporters=[gpu(1)]).codes() == []
    assert gpus(one, lost, exporters=[gpu(1)]).codes() == []
    seen = gpu(1, Hostname="gpu-2", instance="10.0.0.10:9400")
    assert gpus(one, other, exporters=[gpu(1), seen]).codes() == []


def test_a_gpu_node_without_metrics_hangs_on_the_monitor_of_the_others_also_without_targets() -> (
    None
):
    one, other = with_gpus("gpu-1", "10.0.0.9"), with_gpus("gpu-2", "10.0.0.10")
    knows = {"pools": ("serviceMonitor/gpu-operator/dcgm/0", "serviceMonitor/shop/cart/0")}
    found = Place((one, other), {"gpu-exporters": [gpu(1)]}, knows=knows).only()
    monitor = Ref("ServiceMonitor", "dcgm", "gpu-operator", "monitoring.coreos.com")
    wanted = Relation(source=found.subject, edge=Edge.SCRAPED_BY, target=monitor)
    assert wanted in found.relations


def test_a_gpu_node_that_is_gone_when_it_is_read_again_is_silent() -> None:
    one, other = with_gpus("gpu-1", "10.0.0.9"), with_gpus("gpu-2", "10.0.0.10")
    place = gpus(one, other, exporters=[gpu(1)])
    place.now = {Ref("Node", "gpu-2"): None}
    assert place.codes() == []
