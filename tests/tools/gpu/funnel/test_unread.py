"""What may not be read is unknown, never broken; what is odd breaks no reader."""

import copy
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.funnel import funnels
from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.manifest import Json
from tests.tools.gpu.analyzers.estates import found as findings
from tests.tools.gpu.funnel.fleet import PLUGIN, Fleet, amd, broken, node, nvidia, states

_ODD: tuple[Json, ...] = (None, 7, "text", [], {}, [None], {"a": None}, True)


@pytest.mark.parametrize(
    "kinds",
    [
        ("Pod",),
        ("DaemonSet",),
        ("Pod", "DaemonSet", "Event"),
        ("Pod", "DaemonSet", "ClusterPolicy.nvidia.com"),
    ],
)
def test_what_may_not_be_read_is_not_known(kinds: tuple[str, ...]) -> None:
    fleet = nvidia()
    fleet.gaps = tuple(Gap(what=kind, reason="forbidden") for kind in kinds)
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert {"driver", "toolkit", "device-plugin"} <= set(states(funnel, State.UNKNOWN))
    assert (funnel["free"].state is State.UNKNOWN) is ("Pod" in kinds)


@pytest.mark.parametrize("left", ["0", "5"])
def test_devices_that_the_node_does_not_offer_are_told_whatever_may_not_be_read(left: str) -> None:
    fleet = nvidia()
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = left
    fleet.gaps = tuple(Gap(what=kind, reason="forbidden") for kind in ("Pod", "DaemonSet"))
    funnel = fleet.funnel()

    assert broken(funnel) == {"allocatable": "gpu/unhealthy-device"}
    lost = "0 of 8 nvidia.com/gpu" if left == "0" else "3 of 8 nvidia.com/gpu not healthy"
    assert funnel["allocatable"].why == (
        f"{lost}, for a cause that is not known: pods and DaemonSets could not be read"
    )
    (finding,) = findings(fleet)
    assert finding.fixes == (
        "Allow pods and DaemonSets of all namespaces to be read: they tell the cause.",
    )


@pytest.mark.parametrize(
    "label",
    [
        {"nvidia.com/mig.config": "all-1g.10gb", "nvidia.com/mig.config.state": "pending"},
        {"nvidia.com/gpu-driver-upgrade-state": "pod-restart-required"},
    ],
)
def test_devices_that_are_away_while_a_change_is_under_way_are_not_broken(
    label: dict[str, str],
) -> None:
    fleet = nvidia()
    fleet.labels.update(label)
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "0"
    fleet.gaps = tuple(Gap(what=kind, reason="forbidden") for kind in ("Pod", "DaemonSet"))
    assert broken(fleet.funnel()) == {}


def test_an_operator_that_may_not_be_read_is_told_by_its_label() -> None:
    fleet = nvidia()
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    fleet.gaps = (Gap(what="ClusterPolicy.nvidia.com", reason="forbidden"),)
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["present"].state is State.OK


def test_a_device_config_that_may_not_be_read_is_not_known() -> None:
    fleet = amd()
    fleet.objects.pop("DeviceConfig.amd.com")
    fleet.gaps = (Gap(what="DeviceConfig.amd.com", reason="forbidden"),)
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert states(funnel, State.UNKNOWN)[:2] == ["device-config", "driver"]


def test_a_node_without_a_status_advertises_nothing_that_is_known() -> None:
    fleet = nvidia()
    del fleet.node["status"]

    assert broken(fleet.funnel()) == {}


def test_labels_that_are_no_strings_are_no_labels() -> None:
    fleet = Fleet()
    fleet.add(node(labels={"nvidia.com/gpu.count": 8, "nvidia.com/gpu.present": True, "x": None}))

    assert fleet.funnel()["capacity"].state is State.OK


@pytest.mark.parametrize("make", [nvidia, amd])
def test_objects_of_which_any_field_is_odd_break_no_reader(make: "type[Fleet]") -> None:
    for kind, found in make().objects.items():
        for path in _paths(found[0]):
            for value in _ODD:
                fleet = make()
                _set(fleet.objects[kind][0], path, value)
                assert funnels(fleet.estate()) is not None, (kind, path, value)


_LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_FLAT = _LEAF | st.lists(_LEAF, max_size=3) | st.dictionaries(st.text(max_size=5), _LEAF)
_FIELDS = st.sampled_from(
    ["phase", "containers", "initContainers", "containerStatuses", "state", "conditions", "name"]
)
_JSON = _FLAT | st.lists(_FLAT, max_size=3) | st.dictionaries(_FIELDS, _FLAT, max_size=4)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(status=_JSON, spec=_JSON)
def test_a_pod_of_any_shape_breaks_no_reader(status: Json, spec: Json) -> None:
    fleet = nvidia()
    pod = fleet.pod(PLUGIN)
    pod["status"] = status
    pod["spec"] = {**spec, "nodeName": "gpu-1"} if isinstance(spec, dict) else spec

    assert set(fleet.funnel()) >= {"device-plugin", "free"}


def _paths(value: Json, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all fields below a value, but for what makes an object what it is."""
    found = [at] if at and at[0] not in {"kind", "apiVersion"} else []
    if at in {("metadata",), ("metadata", "name")}:
        found = []
    if isinstance(value, dict):
        for key, one in cast("dict[str, Json]", value).items():
            found += _paths(one, (*at, key))
    elif isinstance(value, list):
        for i, one in enumerate(cast("list[Json]", value)):
            found += _paths(one, (*at, i))
    return found


def _set(value: Json, path: tuple[str | int, ...], new: Json) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = copy.deepcopy(new)
