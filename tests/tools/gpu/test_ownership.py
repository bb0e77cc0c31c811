"""Whose a DaemonSet is that passes for an operand: what users make never counts."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.gpu.changes.node_change import NodeChange
from clusterwright.tools.gpu.changes.restart_operand import RestartOperand
from clusterwright.tools.gpu.changes.survey import mig_layouts
from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.gpu.operator_status import status_of
from clusterwright.tools.gpu.within import within
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.gpu.analyzers.estates import codes, found, thing
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    CRASHING,
    DRIVER,
    MIG,
    NOW,
    OPERATOR,
    PLUGIN,
    Fleet,
    ago,
    amd,
    broken,
    daemonset,
    node,
    nvidia,
    pod_of,
)

_UID = "policy-1"
_OWNER = {
    "apiVersion": "nvidia.com/v1",
    "kind": "ClusterPolicy",
    "name": "cluster-policy",
    "uid": _UID,
    "controller": True,
}
_START = (-1, "")


def owned(namespace: str = OPERATOR) -> Fleet:
    """A node whose operands the operator has made, in a namespace of that name."""
    fleet = nvidia()
    policy = fleet.objects["ClusterPolicy.nvidia.com"][0]
    policy["metadata"]["uid"] = _UID
    policy["status"]["namespace"] = namespace
    for one in fleet.objects["DaemonSet"]:
        one["metadata"].update(namespace=namespace, ownerReferences=[_OWNER])
    for pod in fleet.objects["Pod"]:
        pod["metadata"]["namespace"] = namespace
    return fleet


def made(name: str, namespace: str, app: str = "", owner: Json = None) -> tuple[Manifest, Manifest]:
    """A DaemonSet of somebody's that selects every node, and its pod."""
    one, pod = daemonset(name, selector={}, owner=owner), pod_of(name)
    for each in (one, pod):
        each["metadata"].update(namespace=namespace, labels={"app": app or name})
    return one, pod


def forged(fleet: Fleet, name: str, app: str = "", owner: Json = None) -> Fleet:
    """Add what a user made in a namespace of his own, last and well."""
    fleet.add(*made(name, "mallory", app, owner))
    return fleet


def names(fleet: Fleet) -> list[str]:
    return [str(one) for one in fleet.estate().operands]


_FORGERIES: list[tuple[str, str, Json]] = [
    ("nvidia-driver-daemonset-x", "", None),
    ("harmless", DRIVER, None),
    ("nvidia-driver-daemonset-x", "", _OWNER),  # its uid anybody may read
    ("nvidia-driver-daemonset-x", "", {**_OWNER, "uid": "another"}),
    ("nvidia-driver-daemonset-x", "", {**_OWNER, "apiVersion": "forged.example/v1"}),
    ("x-device-plugin", "", {**_OWNER, "apiVersion": "amd.com/v1alpha1", "kind": "DeviceConfig"}),
]


@pytest.mark.parametrize(("name", "app", "owner"), _FORGERIES)
@pytest.mark.parametrize("make", [owned, nvidia])
def test_what_a_user_made_counts_for_nothing(
    name: str, app: str, owner: Json, make: Callable[[], Fleet]
) -> None:
    before = names(make())

    assert names(forged(make(), name, app, owner)) == before


@pytest.mark.parametrize(("name", "app", "owner"), _FORGERIES)
@pytest.mark.parametrize("make", [owned, nvidia])
def test_a_real_fault_is_not_hidden(
    name: str, app: str, owner: Json, make: Callable[[], Fleet]
) -> None:
    fleet = make()
    fleet.without_driver()
    fleet.ails(DRIVER, restarts=9, **CRASHING)
    told = broken(fleet.funnel())

    assert told == {"driver": "gpu/driver-failed"}
    assert broken(forged(fleet, name, app, owner).funnel()) == told


def test_a_pod_of_a_users_that_crashes_breaks_no_node() -> None:
    fleet = forged(owned(), "nvidia-driver-daemonset-x")
    fleet.objects["Pod"][-1]["status"]["containerStatuses"][0].update(ready=False, state=CRASHING)

    assert broken(fleet.funnel()) == {}


def restart(fleet: Fleet, operand: str) -> list[str]:
    """What a restart of an operand would delete."""
    change = RestartOperand(node="gpu-1", operand=operand)
    read = fleet.estate()
    live = {Ref("Node", "gpu-1"): fleet.node}
    steps = change.steps(Scene("test", NOW, live, read, prepared={}))
    assert isinstance(change, NodeChange)
    return [str(one.write.ref) for one in steps if one.write]


@pytest.mark.parametrize("make", [owned, nvidia])
def test_a_restart_deletes_the_pod_of_the_operators(make: Callable[[], Fleet]) -> None:
    fleet = forged(make(), "harmless", PLUGIN)

    assert restart(fleet, "device-plugin") == [f"Pod/{OPERATOR}/{PLUGIN}-gpu-1"]


