"""What workloads that wait for devices are to ask for instead: their template, and a question."""

from collections.abc import Mapping

import pytest

from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import beside, found, only, waiting
from tests.tools.gpu.analyzers.test_rejected import SHARED, turned_away
from tests.tools.gpu.funnel.fleet import Fleet, nvidia, user_pod

_WORKLOAD = "Deployment/research/train"
_MAIN = "spec.template.spec.containers[name=main].resources"
_PRODUCT = "nvidia.com/gpu.product"


def of_deployment(name: str, *pods: Manifest) -> list[Manifest]:
    """Pods, and the Deployment whose they are."""
    for pod in pods:
        pod["metadata"]["ownerReferences"] = [_owner("ReplicaSet", f"{name}-1")]
    metadata = {"namespace": "research"}
    owned = {**metadata, "name": f"{name}-1", "ownerReferences": [_owner("Deployment", name)]}
    return [
        *pods,
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": owned},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {**metadata, "name": name}},
    ]


def _owner(kind: str, name: str) -> Manifest:
    return {"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True}


def asking(fleet: Fleet, asks: Mapping[str, str], **spec: Json) -> Fleet:
    """Add a Deployment whose pod waits."""
    fleet.add(*of_deployment("train", waiting(asks=asks, **spec)))
    return fleet


def patched(finding: Finding, place: int = 0) -> Json:
    """What a remedy sets in the workload, by the Kubernetes server."""
    remedy = finding.remedies[place]
    [change] = remedy.changes
    assert (remedy.tool, change["kind"], change["object"]) == (
        "k8s_plan_change",
        "patch",
        _WORKLOAD,
    )
    return change["set"]


def test_a_resource_that_is_not_there_asks_for_one_that_is() -> None:
    finding = only(found(asking(nvidia(), {"nvidia.com/gpus": "2", "cpu": "4"})))
    asked = "<ask: the resource to ask for in place of nvidia.com/gpus; there is nvidia.com/gpu>"
    assert patched(finding) == {_MAIN: {"limits": {asked: "2", "cpu": "4"}}}
    assert finding.fixes[0].startswith("Ask for nvidia.com/gpu instead, in place of 2")
    assert "k8s_plan_change {" in finding.fixes[0]


def test_a_pod_of_nobody_cannot_be_changed_and_has_words_only() -> None:
    fleet = nvidia()
    fleet.add(waiting(asks={"nvidia.com/gpus": "2"}))
    finding = only(found(fleet))
    assert finding.remedies == ()
    assert finding.fixes == ("Ask for nvidia.com/gpu instead, in place of 2 nvidia.com/gpus.",)


def test_a_profile_that_no_gpu_can_have_asks_for_another_resource() -> None:
    finding = only(found(asking(nvidia(), {"nvidia.com/mig-1g.5gb": "1"})))
    [asked] = patched(finding)[_MAIN]["limits"]
    assert asked == (
        "<ask: the resource to ask for in place of nvidia.com/mig-1g.5gb; there is nvidia.com/gpu>"
    )


def test_a_product_that_is_not_there_asks_which_of_those_that_are() -> None:
    selector = {_PRODUCT: "NVIDIA-H100-80GB-HBM2"}
    finding = only(found(asking(nvidia(), {"nvidia.com/gpu": "1"}, nodeSelector=selector)))
    asked = f"<ask: which value of {_PRODUCT} to select; nodes have NVIDIA-H100-80GB-HBM3>"
    assert patched(finding) == {f"spec.template.spec.nodeSelector['{_PRODUCT}']": asked}


def test_devices_that_are_given_away_ask_who_gives_some_back() -> None:
    fleet = nvidia()
    holder = user_pod("serve-0", nvidia_gpu="8")
    fleet.add(*of_deployment("serve", holder))
    finding = only(found(asking(fleet, {"nvidia.com/gpu": "2"})))
    assert finding.code == "gpu/none-free"
    [remedy] = finding.remedies
    left = (
        "<ask: how many replicas of Deployment/research/serve may stay; it holds 8 nvidia.com/gpu>"
    )
    change = {"kind": "scale", "object": "Deployment/research/serve", "replicas": left}
    assert (remedy.tool, remedy.changes) == ("k8s_plan_change", (change,))


def test_where_cluster_api_makes_the_nodes_more_of_them_are_its_change() -> None:
    fleet = nvidia()
    fleet.node["metadata"]["annotations"] = {
        "cluster.x-k8s.io/cluster-name": "research",
        "cluster.x-k8s.io/cluster-namespace": "clusters",
        "cluster.x-k8s.io/machine": "research-gpu-7d9f-x2k4p",
        "cluster.x-k8s.io/owner-kind": "MachineSet",
        "cluster.x-k8s.io/owner-name": "research-gpu-7d9f",
    }
    fleet.add(user_pod("busy", nvidia_gpu="8"))
    finding = only(found(asking(fleet, {"nvidia.com/gpu": "2"})))
    [remedy] = finding.remedies
    count = "<ask: how many machines pool research-gpu is to have, one more?>"
    change = {"kind": "scale", "name": "clusters/research", "pool": "research-gpu"}
    assert (remedy.tool, remedy.changes) == (
        "capi_plan_change",
        ({**change, "replicas": count},),
    )
    assert any("capi_plan_change {" in one for one in finding.fixes)


def test_more_than_a_node_has_asks_how_few_would_do() -> None:
    finding = only(found(asking(nvidia(), {"nvidia.com/gpu": "9"})))
    asked = "<ask: how many nvidia.com/gpu a pod can do with, at most 8>"
    assert patched(finding) == {f"{_MAIN}.limits['nvidia.com/gpu']": asked}


def test_devices_in_pieces_ask_how_few_would_do() -> None:
    fleet = nvidia()
    beside(fleet, "gpu-2")
    for name, on in (("a", "gpu-1"), ("b", "gpu-2")):
        fleet.add(user_pod(name, on=on, nvidia_gpu="5"))
    findings = found(asking(fleet, {"nvidia.com/gpu": "6"}))
    finding = only([one for one in findings if one.code == "gpu/fragmented"])
    asked = "<ask: how many nvidia.com/gpu a pod can do with, at most 3>"
    assert patched(finding) == {f"{_MAIN}.limits['nvidia.com/gpu']": asked}


@pytest.mark.parametrize(
    ("reason", "said", "wanted"),
    [
        ("UnexpectedAdmissionError", SHARED, "1"),
        (
            "TopologyAffinityError",
            "Resources cannot be allocated with Topology locality",
            "<ask: how many nvidia.com/gpu fit on one NUMA node; it asks for 2 nvidia.com/gpu>",
        ),
    ],
)
def test_of_a_shared_device_one_is_all_and_of_a_numa_node_it_is_asked(
    reason: str, said: str, wanted: str
) -> None:
    fleet = nvidia()
    fleet.add(*of_deployment("train", turned_away(reason, said)))
    assert patched(only(found(fleet))) == {f"{_MAIN}.limits['nvidia.com/gpu']": wanted}
