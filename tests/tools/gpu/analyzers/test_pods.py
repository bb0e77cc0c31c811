"""Pods that wait for accelerators: what they ask for that is not there, and who has it."""

from collections.abc import Mapping

import pytest

from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.gpu.analyzers.joins import joins
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.gpu.analyzers.estates import beside, codes, found, only, thing, waiting
from tests.tools.gpu.funnel.fleet import CRASHING, DRIVER, Fleet, amd, node, nvidia, user_pod

POD = "Pod/research/train-0"
PRODUCT = "nvidia.com/gpu.product"


def asking(fleet: Fleet, asks: Mapping[str, str] | None = None, **spec: Json) -> Fleet:
    """Add a pod that waits."""
    fleet.add(waiting(asks=asks, **spec))
    return fleet


def split(fleet: Fleet, profile: str = "1g.10gb", count: int = 56) -> Fleet:
    """Split the node's GPUs by MIG, each part a resource of its own."""
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].update(
            {"nvidia.com/gpu": "0", f"nvidia.com/mig-{profile}": str(count)}
        )
    config = {
        "mig.config": f"all-{profile}",
        "mig.config.state": "success",
        "mig.strategy": "mixed",
    }
    fleet.labels.update({f"nvidia.com/{key}": value for key, value in config.items()})
    return fleet


def taken(fleet: Fleet, count: int = 8, on: str = "gpu-1") -> Fleet:
    """Give devices of a node away."""
    fleet.add(user_pod(f"busy-{on}", on=on, nvidia_gpu=str(count)))
    return fleet


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("nvidia.com/gpus", "nvidia.com/gpu"),
        ("nvidia/gpu", "nvidia.com/gpu"),
        ("amd.com/gpu", "nvidia.com/gpu"),
        ("nvidia.com/gpu.shared", "nvidia.com/gpu"),
        ("example.org/gpu", "nvidia.com/gpu"),
    ],
)
def test_a_resource_that_no_node_has_is_told_with_the_one_that_was_meant(
    asked: str, instead: str
) -> None:
    finding = only(found(asking(nvidia(), {asked: "2"})))
    assert (finding.code, str(finding.subject)) == ("gpu/wrong-resource", POD)
    assert finding.title == f'No node has "{asked}"; nodes have {instead}'


@pytest.mark.parametrize("asked", ["nvidia.com/gpu", "nvidia.com/gpumem", "example.org/license"])
def test_a_resource_that_is_there_or_counts_no_device_is_not_wrong(asked: str) -> None:
    assert found(asking(nvidia(), {asked: "1"})) == []


def test_a_resource_that_a_device_class_stands_for_is_not_wrong() -> None:
    fleet = asking(nvidia(), {"amd.com/gpu": "1"})
    spec = {"extendedResourceName": "amd.com/gpu"}
    fleet.add(_device_class("gpu.amd.com", spec))
    assert "gpu/wrong-resource" not in codes(found(fleet)).values()


def _device_class(name: str, spec: Manifest) -> Manifest:
    api = "resource.k8s.io/v1"
    return {"apiVersion": api, "kind": "DeviceClass", "metadata": {"name": name}, "spec": spec}


def test_a_cluster_without_any_device_is_left_to_the_scheduler() -> None:
    fleet = Fleet()
    fleet.add(waiting())
    assert found(fleet) == []


def test_a_pod_that_waits_for_a_broken_node_is_its_symptom_only() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].pop("nvidia.com/gpu")
    assert codes(found(asking(fleet))) == {"Node/gpu-1": "gpu/upgrade-failed"}


def test_a_pod_waits_for_a_node_that_a_failed_upgrade_leaves_cordoned_with_all_it_offers() -> None:
    fleet = asking(nvidia())
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    fleet.node["spec"].update({"unschedulable": True, "taints": [cordon]})
    findings = found(fleet)
    assert codes(findings) == {"Node/gpu-1": "gpu/upgrade-failed"}
    edges = joins(fleet.estate(), findings)[Ref("Node", "gpu-1")]
    assert Edge.REQUESTS in {one.edge for one in edges if str(one.source) == POD}


def test_a_broken_node_whose_devices_are_all_given_away_is_not_what_a_pod_waits_for() -> None:
    fleet = taken(nvidia())
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "6"
    findings = codes(found(asking(fleet)))
    assert findings == {"Node/gpu-1": "gpu/unhealthy-device", POD: "gpu/none-free"}


def test_a_node_of_dra_that_is_broken_is_not_what_a_pod_without_claims_waits_for() -> None:
    fleet = taken(nvidia())
    one = {"nodeName": "bare", "driver": "gpu.nvidia.com", "pool": {"name": "bare"}}
    fleet.add(node("bare", devices={}), thing("ResourceSlice", "a", "resource.k8s.io/v1", spec=one))
    findings = codes(found(asking(fleet)))
    assert findings == {"Node/bare": "gpu/not-advertised", POD: "gpu/none-free"}


