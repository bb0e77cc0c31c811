"""Every device is told once: also those without series, and pods that no series names."""

from collections import Counter

import pytest

from clusterwright.tools.gpu.measured.join import joined
from clusterwright.tools.gpu.measured.state import State
from clusterwright.tools.gpu.measured.use import Uses, expected
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.gpu.measured.place import HOUR, Results, busy, gpu, node, places, pod, together

TRAIN = Ref("Pod", "train", "ml")
INTEL = node() | {"status": {"capacity": {"gpu.intel.com/xe": "2"}}, "metadata": {"name": "x"}}


def uses(results: Results, *objects: Manifest) -> Uses:
    where = places(results, *objects)
    return Uses(joined(results, where), where, HOUR)


def told(of: Uses) -> dict[tuple[str, str], tuple[int, str]]:
    return {
        (one.state.value, str(min(one.pods)) if one.pods else one.node): (one.count, one.why)
        for one in of.holders
    }


def test_a_node_without_series_is_not_measured_and_neither_idle_nor_free() -> None:
    found = uses({}, node(gpus=4), pod("train", 3))
    assert [(one.state, one.count) for one in found.devices] == [(State.UNMEASURED, 4)]
    why = "no device of the node has series: gpu_describe_node tells more"
    assert told(found) == {
        ("not measured", "Pod/ml/train"): (3, why),
        ("not measured", "gpu-1"): (1, why),
    }


def test_a_device_without_series_beside_others_is_told() -> None:
    found = uses(busy(gpu(0, "ml/train"), 0.9), node(gpus=2), pod("train"))
    assert Counter(one.state for one in found.devices) == {State.WELL: 1, State.UNMEASURED: 1}
    assert told(found)["not measured", "gpu-1"] == (1, "1 others of the node have series")


def test_a_pod_whose_device_is_the_one_without_series_is_named() -> None:
    found = uses(busy(gpu(0, "ml/train"), 0.9), node(), pod("train"), pod("lost"))
    why = "as many devices of its node have no series"
    assert told(found)["not measured", "Pod/ml/lost"] == (1, why)
    assert ("not measured", "gpu-1") not in told(found)


def test_a_pod_that_no_series_names_makes_nothing_look_used_outside() -> None:
    results = together(busy(gpu(0), 0.9), busy(gpu(1), 0.0, used=0.1))
    found = uses(results, node(), pod("train"))
    assert Counter(one.state for one in found.devices) == {State.UNNAMED: 1, State.FREE: 1}
    why = "the exporter does not map devices to pods, or names others"
    assert told(found) == {("pod without series", "Pod/ml/train"): (1, why)}


def test_all_devices_of_a_node_are_its_only_pods_where_no_series_names_any() -> None:
    results = together(busy(gpu(0), 0.9), busy(gpu(1), 0.8))
    found = uses(results, node(), pod("train", 2))
    assert [(one.state, one.pods) for one in found.devices] == [(State.WELL, {TRAIN})] * 2
    young = uses(results, node(), pod("train", 2, age=1_200))
    assert {one.state for one in young.devices} == {State.UNNAMED}


def test_a_pod_with_claims_may_have_what_no_series_names() -> None:
    claiming = pod("train", 0)
    claiming["spec"]["resourceClaims"] = [{"name": "gpu", "resourceClaimTemplateName": "one"}]
    found = uses(together(busy(gpu(0), 0.9), busy(gpu(1), 0.0, used=0)), node(), claiming)
    assert State.OUTSIDE not in {one.state for one in found.devices}


def test_a_node_with_nobodys_use_is_used_outside_kubernetes() -> None:
    found = uses(busy(gpu(0), 0.9), node(gpus=1))
    assert told(found) == {("used outside Kubernetes", "gpu-1"): (1, "")}


def _passed_through() -> Manifest:
    found = node()
    found["metadata"]["labels"]["nvidia.com/gpu.deploy.vfio-manager"] = "true"
    return found


@pytest.mark.parametrize(
    ("objects", "state", "why"),
    [
        ((node(age=60),), State.NEW, "the node is new"),
        (
            (_passed_through(),),
            State.UNMEASURED,
            "passed through to virtual machines, so not seen on the node",
        ),
        (
            (
                node()
                | {"status": {"capacity": {"gpu.intel.com/xe": "2"}}, "metadata": {"name": "x"}},
            ),
            State.UNMEASURED,
            "no exporter of Intel's devices is known here",
        ),
    ],
)
def test_why_a_node_is_not_measured_is_told(
    objects: tuple[Manifest, ...], state: State, why: str
) -> None:
    assert [(one.state, one.why) for one in uses({}, *objects).devices] == [(state, why)]


def test_a_node_that_is_not_ready_says_so() -> None:
    lost = node()
    lost["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    assert [one.why for one in uses({}, lost).devices] == ["the node is not Ready"]


def test_a_new_pod_and_one_that_shares_its_device_are_no_problem_without_series() -> None:
    shared = node(gpus=4, gpu_replicas="4", gpu_count="1", gpu_sharing_strategy="time-slicing")
    shared["metadata"]["labels"]["nvidia.com/gpu.sharing-strategy"] = "time-slicing"
    objects = (shared, pod("train"), pod("other"), pod("new", age=30))
    found = told(uses(busy(gpu(0, "ml/train"), 0.9), *objects))
    assert found["too new to judge", "Pod/ml/new"][1] == "the pod is new"
    assert found["use not exported", "Pod/ml/other"] == (
        1,
        "shared by time-slicing: the exporter names one pod at most",
    )
    assert not any(state == "not measured" for state, _ in found)


@pytest.mark.parametrize(
    ("capacity", "labels", "count"),
    [
        ({"nvidia.com/gpu": 8}, {}, 8),
        ({"nvidia.com/gpu": 7}, {"gpu_count": "8"}, 8),
        ({"nvidia.com/gpu": 40}, {"gpu_replicas": "10", "gpu_count": "4"}, 4),
        ({"nvidia.com/gpu": 0, "nvidia.com/mig-1g.10gb": 14},
         {"gpu_count": "2", "mig_config": "all-1g.10gb"}, 14),
        ({"nvidia.com/gpu": 2}, {"gpu_count": "2", "mig_config": "all-disabled"}, 2),
        ({"nvidia.com/gpu": 1}, {"gpu_count": "odd", "gpu_replicas": "0"}, 1),
        ({}, {}, 0),
    ],
)  # fmt: skip
def test_how_many_devices_should_have_series(
    capacity: dict[str, int], labels: dict[str, str], count: int
) -> None:
    made = node()
    made["metadata"]["labels"] |= {
        f"nvidia.com/{key.replace('_', '.')}": value for key, value in labels.items()
    }
    assert expected(GpuNode(made, capacity, capacity, {})) == count
