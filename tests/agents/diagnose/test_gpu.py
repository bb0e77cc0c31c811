"""What is wrong with a device is one root, with all that hangs on it: operands, pods, queues."""

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.gpu_rules import GPU_RULES
from clusterwright.agents.diagnose.rules import belongs
from clusterwright.tools.analyze import group
from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.gpu.analyzers import ANALYZERS as OF_GPUS
from clusterwright.tools.gpu.analyzers.funnel import CODES as STAGES
from clusterwright.tools.gpu.analyzers.joins import joins
from clusterwright.tools.kubernetes import unexplained
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.brief import brief
from clusterwright.tools.prometheus.analyzers import ANALYZERS as OF_PROMETHEUS
from tests.agents.found import answered, edge, finding
from tests.tools.gpu.analyzers.estates import condition, found, waiting
from tests.tools.gpu.analyzers.test_funnel import crashing
from tests.tools.gpu.analyzers.test_pods import asking, taken
from tests.tools.gpu.analyzers.test_queues import kai_group
from tests.tools.gpu.analyzers.test_rejected import exporter, operator_pod, replica_set
from tests.tools.gpu.funnel.fleet import DRIVER, Fleet, ago, nvidia

NODE = "Node/gpu-1"
POD = "Pod/research/train-0"
DAEMONSET = f"DaemonSet/gpu-operator/{DRIVER}"


def outline(fleet: Fleet, *more: Finding) -> dict[str, list[str]]:
    """The roots of what both domains say of a cluster, cut as answers are, each with symptoms."""
    estate = fleet.estate()
    of_gpus = found(fleet)
    kubernetes = [one.finding for each in ANALYZERS for one in group(each.detect(estate))]
    edges = [one for some in joins(estate, of_gpus).values() for one in some]
    told = answered(*(brief(one) for one in of_gpus), *more, relations=tuple(edges))
    roots = correlate([answered(*map(brief, kubernetes)), told]).root_causes
    return {root.code: sorted(one.code for one in root.symptoms) for root in roots}


def test_a_pod_waits_for_a_driver_and_operands_fail_with_it() -> None:
    fleet = crashing()
    for one in fleet.objects["Pod"]:
        one["metadata"]["creationTimestamp"] = ago(hours=2)
    assert outline(asking(fleet)) == {
        "gpu/driver-failed": [
            *("pod/crash-loop", "pod/init-container-running", "pod/init-container-running"),
            *("pod/init-container-running", "pod/init-container-running"),
            "pod/insufficient-resource",
        ]
    }


def test_a_pod_waits_because_of_a_label_of_a_node() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu.deploy.device-plugin"] = "paused-for-driver-upgrade"
    fleet.drop("Pod", "nvidia-device-plugin")
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].pop("nvidia.com/gpu")
    assert outline(asking(fleet)) == {"gpu/stale-pause": ["pod/insufficient-resource"]}


def test_an_image_that_does_not_exist_is_the_cause_of_the_stage_that_it_brings() -> None:
    fleet = crashing()
    lost = {"reason": "ImagePullBackOff", "message": "manifest unknown: not found"}
    fleet.ails(DRIVER, waiting=lost)
    fleet.objects["Pod"] = [
        one for one in fleet.objects["Pod"] if one["metadata"]["labels"].get("app") == DRIVER
    ]
    assert outline(asking(fleet)) == {
        "pod/image-not-found": ["gpu/driver-image", "pod/insufficient-resource"]
    }


def test_a_driver_that_fails_is_no_symptom_of_an_image_on_another_node() -> None:
    other = finding("pod/image-not-found", DAEMONSET, members=["Pod/gpu-operator/driver-on-2"])
    roots = outline(crashing(), other)
    assert set(roots) == {"gpu/driver-failed", "pod/image-not-found"}
    assert "gpu/driver-failed" not in roots["pod/image-not-found"]


def test_a_pod_that_waits_for_cpu_is_not_explained_by_a_driver() -> None:
    fleet = crashing()
    pod = waiting(asks={"cpu": "200"}, said="0/1 nodes are available: 1 Insufficient cpu.")
    fleet.add(pod)
    roots = outline(fleet)
    assert roots["pod/insufficient-resource"] == []


def test_an_operator_is_as_ready_as_its_operands() -> None:
    fleet = crashing()
    told = condition("Error", "True", "OperandNotReady", "states not ready: [state-driver]")
    fleet.objects["ClusterPolicy.nvidia.com"][0]["status"] = {
        "state": "notReady",
        "conditions": [told],
    }
    roots = outline(fleet)
    assert "gpu/operator-not-ready" in roots["gpu/driver-failed"]
    assert list(roots) == ["gpu/driver-failed"]