def test_a_profile_that_no_gpu_is_split_into_says_which_could_be() -> None:
    finding = only(found(asking(split(nvidia()), {"nvidia.com/mig-2g.20gb": "1"})))
    assert finding.code == "gpu/mig-mismatch"
    assert finding.title == (
        "No GPU is split into 2g.20gb: nodes have nvidia.com/mig-1g.10gb; gpu-1 could be"
    )
    which = "<ask: which node to split: gpu-1>"
    change = {"kind": "set_mig", "node": which, "config": "all-2g.20gb"}
    assert finding.remedies[0].changes == (change,)


def test_a_profile_of_another_product_can_be_had_nowhere() -> None:
    finding = only(found(asking(nvidia(), {"nvidia.com/mig-1g.5gb": "1"})))
    assert finding.code == "gpu/mig-mismatch"
    assert finding.title.startswith("No GPU of the cluster can be split into 1g.5gb: NVIDIA-H100")
    assert finding.remedies == ()


def test_whole_gpus_where_all_are_split_are_a_mismatch() -> None:
    finding = only(found(asking(split(nvidia()))))
    assert finding.code == "gpu/mig-mismatch"
    assert finding.title.startswith("Every GPU is split by MIG: nodes have nvidia.com/mig-1g.10gb")


def test_a_mig_node_without_whole_gpus_and_nobody_waiting_is_silent() -> None:
    assert found(split(nvidia())) == []


def test_a_layout_that_is_on_its_way_is_waited_for() -> None:
    fleet = asking(split(nvidia()), {"nvidia.com/mig-2g.20gb": "1"})
    states = {"mig.config": "all-2g.20gb", "mig.config.state": "pending"}
    fleet.labels.update({f"nvidia.com/{key}": value for key, value in states.items()})
    assert "gpu/mig-mismatch" not in codes(found(fleet)).values()


def test_a_product_that_no_node_has_is_told_with_the_nearest() -> None:
    selector = {PRODUCT: "NVIDIA-H100-80GB-HBM2"}
    finding = only(found(asking(nvidia(), nodeSelector=selector)))
    assert finding.code == "gpu/product-unknown"
    assert finding.title == (
        f"No node has {PRODUCT}=NVIDIA-H100-80GB-HBM2; nodes have NVIDIA-H100-80GB-HBM3"
    )


def test_a_partition_of_amd_that_no_node_has_is_told_with_those_there_are() -> None:
    fleet, partition = amd(), "amd.com/compute-memory-partition"
    fleet.labels[partition] = "spx_nps1"
    pod = asking(fleet, {"amd.com/gpu": "1"}, nodeSelector={partition: "cpx_nps1"})
    finding = only(found(pod))
    assert finding.code == "gpu/product-unknown"
    assert finding.title == f"No node has {partition}=cpx_nps1; nodes have spx_nps1"


