"""Pods that a kubelet turned away, workloads that name no runtime class there is, and operators."""

import pytest

from clusterwright.tools.finding import Edge, LogEvidence
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import codes, condition, found, only, thing, waiting
from tests.tools.gpu.funnel.fleet import Fleet, ago, node, nvidia

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "train-1", "controller": True}
SHARED = (
    "Allocate failed due to rpc error: request for 'nvidia.com/gpu: 2' too large: maximum request"
    " size for shared resources is 1, which is unexpected"
)
GONE = (
    "Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested:"
    " 1, Available: 0, which is unexpected"
)


def turned_away(
    reason: str, message: str = "Resources cannot be allocated", **meta: Json
) -> Manifest:
    pod = waiting("train-1-a", asks={"nvidia.com/gpu": "2"}, nodeName="gpu-1")
    pod["metadata"].update({"ownerReferences": [OWNER], **meta})
    pod["status"] = {"phase": "Failed", "reason": reason, "message": message}
    return pod


@pytest.mark.parametrize(
    ("reason", "message", "says"),
    [
        ("TopologyAffinityError", "", "cannot give it 2 nvidia.com/gpu from one NUMA node"),
        ("UnexpectedAdmissionError", SHARED, "takes requests of at most 1, and it asks for 2"),
        ("UnexpectedAdmissionError", GONE, "had no nvidia.com/gpu for it by the time it came"),
        ("UnexpectedAdmissionError", "odd device", "turned it away: “odd device”"),
    ],
)
def test_a_pod_that_a_kubelet_turned_away_is_told_why(reason: str, message: str, says: str) -> None:
    fleet = nvidia()
    fleet.add(turned_away(reason, message))
    finding = only(found(fleet))
    assert (finding.code, str(finding.subject)) == (
        "gpu/topology-rejected",
        "ReplicaSet/research/train-1",
    )
    assert says in finding.title
    assert [(one.edge, str(one.target)) for one in finding.relations] == [
        (Edge.RUNS_ON, "Node/gpu-1")
    ]


def test_a_pod_whose_successor_runs_or_that_failed_long_ago_is_history() -> None:
    fleet = nvidia()
    later = waiting("train-1-b", asks={"nvidia.com/gpu": "2"}, nodeName="gpu-1")
    later["metadata"].update({"ownerReferences": [OWNER], "creationTimestamp": ago(minutes=5)})
    later["status"] = {"phase": "Running"}
    fleet.add(turned_away("TopologyAffinityError"), later)
    assert found(fleet) == []
    fleet = nvidia()
    fleet.add(turned_away("TopologyAffinityError", creationTimestamp=ago(days=3)))
    assert found(fleet) == []


@pytest.mark.parametrize("reason", ["Evicted", "OutOfcpu", ""])
def test_a_pod_that_failed_for_something_else_is_not_rejected(reason: str) -> None:
    fleet = nvidia()
    fleet.add(turned_away(reason))
    assert found(fleet) == []


def replica_set(runtime: str, *, made: int = 0, asks: str = "nvidia.com/gpu") -> Manifest:
    container = {"name": "main", "resources": {"limits": {asks: "1"}}}
    template = {"spec": {"runtimeClassName": runtime, "containers": [container]}}
    spec, status = {"replicas": 1, "template": template}, {"replicas": made}
    failed = condition(
        "ReplicaFailure", "True", "FailedCreate", f'RuntimeClass "{runtime}" not found'
    )
    conditions = [] if made else [failed]
    return thing("ReplicaSet", "train-1", "apps/v1", namespace="research", spec=spec,
                 status={**status, "conditions": conditions})  # fmt: skip


def with_runtime_classes(*objects: Manifest) -> Fleet:
    fleet = nvidia()
    fleet.objects["RuntimeClass"] = [thing("RuntimeClass", "nvidia", "node.k8s.io/v1")]
    fleet.add(*objects)
    return fleet


def test_a_runtime_class_that_does_not_exist_is_told_with_the_nearest() -> None:
    fleet = with_runtime_classes(replica_set("nvidai"))
    finding = only(found(fleet, now={"RuntimeClass/nvidai": None}))
    assert (finding.code, str(finding.subject)) == (
        "gpu/runtime-class-missing",
        "ReplicaSet/research/train-1",
    )
    assert finding.title.startswith('RuntimeClass "nvidai", which its pods name, does not exist')
    assert finding.title.endswith("there is nvidia")
    made = thing("RuntimeClass", "nvidai", "node.k8s.io/v1")
    assert found(fleet, now={"RuntimeClass/nvidai": made}) == []


@pytest.mark.parametrize(
    "one",
    [replica_set("nvidia"), replica_set("gvisor", asks="cpu"), replica_set("nvidai", made=1)],
    ids=["there", "nothing to do with devices", "its pods are made"],
)
def test_a_runtime_class_that_is_no_trouble_is_silent(one: Manifest) -> None:
    assert found(with_runtime_classes(one)) == []