def test_what_asks_for_what_is_not_there_is_one_root() -> None:
    assert outline(asking(nvidia(), {"amd.com/gpu": "1"})) == {
        "gpu/wrong-resource": ["pod/insufficient-resource"]
    }
    assert outline(asking(taken(nvidia()))) == {"gpu/none-free": ["pod/insufficient-resource"]}


def test_pods_of_several_workloads_that_wait_for_one_resource_are_one_root() -> None:
    fleet = taken(nvidia())
    for i in range(3):
        pod = waiting(f"train-{i}")
        pod["metadata"]["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"rs-{i}", "controller": True}
        ]
        fleet.add(pod)
    assert outline(fleet) == {"gpu/none-free": ["pod/insufficient-resource"] * 3}


def test_a_runtime_class_explains_a_workload_without_pods() -> None:
    fleet = nvidia()
    fleet.objects["RuntimeClass"] = []
    fleet.add(replica_set("nvidia"))
    assert outline(fleet) == {"gpu/runtime-class-missing": ["workload/unavailable"]}


def test_an_operator_that_is_killed_is_down_for_its_limit() -> None:
    fleet = nvidia()
    fleet.add(operator_pod({"app": "gpu-operator"}, reason="OOMKilled", code=137))
    assert outline(fleet) == {"pod/out-of-memory": ["gpu/operator-down"]}


def test_a_node_that_nobody_labels_waits_for_the_operator() -> None:
    fleet = nvidia()
    fleet.labels.pop("nvidia.com/gpu.present")
    fleet.add(operator_pod({"app": "gpu-operator"}))
    roots = outline(fleet)
    assert list(roots) == ["pod/crash-loop"]
    assert {"gpu/not-present", "gpu/operator-down"} <= set(roots["pod/crash-loop"])


def test_an_exporter_that_fails_explains_its_pods_and_what_is_not_measured() -> None:
    unmeasured = finding(
        "gpu/not-measured",
        NODE,
        relations=(edge(NODE, Edge.USES, "DaemonSet/gpu-operator/nvidia-dcgm-exporter"),),
    )
    assert outline(exporter(), unmeasured) == {
        "gpu/exporter-failed": ["gpu/not-measured", "pod/crash-loop"]
    }


def test_a_node_that_a_failed_upgrade_leaves_cordoned_is_not_given_back_for_who_waits() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    fleet.node["spec"].update({"unschedulable": True, "taints": [cordon]})
    cordoned = finding("pod/untolerated-taint", POD)
    told = outline(asking(fleet), cordoned)
    assert list(told) == ["gpu/upgrade-failed"]
    assert "pod/untolerated-taint" in told["gpu/upgrade-failed"]


@pytest.mark.parametrize("code", ["gpu/xid-hardware", "gpu/row-remap-failed"])
def test_a_device_that_is_broken_explains_what_was_taken_out_of_service(code: str) -> None:
    fleet = nvidia()
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "7"
    assert outline(fleet, finding(code, NODE)) == {code: ["gpu/unhealthy-device"]}
    application = finding("gpu/xid-application", NODE)
    assert outline(fleet, application) == {"gpu/xid-application": [], "gpu/unhealthy-device": []}


def test_a_gang_that_finds_no_place_waits_for_devices() -> None:
    fleet = asking(taken(nvidia()))
    group_ = kai_group("PodSchedulingErrors", "no node has enough")
    group_["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Pod", "name": "train-0", "controller": True}
    ]
    fleet.objects["PodGroup.scheduling.run.ai"] = [group_]
    assert outline(fleet) == {
        "gpu/none-free": ["pod/insufficient-resource", "queue/group-unplaced"]
    }


def test_a_queue_explains_the_pods_that_it_does_not_let_on() -> None:
    limit = finding(
        "queue/over-limit",
        "PodGroup.scheduling.run.ai/research/pg",
        relations=(edge("PodGroup.scheduling.run.ai/research/pg", Edge.OWNED_BY, POD),),
    )
    pods = finding("pod/unschedulable", POD)
    assert outline(Fleet(), limit, pods) == {"queue/over-limit": ["pod/unschedulable"]}


def test_every_code_in_a_rule_is_one_that_an_analyzer_reports() -> None:
    analyzers = (*ANALYZERS, *OF_GPUS, *OF_PROMETHEUS)
    codes = {code for one in analyzers for code in one.codes} | {unexplained.CODE}
    families = {family for one in GPU_RULES for family in (one.effect, one.cause)}
    assert [one for one in sorted(families) if not any(belongs(c, one) for c in codes)] == []


def test_every_stage_of_a_node_explains_the_pods_that_wait_for_it() -> None:
    explains = {one.cause for one in GPU_RULES if one.effect == "pod/insufficient-resource"}
    assert [one for one in STAGES if one not in explains] == []
