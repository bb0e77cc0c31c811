"""Accelerators counted: what is left, how scattered it is, and a thousand nodes in little room."""

import pytest

from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.inventory import Only, Page, Wanted, full
from clusterwright.tools.gpu.inventory_answer import Inventory
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    CRASHING,
    PLUGIN,
    Fleet,
    daemonset,
    node,
    nvidia_labels,
    pod_of,
    policy,
    user_pod,
)

_START = (-1, "")
_SHORT = 6_144


def _fleet(*models: str, nodes: int = 3) -> Fleet:
    """Return a cluster with nodes of each model in turn."""
    fleet = Fleet()
    fleet.add(policy(), *map(daemonset, CONTAINERS))
    for i in range(nodes):
        name = f"gpu-{i:04d}"
        labels = nvidia_labels(**{"nvidia.com/gpu.product": models[i % len(models)]})
        fleet.add(node(name, labels=labels), *(pod_of(one, name) for one in CONTAINERS))
    return fleet


def _inventory(
    fleet: Fleet,
    wanted: Wanted | None = None,
    *,
    limit: int | None = None,
    after: tuple[int, str] = _START,
) -> Inventory:
    return Page(fleet.estate(), wanted or Wanted(), "own", after).fitting(limit)


def test_products_come_with_what_is_left_and_how_it_is_scattered() -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3")
    fleet.add(user_pod("a", "gpu-0000", nvidia_gpu="5"), user_pod("b", "gpu-0001", nvidia_gpu="6"))
    fleet.objects["Node"][2]["spec"]["unschedulable"] = True

    assert _inventory(fleet).render() == (
        "3 nodes with accelerators on test: 0 broken\n"
        "product                             nodes  resource        capacity  allocatable"
        "  requested  free  largest  nodes by free\n"
        "NVIDIA-H100-80GB-HBM3 (nvidia.com)  3      nvidia.com/gpu  24        24         "
        "  11         5     3        3:1 2:1 0:1\n"
        "NVIDIA-H100-80GB-HBM3: 1 not ready or cordoned; 8 free nvidia.com/gpu withheld\n"
        "node      capacity/allocatable/requested/free  stands\n"
        "gpu-0000  8/8/5/3 nvidia.com/gpu\n"
        "gpu-0001  8/8/6/2 nvidia.com/gpu\n"
        "gpu-0002  8/8/0/8 nvidia.com/gpu               Cordoned"
    )


def test_nodes_with_a_broken_stage_come_first_and_are_counted() -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3")
    plugin = next(
        one for one in fleet.objects["Pod"] if one["metadata"]["name"] == f"{PLUGIN}-gpu-0002"
    )
    plugin["status"]["containerStatuses"][0].update({"ready": False, "state": CRASHING})
    answer = _inventory(fleet)

    assert answer.broken == {"gpu/plugin-failed": 1}
    assert [one.node for one in answer.nodes] == ["gpu-0002", "gpu-0000", "gpu-0001"]
    assert answer.nodes[0].broken == "gpu/plugin-failed"


def test_mig_and_sharing_are_told_of_models_and_nodes() -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3", nodes=2)
    first, second = fleet.objects["Node"]
    first["metadata"]["labels"] |= {
        "nvidia.com/mig.config": "all-1g.10gb",
        "nvidia.com/mig.config.state": "success",
    }
    second["metadata"]["labels"] |= {
        "nvidia.com/gpu.replicas": "4",
        "nvidia.com/gpu.sharing-strategy": "time-slicing",
        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3-SHARED",
    }
    for which in ("capacity", "allocatable"):
        first["status"][which] |= {"nvidia.com/gpu": "0", "nvidia.com/mig-1g.10gb": "56"}
        second["status"][which] |= {"nvidia.com/gpu": "32"}
    answer = _inventory(fleet)

    (product,) = answer.products
    assert (product.mig, product.sharing) == ({"all-1g.10gb": 1}, {"time-slicing x4": 1})
    assert [(one.resource, one.free, one.largest) for one in product.resources] == [
        ("nvidia.com/gpu", 32, 32),
        ("nvidia.com/mig-1g.10gb", 56, 56),
    ]
    assert answer.nodes[0].has == {"nvidia.com/mig-1g.10gb": (56, 56, 0, 56)}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(product="h100"), ["gpu-0000", "gpu-0002"]),
        (Wanted(product="H100 80GB"), ["gpu-0000", "gpu-0002"]),
        (Wanted(product="NVIDIA H100 HBM3"), ["gpu-0000", "gpu-0002"]),
        (Wanted(node="0001"), ["gpu-0001"]),
        (Wanted(node="Node/gpu-0001"), ["gpu-0001"]),
        (Wanted(resource="nvidia.com/gpu"), ["gpu-0000", "gpu-0001", "gpu-0002"]),
        (Wanted(resource="nvidia.com/mig-1g.10gb"), []),
        (Wanted(only="free"), ["gpu-0001", "gpu-0002"]),
        (Wanted(only="broken"), []),
        (Wanted(resource="amd.com/gpu", only="free"), []),
    ],
)
def test_nodes_are_chosen_by_what_they_have(wanted: Wanted, names: list[str]) -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3", "Tesla-T4")
    fleet.add(user_pod("a", "gpu-0000", nvidia_gpu="8"))

    assert [one.node for one in _inventory(fleet, wanted).nodes] == names