def test_an_operand_that_only_a_user_has_is_none_to_restart() -> None:
    with pytest.raises(InvalidInputError, match="there is no operand dcgm here"):
        restart(forged(owned(), "nvidia-dcgm"), "dcgm")


def mounted(pod: Manifest, name: str) -> None:
    volume = {"name": "mig-parted-config", "configMap": {"name": name}}
    pod["spec"]["volumes"] = [volume]


def test_layouts_are_those_that_the_policy_names_in_its_operators_namespace() -> None:
    fleet = owned("gpu-tools")
    fleet.objects["ClusterPolicy.nvidia.com"][0]["spec"]["migManager"] = {
        "config": {"name": "layouts"}
    }
    forged(fleet, f"{MIG}-x")
    for pod in fleet.objects["Pod"]:
        mounted(pod, "cm")

    assert mig_layouts(fleet.estate(), "gpu-1") == ("gpu-tools", "layouts")


def test_layouts_that_no_policy_names_are_what_the_managers_own_pod_mounts() -> None:
    fleet = owned("gpu-tools")
    mounted(fleet.pod(MIG), "own")
    forged(fleet, f"{MIG}-x")
    mounted(fleet.objects["Pod"][-1], "cm")

    assert mig_layouts(fleet.estate(), "gpu-1") == ("gpu-tools", "own")
    fleet.drop("Pod", MIG)
    assert mig_layouts(fleet.estate(), "gpu-1") == ("gpu-tools", "default-mig-parted-config")


@pytest.mark.parametrize("make", [owned, nvidia])
def test_a_namespace_is_not_the_operators_for_what_a_user_made_there(
    make: Callable[[], Fleet],
) -> None:
    fleet = forged(make(), "nvidia-dcgm-x")
    fleet.ails(PLUGIN, restarts=9, **CRASHING)
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "0"

    def told(namespace: str) -> list[str]:
        read = replace(fleet.estate(), namespace=namespace)
        return [one.code for one in within(read, found(fleet, namespace=namespace))]

    assert told("mallory") == []
    assert told(OPERATOR) == ["gpu/plugin-failed"]


def test_what_only_passes_for_an_operand_is_told_in_one_line() -> None:
    fleet = owned()
    for i in range(5):
        forged(fleet, f"nvidia-driver-daemonset-{i}")
    answer = status_of(fleet.estate(), "own", _START, None)
    last = answer.render().splitlines()[-1]

    assert answer.total == len(CONTAINERS)
    assert last.startswith("not known as the operators', only called like their operands")
    assert last.endswith("nvidia-driver-daemonset-2 and 2 more")
    assert status_of(owned().estate(), "own", _START, None).not_operands is None


def test_an_operator_in_a_namespace_of_another_name_has_its_operands() -> None:
    fleet = owned("gpu-tools")

    assert len(names(fleet)) == len(CONTAINERS)
    assert broken(fleet.funnel()) == {}


def test_what_has_no_owner_counts_in_the_namespace_that_the_policy_names() -> None:
    fleet = owned("gpu-tools")
    fleet.add(*made("nvidia-dcgm", "gpu-tools"))

    assert "DaemonSet/gpu-tools/nvidia-dcgm" in names(fleet)


@pytest.mark.parametrize(
    ("name", "namespace", "app"),
    [
        ("nvdp-nvidia-device-plugin", "nvidia-device-plugin", "nvidia-device-plugin"),
        ("nvidia-device-plugin-daemonset", "kube-system", ""),
        ("nvidia-gpu-device-plugin-small-cos", "kube-system", ""),
        ("nvidia-device-plugin-daemonset", "nvidia-gpu-operator", ""),
        ("hami-device-plugin", "hami-system", ""),
    ],
)
def test_a_plugin_without_an_operator_counts_where_administrators_put_it(
    name: str, namespace: str, app: str
) -> None:
    fleet = Fleet()
    fleet.add(node(), *made(name, namespace, app))

    assert names(fleet) == [f"DaemonSet/{namespace}/{name}"]
    assert fleet.funnel()["device-plugin"].state is State.OK
    fleet.ails(app or name, restarts=9, **CRASHING)
    assert broken(fleet.funnel())["device-plugin"] == "gpu/plugin-failed"


def test_a_namespace_of_the_settings_is_one_where_administrators_put_it() -> None:
    forged_one = forged(nvidia(), "nvidia-device-plugin-x").estate()
    usual = forged_one.usual | {"mallory"}
    known = replace(forged_one, usual=usual)

    assert "DaemonSet/mallory/nvidia-device-plugin-x" not in map(str, forged_one.operands)
    assert "DaemonSet/mallory/nvidia-device-plugin-x" in map(str, known.operands)
    assert "DaemonSet/mallory/nvidia-device-plugin-x" not in map(
        str, replace(forged(owned(), "nvidia-device-plugin-x").estate(), usual=usual).operands
    )


def test_on_openshift_the_operators_namespace_has_its_operands() -> None:
    fleet = owned("nvidia-gpu-operator")

    assert broken(fleet.funnel()) == {}
    assert len(names(fleet)) == len(CONTAINERS)


