import pytest

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, make, only, pod


def unplaced(
    message: str = "0/1 nodes are available", *, name: str = "cart-1", age: float = 60, **spec: Json
) -> Manifest:
    container: Json = {"resources": {"requests": spec.pop("requests", {})}}
    refused = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
    }
    status: Json = {"conditions": [refused]}
    return pod(name=name, phase="Pending", container=container, spec=spec, status=status, age=age)


def node(name: str = "n1", *, taints: Json = None, **has: str) -> Manifest:
    labels = {key: has.pop(key) for key in ("disk", "zone") if key in has}
    return make(
        "Node",
        name,
        namespace="",
        metadata={"labels": labels},
        spec={"taints": taints or []},
        status={"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110", **has}},
    )


def test_a_label_that_no_node_has_is_named_with_the_nearest() -> None:
    finding = only(conclude(unplaced(nodeSelector={"disk": "sdd"}), node(disk="ssd")))
    assert finding.code == "pod/node-selector-unmatched"
    assert "disk=sdd" in finding.title
    assert "ssd" in finding.title


def test_labels_that_no_single_node_has_together_are_named() -> None:
    wanted = {"disk": "ssd", "zone": "b"}
    nodes = (node(disk="ssd", zone="a"), node("n2", disk="hdd", zone="b"))
    finding = only(conclude(unplaced(nodeSelector=wanted), *nodes))
    assert finding.code == "pod/node-selector-unmatched"
    assert "disk=ssd, zone=b" in finding.title


@pytest.mark.parametrize("operator", ["In", "Exists", "Gt", "Unknown"])
def test_a_required_affinity_that_nothing_meets_is_named(operator: str) -> None:
    expression = {"key": "zone", "operator": operator, "values": ["9"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    finding = only(conclude(unplaced(affinity=affinity), node(disk="ssd")))
    assert finding.code == "pod/node-selector-unmatched"
    assert "zone" in finding.title


def test_more_than_any_node_has_can_never_be_offered() -> None:
    finding = only(
        conclude(unplaced(requests={"nvidia.com/gpu": "16"}), node(**{"nvidia.com/gpu": "8"}))
    )
    assert finding.code == "pod/insufficient-resource"
    assert "nvidia.com/gpu: 16" in finding.title
    assert "8" in finding.title


def test_what_others_use_is_not_free_now() -> None:
    user = pod(
        name="user", container={"resources": {"requests": {"cpu": "3"}}}, spec={"nodeName": "n1"}
    )
    finding = only(conclude(unplaced(requests={"cpu": "2"}), node(), user))
    assert finding.code == "pod/insufficient-resource"
    assert "the most free is 1" in finding.title


def test_finished_pods_use_nothing() -> None:
    container: Json = {"resources": {"requests": {"cpu": "3"}}}
    user = pod(name="user", phase="Succeeded", container=container, spec={"nodeName": "n1"})
    assert only(conclude(unplaced(requests={"cpu": "2"}), node(), user)).code == "pod/unschedulable"


def test_a_taint_that_is_not_tolerated_is_named() -> None:
    taint = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
    finding = only(conclude(unplaced(), node(taints=[taint])))
    assert finding.code == "pod/untolerated-taint"
    assert "gpu=yes:NoSchedule" in finding.title
    tolerated = unplaced(tolerations=[{"key": "gpu", "operator": "Exists"}])
    assert only(conclude(tolerated, node(taints=[taint]))).code == "pod/unschedulable"


def test_a_cordoned_node_is_told_as_one() -> None:
    cordoned = node()
    cordoned["spec"]["unschedulable"] = True
    assert "cordoned" in only(conclude(unplaced(), cordoned)).title


def test_a_claim_that_is_not_bound_is_named() -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "cart-data"}}
    said = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims"
    claim = make("PersistentVolumeClaim", "cart-data", status={"phase": "Pending"})
    findings = conclude(unplaced(said, volumes=[volume]), node(), claim)
    finding = next(one for one in findings if one.code == "pod/volume-not-bound")
    assert '"cart-data"' in finding.title
    assert str(finding.relations[0].target) == "PersistentVolumeClaim/shop/cart-data"


def test_a_claim_that_does_not_exist_is_named() -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "gone"}}
    said = '0/1 nodes are available: persistentvolumeclaim "gone" not found'
    broken = unplaced(said, volumes=[volume])
    assert (
        "does not exist"
        in only(conclude(broken, node(), also_read=["PersistentVolumeClaim"])).title
    )


def test_anything_else_is_told_in_the_schedulers_words() -> None:
    finding = only(
        conclude(unplaced("0/1 nodes are available: 1 node(s) had anti-affinity"), node())
    )
    assert finding.code == "pod/unschedulable"
    assert "anti-affinity" in finding.title


def test_what_the_pod_cannot_change_comes_last_and_preemption_not_at_all() -> None:
    said = (
        "0/4 nodes are available: 3 node(s) had untolerated taint(s), 1 node(s) didn't have free"
        " ports for the requested pod ports. preemption: 0/4 nodes are available: 4 No victims."
    )
    title = only(conclude(unplaced(said), node())).title
    assert title == (
        "The scheduler finds no node: 1 didn't have free ports for the requested pod ports,"
        " 3 had untolerated taint(s)"
    )


def test_bare_pods_with_one_impossible_selector_are_one_finding() -> None:
    pods = [unplaced(name=f"cart-{i}", nodeSelector={"disk": "x"}) for i in range(50)]
    assert len(only(conclude(*pods, node())).members) == 50


def test_a_pod_that_waits_for_seconds_or_behind_a_gate_is_silent() -> None:
    gated = unplaced()
    gated["status"]["conditions"][0]["reason"] = "SchedulingGated"
    assert conclude(unplaced(age=1), gated, node()) == []


def test_a_cordoned_empty_node_alone_is_silent() -> None:
    cordoned = node()
    cordoned["spec"] = {"unschedulable": True, "taints": [{"timeAdded": ago(5)}]}
    assert conclude(cordoned) == []
