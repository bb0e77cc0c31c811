"""Which amounts are devices, and how many of an odd amount there are."""

import math

import pytest

from clusterwright.tools.gpu.vendor import accelerators
from clusterwright.tools.manifest import Json
from tests.tools.gpu.funnel.fleet import nvidia


def test_what_counts_no_devices_is_left_out() -> None:
    amounts = {"cpu": 4.0, "nvidia.com/gpu": 8.0, "amd.com/gpu": 0.0, "nvidia.com/gpumem": 9.0}
    assert accelerators(amounts) == {"amd.com/gpu": 0, "nvidia.com/gpu": 8}


@pytest.mark.parametrize("amount", [-1.0, -0.5, math.inf, -math.inf, math.nan])
def test_an_amount_that_is_none_counts_no_devices(amount: float) -> None:
    assert accelerators({"nvidia.com/gpu": amount}) == {"nvidia.com/gpu": 0}


@pytest.mark.parametrize("amount", ["-1", -1, math.inf, math.nan, 10**400, "9" * 400])
def test_a_node_that_offers_an_odd_amount_is_told_to_offer_none(amount: Json) -> None:
    fleet = nvidia()
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = amount
    found = fleet.estate().node("gpu-1")
    assert found is not None
    assert (found.allocatable, found.free) == ({"nvidia.com/gpu": 0}, {"nvidia.com/gpu": 0})
    assert fleet.funnel()["allocatable"].why == "0 of 8 nvidia.com/gpu"
