"""How a device stands, and what a smaller one would do for it."""

from typing import Any

import pytest

from clusterwright.tools.gpu.measured.device import Device, Key
from clusterwright.tools.gpu.measured.smaller import smaller
from clusterwright.tools.gpu.measured.state import PROBLEMS, WASTING, State, state_of, wasted
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.ref import Ref
from tests.tools.gpu.measured.place import HOUR, node

TRAIN = Ref("Pod", "train", "ml")
MODELS = {"H100": 80.0, "L4": 22.5, "T4": 15.0}


def device(**other: object) -> Device:
    told: dict[str, Any] = {
        "busy": 0.6,
        "peak": 0.9,
        "used": 60.0,
        "total": 80.0,
        "known": HOUR,
        "pods": {TRAIN},
    }
    told.update(other)
    return Device(Key("gpu-1", "GPU-0"), Vendor.NVIDIA, model="H100", **told)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, State.WELL),
        ({"hung": "it does nothing"}, State.HUNG),
        ({"hung": "it does nothing", "known": 300}, State.HUNG),
        ({"slowed": {"hw_thermal": 0.2}}, State.SLOWED),
        ({"slowed": {"power_cap": 1.0}}, State.WELL),
        ({"slowed": {"power_cap": 1.0, "hw_power_brake": 0.1}}, State.SLOWED),
        ({"busy": 0.0, "peak": 0.0}, State.IDLE),
        ({"busy": 0.001, "peak": 0.5}, State.LOW),
        ({"busy": 0.0, "peak": None}, State.IDLE),
        ({"busy": 0.0, "peak": 0.0, "known": 600}, State.NEW),
        ({"busy": 0.1, "peak": 0.3}, State.LOW),
        ({"busy": 0.3, "used": 20.0}, State.ROOM),
        ({"busy": 0.3, "used": 60.0}, State.WELL),
        ({"busy": 0.3, "used": None}, State.WELL),
        ({"busy": None, "peak": None}, State.UNTOLD),
        ({"pods": set[Ref](), "busy": 0.0, "used": 0.1}, State.FREE),
        ({"pods": set[Ref](), "busy": None, "used": None}, State.FREE),
        ({"pods": set[Ref](), "busy": 0.0, "used": 9.0}, State.OUTSIDE),
        ({"pods": set[Ref](), "busy": 0.5, "used": 0.1}, State.OUTSIDE),
        ({"pods": set[Ref](), "busy": 1.0, "hung": "it does nothing"}, State.OUTSIDE),
    ],
)
def test_a_device_stands_as_the_worst_that_is_true_of_it(
    told: dict[str, Any], state: State
) -> None:
    assert state_of(device(**told), HOUR, unclear=False) is state


def test_what_pods_without_series_may_use_is_not_called_used_outside() -> None:
    unheld = device(pods=set[Ref]())
    assert state_of(unheld, HOUR, unclear=True) is State.UNNAMED
    assert state_of(device(pods=set[Ref](), hung="nothing"), HOUR, unclear=True) is State.HUNG
    assert state_of(device(pods=set[Ref](), busy=0.0, used=0.0), HOUR, unclear=True) is State.FREE


def test_in_a_short_window_a_device_is_judged_once_it_is_measured_for_most_of_it() -> None:
    idle = device(busy=0.0, peak=0.0, known=280)
    assert state_of(idle, 300, unclear=False) is State.IDLE
    assert state_of(idle, 600, unclear=False) is State.NEW


def test_what_is_wasted_of_a_device_is_what_it_did_not_do() -> None:
    assert wasted(device(busy=1.0), State.HUNG) == 1.0
    assert wasted(device(busy=0.1), State.LOW) == pytest.approx(0.9)
    assert wasted(device(busy=None), State.IDLE) == 1.0
    assert wasted(device(busy=0.5), State.WELL) == 0.0
    assert WASTING < PROBLEMS


def on(mig: str = "true") -> GpuNode:
    return GpuNode(node(mig_capable=mig), {}, {}, {})


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"busy": 0.1, "used": 7.0, "node": on()}, "a MIG 1g part of 10 GiB would do"),
        ({"busy": 0.1, "used": 15.0, "node": on()}, "a MIG 2g part of 20 GiB would do"),
        ({"busy": 0.3, "used": 7.0, "node": on()}, "a MIG 3g part of 40 GiB would do"),
        ({"busy": 0.1, "used": 7.0}, "it would fit into a T4 of 15 GiB"),
        ({"busy": 0.1, "used": 7.0, "node": on("false")}, "it would fit into a T4 of 15 GiB"),
        ({"busy": 0.1, "used": 14.0}, "it would fit into a L4 of 22.5 GiB"),
        ({"busy": 0.0, "used": 0.0}, "it would fit into a T4 of 15 GiB"),
        ({"busy": 0.1, "used": 30.0}, ""),
        ({"busy": 0.35, "used": 7.0}, ""),
        ({"busy": 0.9, "used": 7.0, "node": on()}, ""),
        ({"busy": None}, ""),
        ({"used": None, "busy": 0.1}, ""),
        ({"total": 0.0, "busy": 0.1}, ""),
    ],
)
def test_a_smaller_device_is_named_only_if_memory_and_engines_have_room(
    told: dict[str, Any], says: str
) -> None:
    assert smaller(device(**told), MODELS) == says


def test_a_device_that_pods_share_is_not_split_for_one_of_them() -> None:
    shared = device(busy=0.1, used=7.0, node=on(), pods={TRAIN, Ref("Pod", "serve", "ml")})
    assert "MIG" not in smaller(shared, MODELS)
