"""Pods that ask for shared devices by their other name are told the one that nodes offer."""

from tests.tools.gpu.analyzers.estates import beside, codes, found, only, waiting
from tests.tools.gpu.funnel.fleet import CRASHING, PLUGIN, Fleet, nvidia

_SHARED = {"nvidia.com/gpu.replicas": "4", "nvidia.com/gpu.sharing-strategy": "time-slicing"}


def _fleet() -> Fleet:
    """A node whose devices are shared by another name, and one beside it whose are whole."""
    fleet = nvidia()
    fleet.labels.update(_SHARED, pool="shared")
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].update({"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "32"})
    beside(fleet, "gpu-2", labels={"pool": "whole"})
    return fleet


def _told(fleet: Fleet) -> list[str]:
    return [one.title for one in found(fleet) if one.subject.kind == "Pod"]


def test_a_pod_that_may_be_on_shared_devices_only_is_told_their_name() -> None:
    fleet = _fleet()
    fleet.add(waiting(nodeSelector={"pool": "shared"}))

    assert _told(fleet) == [
        "The devices of gpu-1 are shared, and offered as nvidia.com/gpu.shared, not as"
        " nvidia.com/gpu"
    ]


def test_a_pod_that_asks_for_shared_ones_where_there_are_whole_ones_is_told_so() -> None:
    fleet = _fleet()
    fleet.add(waiting(asks={"nvidia.com/gpu.shared": "1"}, nodeSelector={"pool": "whole"}))

    assert _told(fleet) == [
        "The devices of gpu-2 are not shared, and offered as nvidia.com/gpu, not as"
        " nvidia.com/gpu.shared"
    ]


def test_a_pod_that_may_be_on_both_waits_for_something_else() -> None:
    fleet = _fleet()
    fleet.add(waiting(asks={"nvidia.com/gpu": "9"}))

    assert "gpu/wrong-resource" not in codes(found(fleet)).values()


def test_a_pod_for_whole_devices_does_not_wait_for_a_node_that_shares_them_by_another_name() -> (
    None
):
    fleet = _fleet()
    fleet.ails(PLUGIN, restarts=5, last={"exitCode": 1}, **CRASHING)
    fleet.node["status"]["allocatable"]["nvidia.com/gpu.shared"] = "0"
    fleet.drop("Node", "gpu-2")
    fleet.add(waiting())
    broken = only([one for one in found(fleet) if one.code == "gpu/plugin-failed"])

    assert broken.subject.name == "gpu-1"
    assert _told(fleet)