def operator_pod(
    labels: dict[str, str], *, reason: str = "Error", code: int = 1, restarts: int = 6
) -> Manifest:
    ended = {"exitCode": code, "reason": reason, "startedAt": ago(minutes=2),
             "finishedAt": ago(minutes=1), "containerID": "c://1"}  # fmt: skip
    status = {"name": "main", "restartCount": restarts, "ready": False,
              "state": {"waiting": {"reason": "CrashLoopBackOff"}},
              "lastState": {"terminated": ended}}  # fmt: skip
    limits = {"resources": {"limits": {"memory": "350Mi"}}}
    return thing("Pod", "gpu-operator-1", "v1", namespace="gpu-operator",
                 metadata={"labels": labels},
                 spec={"containers": [{"name": "main", **limits}]},
                 status={"phase": "Running", "containerStatuses": [status],
                         "conditions": [condition("Ready", "False")]})  # fmt: skip


@pytest.mark.parametrize("name", ["gpu-operator", "gpu-operator-charts", "amd-gpu-operator"])
def test_an_operator_that_does_not_stay_up_is_told_with_its_log(name: str) -> None:
    fleet = nvidia()
    fleet.add(operator_pod({"app.kubernetes.io/name": name}))
    finding = only(found(fleet, logs={"main": ("ERROR: cannot list nodes: forbidden",)}))
    assert finding.code == "gpu/operator-down"
    assert finding.title.startswith('The operator does not stay up: Container "main" keeps ending')
    assert any(isinstance(one, LogEvidence) for one in finding.evidence)


def test_an_operator_of_a_large_cluster_needs_more_memory() -> None:
    fleet = nvidia()
    fleet.add(operator_pod({"app": "gpu-operator"}, reason="OOMKilled", code=137))
    assert only(found(fleet)).title == "The operator is killed for want of memory again and again"
    fleet.add(*(node(f"cpu-{i}", devices={}) for i in range(300)))
    finding = only(found(fleet))
    assert finding.title.endswith("it looks after 301 nodes")
    assert finding.fixes == ("Raise the memory limit of the operator, as to 1400Mi.",)


def test_another_pod_that_crashes_is_no_operator() -> None:
    fleet = nvidia()
    fleet.add(operator_pod({"app": "cart"}))
    assert found(fleet) == []


def exporter(*, broken: bool = False) -> Fleet:
    """A cluster whose exporter of metrics crashes, maybe beside a node that is broken itself."""
    fleet = nvidia()
    fleet.add(thing("DaemonSet", "nvidia-dcgm-exporter", "apps/v1", namespace="gpu-operator"))
    pod = operator_pod({"app": "nvidia-dcgm-exporter"})
    owner = {**OWNER, "kind": "DaemonSet", "name": "nvidia-dcgm-exporter"}
    pod["metadata"]["ownerReferences"] = [owner]
    pod["spec"]["nodeName"] = "gpu-1"
    fleet.add(pod)
    if broken:
        fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    return fleet


def test_an_exporter_that_reaches_no_engine_is_told_what_is_in_its_way() -> None:
    said = "Attempting to connect to remote hostengine at nvidia-dcgm:5555"
    finding = only(found(exporter(), logs={"main": (said,)}))
    assert finding.code == "gpu/exporter-failed"
    assert finding.title == (
        "The exporter of GPU metrics does not stay up: it does not reach the host engine of DCGM at"
        " nvidia-dcgm:5555"
    )
    assert "NetworkPolicy" in finding.fixes[0]


def test_an_exporter_beside_a_broken_stage_is_only_its_symptom() -> None:
    assert codes(found(exporter(broken=True))) == {"Node/gpu-1": "gpu/upgrade-failed"}


@pytest.mark.parametrize(
    ("value", "stale"),
    [
        ("Deleted_2026.11.27 11:50:00", True),
        ("Requesting_2026-11-25 11:50:00", True),
        ("Requesting_2026.11.27 11:59:50", False),
        ("Reported 2026-11-20 11:59:50", False),
        ("Requesting_2026.13.45 99:99:99", False),
        ("", False),
    ],
)
def test_a_plugin_of_hami_that_no_longer_answers_is_told(*, value: str, stale: bool) -> None:
    fleet = nvidia()
    fleet.node["metadata"]["annotations"] = {"hami.io/node-handshake": value}
    assert [one.code for one in found(fleet)] == ["gpu/handshake-stale"] * stale


def mixed(driver: str, config: str = "custom") -> Fleet:
    """A node of which some GPUs are split and the whole ones are not advertised."""
    fleet = nvidia()
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].update({"nvidia.com/gpu": "0", "nvidia.com/mig-1g.10gb": "7"})
    marks = {"mig.config": config, "mig.config.state": "success", "mig.strategy": "mixed"}
    fleet.labels.update({f"nvidia.com/{key}": value for key, value in marks.items()})
    fleet.labels["nvidia.com/cuda.driver-version.full"] = driver
    fleet.add(waiting())
    return fleet


@pytest.mark.parametrize(
    ("driver", "known"),
    [("570.124.06", True), ("570.158.01", True), ("570.86.15", False), ("580.65.06", False)],
)
def test_drivers_that_lose_whole_gpus_beside_split_ones_are_known(
    *, driver: str, known: bool
) -> None:
    told = [one.code for one in found(mixed(driver))]
    assert ("gpu/driver-regression" in told) is known


def test_a_driver_is_not_blamed_where_all_gpus_are_split_on_purpose() -> None:
    assert "gpu/driver-regression" not in codes(found(mixed("570.124.06", "all-1g.10gb"))).values()