def test_a_product_in_an_affinity_is_read_too() -> None:
    expression = {"key": PRODUCT, "operator": "In", "values": ["H200", "B200"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    finding = only(found(asking(nvidia(), affinity=affinity)))
    assert finding.code == "gpu/product-unknown"
    assert finding.title.startswith(f"No node has {PRODUCT}=H200|B200; nodes have")


@pytest.mark.parametrize(
    "selector",
    [{PRODUCT: "NVIDIA-H100-80GB-HBM3"}, {"disk": "fast"}],
    ids=["there", "no label of discovery"],
)
def test_a_product_that_is_there_is_known(selector: dict[str, str]) -> None:
    codes_of = codes(found(asking(nvidia(), nodeSelector=selector)))
    assert "gpu/product-unknown" not in codes_of.values()


@pytest.mark.parametrize(("pool", "told"), [("h100", False), ("a100", True)])
def test_a_node_that_is_not_labelled_yet_may_be_meant_if_all_else_fits(
    pool: str, told: bool
) -> None:
    fleet = nvidia()
    fleet.labels.pop(PRODUCT)
    fleet.labels["pool"] = "h100"
    fleet.ails(DRIVER, restarts=9, **CRASHING)
    selector = {PRODUCT: "NVIDIA-H100-80GB-HBM2", "pool": pool}
    findings = codes(found(asking(fleet, nodeSelector=selector)))
    assert ("gpu/product-unknown" in findings.values()) == told


def test_all_devices_in_use_are_a_problem_only_when_a_pod_waits() -> None:
    assert found(taken(nvidia())) == []
    finding = only(found(asking(taken(nvidia()))))
    assert (finding.code, str(finding.subject)) == ("gpu/none-free", POD)
    assert finding.title == (
        "None of the 8 nvidia.com/gpu on gpu-1 is free, and a pod waits:"
        " held by Pod/research/busy-gpu-1 (8)"
    )


def test_what_waits_for_one_resource_is_one_finding() -> None:
    fleet = taken(nvidia())
    fleet.add(
        waiting("train-0"), waiting("train-1"), waiting("big-0", asks={"nvidia.com/gpu": "4"})
    )
    finding = only(found(fleet))
    assert "3 pods wait" in finding.title
    assert len(finding.members) == 3
    edges = [(str(one.source), one.edge, str(one.target)) for one in finding.relations]
    first = "Pod/research/big-0"
    assert edges == [
        ("Pod/research/train-0", Edge.REQUESTS, first),
        ("Pod/research/train-1", Edge.REQUESTS, first),
    ]


def test_enough_in_total_and_on_no_node_is_fragmented() -> None:
    fleet = taken(nvidia(), 5)
    beside(fleet, "gpu-2")
    taken(fleet, 4, on="gpu-2")
    finding = only(_pods(asking(fleet, {"nvidia.com/gpu": "6"})))
    assert finding.code == "gpu/fragmented"
    assert finding.title == (
        "6 nvidia.com/gpu are free on no single node: 7 are free on 2 nodes, at most 4 on one"
        " (gpu-2)"
    )


def test_what_fits_is_not_fragmented() -> None:
    fleet = taken(nvidia(), 5)
    beside(fleet, "gpu-2")
    taken(fleet, 4, on="gpu-2")
    assert _pods(asking(fleet, {"nvidia.com/gpu": "4"})) == []


def test_more_than_any_node_has_is_never_free() -> None:
    fleet = nvidia()
    fleet.add(
        *(waiting(name, asks={"nvidia.com/gpu": "9"}) for name in ("train-0", "train-1")),
    )
    finding = only(found(fleet))
    assert (finding.code, str(finding.subject)) == ("gpu/none-free", POD)
    assert finding.title == "No node has 9 nvidia.com/gpu: gpu-1 has 8, the most"
    assert [str(one) for one in finding.members] == [POD, "Pod/research/train-1"]
    assert finding.fixes == (
        "Ask for at most 8 nvidia.com/gpu a pod, in more pods, or add a node with 9.",
    )


def test_a_node_that_has_enough_and_is_forbidden_is_named() -> None:
    fleet = asking(nvidia(), {"nvidia.com/gpu": "9"})
    large = beside(fleet, "gpu-2", devices={"nvidia.com/gpu": "16"})
    large["spec"]["taints"] = [{"key": "team", "value": "other", "effect": "NoSchedule"}]
    finding = only(found(fleet))
    assert finding.title == (
        "No node that they may be on has 9 nvidia.com/gpu: gpu-1 has 8, the most; gpu-2 would:"
        " selector, affinity or taints forbid it"
    )


def test_more_than_any_node_has_may_be_the_matter_of_a_device_class() -> None:
    fleet = asking(nvidia(), {"nvidia.com/gpu": "9"})
    fleet.add(_device_class("gpu.nvidia.com", {"extendedResourceName": "nvidia.com/gpu"}))
    assert found(fleet) == []


def test_what_waits_for_the_same_is_fragmented_once() -> None:
    fleet = taken(nvidia(), 5)
    beside(fleet, "gpu-2")
    taken(fleet, 4, on="gpu-2")
    six = {"nvidia.com/gpu": "6"}
    fleet.add(*(waiting(f"train-{i}", asks=six) for i in range(100)))
    finding = only([one for one in found(fleet) if one.subject.kind == "Pod"])
    assert (str(finding.subject), len(finding.members)) == (POD, 100)
    assert len(finding.relations) == 40


def test_a_broken_node_is_joined_with_some_of_those_that_wait_for_it() -> None:
    fleet = nvidia()
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "0"
    fleet.add(*(waiting(f"train-{i}") for i in range(100)))
    estate = fleet.estate()
    edges = joins(estate, found(estate))[Ref("Node", "gpu-1")]
    assert sum(one.edge is Edge.REQUESTS for one in edges) == 40


def _pods(fleet: Fleet) -> list[Finding]:
    return [one for one in found(fleet) if str(one.subject) == POD]


def test_a_pod_that_has_a_node_by_now_is_silent() -> None:
    fleet = asking(taken(nvidia()))
    placed = waiting(nodeName="gpu-1")
    assert found(fleet, now={POD: placed}) == []
    assert found(fleet, now={POD: None}) == []


def test_pods_of_another_namespace_are_not_asked_about() -> None:
    fleet = asking(nvidia(), {"amd.com/gpu": "1"})
    assert found(fleet, namespace="shop") == []
    assert len(found(fleet, namespace="research")) == 1


def test_a_pod_that_is_held_back_on_purpose_waits_for_nothing() -> None:
    pod = waiting(asks={"amd.com/gpu": "1"})
    pod["status"]["conditions"][0]["reason"] = "SchedulingGated"
    fleet = nvidia()
    fleet.add(pod)
    assert found(fleet) == []


def test_amd_pods_wait_for_amd_devices() -> None:
    fleet = asking(amd(), {"nvidia.com/gpu": "1"})
    finding = only(found(fleet))
    assert finding.code == "gpu/wrong-resource"
    assert finding.title == 'No node has "nvidia.com/gpu"; nodes have amd.com/gpu'
