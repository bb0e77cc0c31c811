"""An AMD node whose DeviceConfigs may not be read: what they want is not known."""

import pytest

from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import Fleet, amd, broken


def _unread() -> Fleet:
    fleet = amd()
    fleet.objects.pop("DeviceConfig.amd.com")
    fleet.gaps = (Gap(what="DeviceConfig.amd.com", reason="forbidden"),)
    return fleet


@pytest.mark.parametrize("advertises", [True, False])
def test_operands_that_are_not_there_may_be_wanted(*, advertises: bool) -> None:
    fleet = _unread()
    fleet.drop("DaemonSet", "")
    fleet.drop("Pod", "")
    if not advertises:
        fleet.node["status"]["capacity"].pop("amd.com/gpu")
        fleet.node["status"]["allocatable"].pop("amd.com/gpu")
    funnel = fleet.funnel()
    for name in ("device-config", "driver", "device-plugin", "node-labeller"):
        assert (funnel[name].state, funnel[name].why) == (
            State.UNKNOWN,
            "DeviceConfigs could not be read",
        )
    assert broken(funnel) == {}


def test_without_an_operator_none_is_wanted() -> None:
    fleet = amd()
    for kind in ("DeviceConfig.amd.com", "DaemonSet", "Pod"):
        fleet.drop(kind, "")
    funnel = fleet.funnel()
    assert funnel["device-plugin"].state is funnel["node-labeller"].state is State.NOT_USED
