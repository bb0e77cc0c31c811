"""What a node offers: by MIG strategy, sharing and the health of its devices."""

import pytest

from clusterwright.deploy.sandbox.gpu.hardware import PRODUCTS, Hardware, hardware_of
from clusterwright.deploy.sandbox.gpu.operator.gfd import Seen, gfd_labels
from clusterwright.deploy.sandbox.gpu.operator.layout import (
    Layout,
    Sharing,
    devices_of,
    layout_of,
    offered,
    unhealthy,
)
from clusterwright.deploy.sandbox.gpu.operator.slices import devices_of_node
from clusterwright.tools.manifest import Manifest

_H100 = Hardware(PRODUCTS["NVIDIA-H100-80GB-HBM3"], 2)
_NONE = Sharing()
_WHOLE = Layout((None, None))
_SEVEN = Layout(({"1g.10gb": 7}, {"1g.10gb": 7}))
_HALF = Layout((None, {"3g.40gb": 2}))


def _node(**said: str) -> Manifest:
    prefix = "gpu.sandbox.clusterwright.io/"
    return {"metadata": {"name": "n", "annotations": {f"{prefix}{k}": v for k, v in said.items()}}}


@pytest.mark.parametrize(
    ("layout", "strategy", "expected"),
    [
        (_WHOLE, "mixed", {"gpu": 2}),
        (_WHOLE, "single", {"gpu": 2}),
        (_SEVEN, "mixed", {"gpu": 0, "mig-1g.10gb": 14}),
        (_SEVEN, "single", {"gpu": 14}),
        (_SEVEN, "none", {"gpu": 2}),
        (_HALF, "mixed", {"gpu": 1, "mig-3g.40gb": 2}),
        (_HALF, "single", {"gpu": 0}),
    ],
)
def test_a_strategy_decides_what_mig_devices_are_called(
    layout: Layout, strategy: str, expected: dict[str, int]
) -> None:
    every, healthy = offered(_node(), _H100, layout, _NONE, strategy)
    assert every == healthy == {f"nvidia.com/{key}": n for key, n in expected.items()}


def test_an_unhealthy_device_takes_what_it_is_split_into_along() -> None:
    node = _node(unhealthy="1")
    assert offered(node, _H100, _HALF, _NONE, "mixed") == (
        {"nvidia.com/gpu": 1, "nvidia.com/mig-3g.40gb": 2},
        {"nvidia.com/gpu": 1, "nvidia.com/mig-3g.40gb": 0},
    )


def test_shared_devices_count_as_often_as_they_are_shared() -> None:
    sliced = Sharing("time-slicing", {"nvidia.com/gpu": 4})
    assert offered(_node(), _H100, _WHOLE, sliced, "mixed")[0] == {"nvidia.com/gpu": 8}
    renamed = Sharing("time-slicing", {"nvidia.com/gpu": 4}, renamed=True)
    assert offered(_node(), _H100, _WHOLE, renamed, "mixed")[0] == {"nvidia.com/gpu.shared": 8}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, set[int]()),
        ({"unhealthy": "0, 1 7 x"}, {0, 1}),
        ({"1.xid": "79"}, {1}),
        ({"0.xid": "31"}, set[int]()),
        ({"0.xid": "many"}, set[int]()),
    ],
)
def test_xids_of_the_hardware_make_a_device_unhealthy(
    said: dict[str, str], expected: set[int]
) -> None:
    assert unhealthy(_node(**said), _H100) == expected


def test_a_layout_can_be_for_some_devices_only() -> None:
    config = [
        {"devices": [0], "mig-enabled": True, "mig-devices": {"7g.80gb": 1, "odd": "x"}},
        {"devices": "all", "mig-enabled": False},
    ]
    assert [devices_of(n, config) for n in (0, 1)] == [{"7g.80gb": 1}, None]
    node = _node(**{"mig-applied": "some"})
    assert layout_of(node, _H100, {"some": config}) == Layout(({"7g.80gb": 1}, None))
    assert layout_of(node, _H100, {}) == _WHOLE


@pytest.mark.parametrize("count", ["", "many", "-1", "1000000"])
def test_hardware_is_not_believed_when_it_is_odd(count: str) -> None:
    assert hardware_of(_node(product="Tesla-T4", count=count)) is None
    assert hardware_of(_node(product="Tesla-T5", count="4")) is None


def _labels(layout: Layout, sharing: Sharing, strategy: str) -> dict[str, str | None]:
    seen = Seen(_H100, layout, sharing, strategy, "580.105.08")
    return dict(gfd_labels(_node(), seen, 0))


def test_discovery_names_the_product_by_how_it_is_used() -> None:
    product = "nvidia.com/gpu.product"
    assert _labels(_WHOLE, _NONE, "mixed")[product] == "NVIDIA-H100-80GB-HBM3"
    single = _labels(_SEVEN, _NONE, "single")
    assert single[product] == "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb"
    assert (single["nvidia.com/gpu.count"], single["nvidia.com/gpu.memory"]) == ("14", "10112")
    sliced = Sharing("time-slicing", {"nvidia.com/gpu": 4})
    shared = _labels(_WHOLE, sliced, "mixed")
    assert shared[product] == "NVIDIA-H100-80GB-HBM3-SHARED"
    assert shared["nvidia.com/gpu.replicas"] == "4"


def test_discovery_counts_mig_devices_of_each_size() -> None:
    found = _labels(_HALF, _NONE, "mixed")
    assert found["nvidia.com/mig-3g.40gb.count"] == "2"
    assert found["nvidia.com/mig-3g.40gb.slices.gi"] == "3"


def test_a_slice_lists_whole_and_split_devices_and_taints_the_bad_ones() -> None:
    found = devices_of_node(_node(**{"0.xid": "79"}), _H100, _HALF, "580.105.08")
    assert [one["name"] for one in found] == ["gpu-0", "gpu-1-mig-3g-40gb-0", "gpu-1-mig-3g-40gb-1"]
    assert found[0]["taints"][0] == {
        "key": "gpu.nvidia.com/xid",
        "value": "79",
        "effect": "NoSchedule",
    }
    mig = found[1]["attributes"]
    assert (mig["type"], mig["profile"]) == ({"string": "mig"}, {"string": "3g.40gb"})
    assert mig["driverVersion"] == {"version": "580.105.8"}
    assert "taints" not in found[1]