def test_what_an_operator_made_beats_what_lies_where_administrators_put_it() -> None:
    fleet = owned("gpu-tools")
    fleet.add(*made("nvidia-device-plugin-daemonset-x", "kube-system"))

    assert "DaemonSet/kube-system/nvidia-device-plugin-daemonset-x" not in names(fleet)
    assert restart(fleet, "device-plugin") == [f"Pod/gpu-tools/{PLUGIN}-gpu-1"]


def driver_of_its_own(fleet: Fleet) -> None:
    driver = thing("NVIDIADriver", "a", "nvidia.com/v1alpha1", metadata={"uid": "driver-1"})
    owner = {**_OWNER, "apiVersion": "nvidia.com/v1alpha1", "kind": "NVIDIADriver"}
    owner |= {"name": "a", "uid": "driver-1"}
    fleet.add(driver, *made("nvidia-gpu-driver-a", OPERATOR, owner=owner))


def test_of_two_that_operators_made_both_are_told_and_no_fault_is_hidden() -> None:
    fleet = owned()
    driver_of_its_own(fleet)
    rows = status_of(fleet.estate(), "own", _START, None).operands

    assert sum(one.operand == "driver" for one in rows) == 2
    for ailing in (DRIVER, "nvidia-gpu-driver-a"):
        each = copy.deepcopy(fleet)
        each.ails(ailing, restarts=9, **CRASHING)
        assert broken(each.funnel()) == {"driver": "gpu/driver-failed"}


def test_what_cannot_be_told_for_an_owner_that_is_not_read_is_not_known() -> None:
    fleet = owned("gpu-tools")
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    fleet.gaps = (Gap(what="ClusterPolicy.nvidia.com", reason="forbidden"),)
    funnel = fleet.funnel()

    assert names(fleet) == []
    assert broken(funnel) == {}
    assert funnel["device-plugin"].state is State.UNKNOWN
    assert funnel["device-plugin"].why.endswith("ClusterPolicy.nvidia.com is not read")


def test_where_the_operator_is_known_to_be_elsewhere_nothing_is_left_open() -> None:
    fleet = owned()
    fleet.drop("DaemonSet", DRIVER)
    fleet.drop("Pod", "")
    fleet.without_devices()
    fleet.gaps = (Gap(what="NVIDIADriver.nvidia.com", reason="forbidden"),)
    owner = {**_OWNER, "apiVersion": "nvidia.com/v1alpha1", "kind": "NVIDIADriver"}
    forged(fleet, "nvidia-gpu-driver-x", owner=owner)
    stage = fleet.funnel()["driver"]

    assert (stage.state, stage.code) == (State.BROKEN, "gpu/driver-failed")
    assert stage.why.endswith("DaemonSet/mallory/nvidia-gpu-driver-x is only called like one")


@pytest.mark.parametrize(
    "wrong", [{"apiVersion": "forged.example/v1"}, {"uid": "another"}, {"controller": False}]
)
def test_of_amd_the_owner_counts_by_group_and_uid(wrong: Json) -> None:
    fleet = amd()
    assert len(names(fleet)) == 2
    for each in (*fleet.objects["DaemonSet"], *fleet.objects["Pod"]):
        each["metadata"]["namespace"] = "mallory"
    assert names(fleet) == []  # an owner is in the same namespace

    fleet.objects["DeviceConfig.amd.com"][0]["metadata"]["namespace"] = "mallory"
    assert len(names(fleet)) == 2
    for one in fleet.objects["DaemonSet"]:
        one["metadata"]["ownerReferences"][0].update(wrong)
    assert names(fleet) == []


def test_a_worker_of_kmm_is_one_in_the_namespace_of_the_device_config() -> None:
    fleet = amd()
    worker = pod_of("kmm-worker")
    worker["metadata"]["namespace"] = "mallory"
    fleet.add(worker)
    fleet.ails("kmm-worker", waiting={"reason": "ImagePullBackOff", "message": "not found"})

    assert broken(fleet.funnel()) == {}


def test_a_plugin_of_another_vendor_on_a_node_is_not_the_nodes() -> None:
    fleet = amd()
    fleet.add(*made("nvidia-device-plugin-daemonset", "kube-system"))
    fleet.ails("nvidia-device-plugin-daemonset", restarts=9, **CRASHING)

    assert broken(fleet.funnel()) == {}


def test_an_operator_that_does_not_stay_up_is_one_where_operators_are() -> None:
    fleet = owned()
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": ago(minutes=2)}
    pod = pod_of("gpu-operator")
    pod["metadata"]["ownerReferences"] = []
    fleet.add(pod)
    fleet.ails("gpu-operator", restarts=9, last=ended, **CRASHING)
    assert "gpu/operator-down" in codes(found(fleet)).values()

    pod["metadata"]["namespace"] = "mallory"
    assert "gpu/operator-down" not in codes(found(fleet)).values()