def test_a_thousand_nodes_take_little_room_and_are_all_had_by_cursor() -> None:
    models = ("NVIDIA-H100-80GB-HBM3", "NVIDIA-A100-SXM4-80GB", "Tesla-T4", "NVIDIA-L40S")
    fleet = _fleet(*models, nodes=1_000)
    estate = fleet.estate()
    answer = Page(estate, Wanted(), "own", _START).fitting(None)
    size = len(answer.model_dump_json(exclude_none=True)) + len(answer.render())

    assert size <= _SHORT
    assert answer.total == sum(one.nodes for one in answer.products) == 1_000
    seen: list[str] = []
    while True:
        seen += [one.node for one in answer.nodes]
        if not answer.next_cursor:
            break
        answer = Page(estate, Wanted(), "own", (1, seen[-1])).fitting(400)
        assert not answer.products
    assert seen == [f"gpu-{i:04d}" for i in range(1_000)]


def test_many_models_are_told_as_far_as_there_is_room() -> None:
    fleet = _fleet(*(f"Model-{i}" for i in range(40)), nodes=40)
    answer = _inventory(fleet)

    assert (len(answer.products), answer.more_products) == (12, 28)
    assert "28 more products left out" in answer.render()
    assert len(_inventory(fleet, limit=1).products) == 40


@pytest.mark.parametrize("only", ["all", "free"])
def test_pods_that_may_not_be_read_leave_what_is_free_unknown(only: Only) -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3")
    fleet.gaps = (Gap(what="Pod", reason="forbidden"), Gap(what="Queue", reason="forbidden"))
    answer = _inventory(fleet, Wanted(only=only))

    (resource,) = answer.products[0].resources
    assert (resource.requested, resource.free, resource.largest) == (None, None, None)
    assert answer.nodes[0].has == {"nvidia.com/gpu": (8, 8)}
    assert answer.broken == {}
    assert [one.what for one in answer.gaps] == ["Pod"]
    assert "! not known: Pod not read (forbidden)" in answer.render()


def test_a_node_that_nobody_has_labelled_is_counted_without_a_model() -> None:
    fleet = Fleet()
    fleet.add(node(labels={}, devices={"nvidia.com/gpu": "4"}))
    answer = _inventory(fleet)

    assert answer.products[0].product == "(product not labelled)"
    assert answer.products[0].resources[0].capacity == 4


def test_a_cluster_without_accelerators_has_none() -> None:
    fleet = Fleet()
    fleet.add(node("cpu-1", devices={}))

    assert _inventory(fleet).render() == "0 nodes with accelerators on test: 0 broken"


def test_devices_that_are_requested_and_not_there_any_more_are_told() -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3", nodes=1)
    fleet.add(user_pod("a", "gpu-0000", nvidia_gpu="8"))
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "6"

    assert _inventory(fleet).nodes[0].has == {"nvidia.com/gpu": (8, 6, 8, 0)}


@pytest.mark.parametrize(
    ("unread", "said"),
    [
        ("Node", "How many nodes with accelerators test has is not known\n"),
        ("DaemonSet", "1 node with accelerators on test: broken ones not known\n"),
    ],
)
def test_what_may_not_be_read_is_not_counted_as_none(unread: str, said: str) -> None:
    fleet = _fleet("Tesla-T4", nodes=1)
    fleet.gaps = (Gap(what=unread, reason="forbidden"),)

    assert _inventory(fleet).render().startswith(said)


def test_what_was_asked_for_and_is_not_there_is_told_beside_what_is() -> None:
    found = _inventory(_fleet("Tesla-T4"), Wanted(product="b200"))

    assert found.render().startswith("0 of 3 nodes with accelerators on test: 0 broken")
    assert _inventory(_fleet("Tesla-T4"), Wanted(only="broken")).of == 3


def test_a_resource_may_lack_its_prefix_and_what_nothing_has_is_answered_by_what_there_is() -> None:
    fleet = _fleet("NVIDIA-H100-80GB-HBM3")
    assert _inventory(fleet, Wanted(resource=full("gpu"))).total == 3
    assert _inventory(fleet, Wanted(resource=full("amd.com/gpu"))).render() == (
        "0 of 3 nodes with accelerators on test: 0 broken\n"
        "there are products: NVIDIA-H100-80GB-HBM3\n"
        "there are resources: nvidia.com/gpu\n"
        "there are nodes: gpu-0000, gpu-0001, gpu-0002"
    )
    assert not _inventory(fleet, Wanted(only="broken")).there, "an answer, and no wrong guess"


def test_thousands_of_resources_of_one_node_do_not_drown_the_others() -> None:
    fleet = _fleet("Tesla-T4", nodes=3)
    many = {f"nvidia.com/mig-{i}g.1gb": "2" for i in range(5_000)}
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].update(many)
    answer = _inventory(fleet)

    assert len(answer.nodes) == 3
    assert len(answer.model_dump_json()) < 6_144
    assert [one.resource for one in answer.products[0].resources][-1] == "4993 more"
    (node,) = (one for one in answer.nodes if len(one.has) > 1)
    assert len(node.has) == 9
    assert node.has["4993 more"] == (9_986, 9_986, 0, 9_986)
    asked = _inventory(fleet, Wanted(resource="nvidia.com/mig-9g.1gb"))
    assert next(iter(asked.nodes[0].has)) == "nvidia.com/mig-9g.1gb"
