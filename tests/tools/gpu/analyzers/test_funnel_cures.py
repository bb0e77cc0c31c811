"""What repairs the stages of a node: sure changes, and questions where a person has to decide."""

import pytest

from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Json
from tests.tools.gpu.analyzers.estates import found, only, thing
from tests.tools.gpu.funnel.fleet import (
    CRASHING,
    DRIVER,
    GFD,
    PLUGIN,
    TOOLKIT,
    VALIDATOR,
    Fleet,
    daemonset,
    event_of,
    node,
    nvidia,
    pod_of,
    user_pod,
)

_XID = "XidCriticalError: Xid={} on Device=GPU-1f0c3c52-0000; marking device as unhealthy."
_KUBERNETES = "k8s_plan_change"
_POLICY = "ClusterPolicy.nvidia.com/cluster-policy"
_DRIVER = "NVIDIADriver.nvidia.com/h100"
_BUSY = "GPU 00000000:3B:00.0: In use by another client"


def of(code: str, fleet: Fleet, **seen: Json) -> Finding:
    """The finding of a code: there is one."""
    return only([one for one in found(fleet, **seen) if one.code == code])


def changes(finding: Finding) -> list[Json]:
    """The changes of each remedy, one a remedy."""
    return [one.changes[0] for one in finding.remedies]


def lost() -> Fleet:
    """A node of which the plugin has taken a device out."""
    fleet = nvidia()
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "7"
    return fleet


def layout(config: str) -> Fleet:
    """A node whose layout has failed."""
    fleet = nvidia()
    fleet.labels.update({"nvidia.com/mig.config": config, "nvidia.com/mig.config.state": "failed"})
    return fleet


def by_nvidia_driver(**spec: Json) -> Fleet:
    """A node whose driver is made for an NVIDIADriver, and all else for the ClusterPolicy."""
    api, kind, name = "nvidia.com/v1alpha1", "NVIDIADriver", "h100"
    owner = {"apiVersion": api, "kind": kind, "name": name, "uid": "driver-1", "controller": True}
    fleet = nvidia(driver={"version": "580.82.07"})
    fleet.drop("DaemonSet", DRIVER)
    fleet.add(thing(kind, name, api, metadata={"uid": "driver-1"}, spec=spec))
    fleet.add(daemonset(DRIVER, owner=owner))
    return fleet


def test_a_node_with_a_lost_device_is_emptied_if_who_runs_there_may_move() -> None:
    fleet = lost()
    fleet.add(user_pod("train", nvidia_gpu="4"))
    log = {"main": (_XID.format(79),)}
    finding = of("gpu/unhealthy-device", fleet, logs=log, now={"Node/gpu-1": fleet.node})
    [drain] = changes(finding)
    assert drain["kind"] == "drain"
    assert drain["node"].startswith(
        "<ask: gpu-1, if what runs there may move: Pod/research/train (4 nvidia.com/gpu) no other"
    )


def test_a_device_that_is_not_at_fault_is_offered_again_by_a_plugin_that_starts_again() -> None:
    fleet, log = lost(), {"main": (_XID.format(94),)}
    finding = of("gpu/unhealthy-device", fleet, logs=log, now={"Node/gpu-1": fleet.node})
    again = {"kind": "restart_operand", "node": "gpu-1", "operand": "device-plugin"}
    assert changes(finding) == [again]


@pytest.mark.parametrize("number", [8, 123])
def test_a_device_whose_xid_is_to_be_looked_up_or_reported_is_asked_about(
    number: int,
) -> None:
    fleet, log = lost(), {"main": (_XID.format(number),)}
    finding = of("gpu/unhealthy-device", fleet, logs=log, now={"Node/gpu-1": fleet.node})
    assert [one["kind"] for one in changes(finding)] == ["drain"]


def test_a_layout_that_failed_for_users_who_are_gone_is_tried_again() -> None:
    fleet = layout("all-1g.10gb")
    again = {"kind": "restart_operand", "node": "gpu-1", "operand": "mig-manager"}
    assert changes(of("gpu/mig-failed", fleet))[0] == again
    seen: dict[str, Json] = {"logs": {"main": (_BUSY,)}, "now": {"Node/gpu-1": fleet.node}}
    finding = of("gpu/mig-failed", fleet, **seen)
    assert changes(finding)[0] == again
    assert finding.fixes[0].startswith("Have the layout tried again, which the GPUs can have")


def test_nodes_whose_layouts_failed_are_told_apart_by_whether_their_gpus_are_in_use() -> None:
    fleet = layout("all-1g.10gb")
    for name in ("gpu-2", "gpu-3"):
        fleet.add(node(name, labels=dict(fleet.labels)))
        for one in (DRIVER, TOOLKIT, VALIDATOR, PLUGIN, GFD, "nvidia-mig-manager"):
            fleet.add(pod_of(one, name))
    fleet.add(user_pod("train", on="gpu-2", nvidia_gpu="4"))
    busy, idle = sorted(
        (one for one in found(fleet) if one.code == "gpu/mig-failed"),
        key=lambda one: len(one.members),
    )
    assert str(busy.subject) == "Node/gpu-2"
    assert "may be moved" in str(changes(busy)[0]["node"])
    assert [one.name for one in idle.members] == ["gpu-1", "gpu-3"]
    assert [one["node"] for one in idle.remedies[0].changes] == ["gpu-1", "gpu-3"]


def test_that_gpus_are_whole_again_is_tried_again_and_advised_once() -> None:
    finding = of("gpu/mig-failed", layout("all-disabled"))
    assert [one["kind"] for one in changes(finding)] == ["restart_operand", "set_mig"]
    assert len(finding.fixes) == len(finding.remedies), "words would say the same again"


def test_a_layout_that_its_configuration_has_not_is_not_tried_again() -> None:
    fleet = layout("all-1g.10gb")
    log = {"main": ('level=fatal msg="selected mig-config not present: all-1g.10gb"',)}
    finding = of("gpu/mig-failed", fleet, logs=log, now={"Node/gpu-1": fleet.node})
    assert [one["kind"] for one in changes(finding)] == ["set_mig"]


def test_a_layout_of_a_name_that_tells_nothing_is_asked_for() -> None:
    finding = of("gpu/mig-failed", layout("team-a"))
    assert [one["kind"] for one in changes(finding)] == ["set_mig"]
    assert "<ask: a MIG layout that" in changes(finding)[0]["config"]


def test_a_driver_without_an_image_asks_for_a_version_that_has_one() -> None:
    fleet = nvidia(driver={"version": "580.82.07"})
    kernel = "feature.node.kubernetes.io/kernel-version.full"
    fleet.labels[kernel] = "6.14.0-1011-aws"
    lost_image: dict[str, Json] = {
        "waiting": {"reason": "ImagePullBackOff", "message": "not found"}
    }
    fleet.ails(DRIVER, **lost_image)
    finding = of("gpu/driver-image", fleet)
    [remedy] = finding.remedies
    question = "<ask: the driver version that has an image for 6.14.0-1011-aws; it is 580.82.07>"
    patch = {"kind": "patch", "object": _POLICY, "set": {"spec.driver.version": question}}
    assert (remedy.tool, remedy.changes) == (_KUBERNETES, (patch,))
    assert f'k8s_plan_change {{"kind": "patch", "object": "{_POLICY}"' in finding.fixes[0]


def test_the_driver_of_an_nvidia_driver_asks_for_the_version_there() -> None:
    fleet = by_nvidia_driver(version="570.86.15")
    fleet.node["status"]["nodeInfo"] = {"kernelVersion": "6.14.0-1011-aws"}
    fleet.ails(DRIVER, waiting={"reason": "ImagePullBackOff", "message": "not found"})
    [remedy] = of("gpu/driver-image", fleet).remedies
    question = "<ask: the driver version that has an image for 6.14.0-1011-aws; it is 570.86.15>"
    patch = {"kind": "patch", "object": _DRIVER, "set": {"spec.version": question}}
    assert (remedy.tool, remedy.changes) == (_KUBERNETES, (patch,))


def test_a_toolkit_that_fails_asks_where_the_runtime_has_its_configuration() -> None:
    env = [{"name": "A", "value": "b"}, {"name": "CONTAINERD_SOCKET", "value": "/run/c.sock"}]
    fleet = nvidia(toolkit={"env": env})
    fleet.ails(TOOLKIT, restarts=7, **CRASHING)
    wanted = changes(of("gpu/toolkit-failed", fleet))[0]["set"]["spec.toolkit.env"]
    assert wanted == [
        {"name": "A", "value": "b"},
        {
            "name": "CONTAINERD_CONFIG",
            "value": "<ask: the file that the node's containerd reads its configuration from>",
        },
        {
            "name": "CONTAINERD_SOCKET",
            "value": "<ask: the socket of the node's containerd; it is /run/c.sock>",
        },
    ]
    log = {"main": ("nvidia-smi: executable file not found",)}
    finding = of("gpu/toolkit-failed", fleet, logs=log, now={"Node/gpu-1": fleet.node})
    assert finding.remedies == (), "the log tells of something else"


def test_operands_that_a_taint_keeps_off_ask_whether_they_may_be_there() -> None:
    kept = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    fleet = nvidia()
    fleet.objects["ClusterPolicy.nvidia.com"][0]["spec"]["daemonsets"] = {"tolerations": kept}
    taint = {"key": "team", "value": "ml", "effect": "NoSchedule"}
    fleet.node["spec"]["taints"] = [taint]
    fleet.objects["Pod"] = []
    wanted = changes(of("gpu/operand-unplaced", fleet))[0]["set"]["spec.daemonsets.tolerations"]
    consent = "<ask: NoSchedule, if operands may run on gpu-1, which team keeps others off>"
    added = {"key": "team", "operator": "Equal", "value": "ml", "effect": consent}
    assert wanted == [*kept, added]


def test_a_driver_that_a_taint_keeps_off_asks_for_a_toleration_of_its_nvidia_driver() -> None:
    kept = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    fleet = by_nvidia_driver(tolerations=kept)
    fleet.node["spec"]["taints"] = [{"key": "team", "effect": "NoExecute"}]
    fleet.objects["Pod"] = []
    [change] = changes(of("gpu/operand-unplaced", fleet))
    consent = "<ask: NoExecute, if operands may run on gpu-1, which team keeps others off>"
    added = {"key": "team", "operator": "Exists", "effect": consent}
    assert change == {
        "kind": "patch",
        "object": _DRIVER,
        "set": {"spec.tolerations": [*kept, added]},
    }


def test_a_plugin_whose_configuration_is_not_there_asks_for_one_that_is() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/device-plugin.config"] = "tesla"
    fleet.stuck(PLUGIN, 1, restartCount=7, state=CRASHING)
    [change] = changes(of("gpu/plugin-failed", fleet))
    asked = "<ask: a key of the device plugin's ConfigMap; the label names tesla>"
    assert change == {"kind": "set_sharing", "node": "gpu-1", "config": asked}


def test_a_plugin_that_fails_for_something_else_has_no_change() -> None:
    fleet = nvidia()
    fleet.ails(PLUGIN, restarts=7, **CRASHING)
    assert of("gpu/plugin-failed", fleet).remedies == ()


def test_a_layout_that_waits_for_users_asks_whether_they_may_be_moved() -> None:
    fleet = nvidia()
    states = {"mig.config": "all-1g.10gb", "mig.config.state": "pending"}
    fleet.labels.update({f"nvidia.com/{key}": value for key, value in states.items()})
    fleet.add(user_pod("train", nvidia_gpu="2"))
    [change] = changes(of("gpu/mig-stuck", fleet))
    consent = "<ask: gpu-1, if Pod/research/train (2 nvidia.com/gpu) may be moved>"
    assert change["node"] == consent
    assert (change["operand"], change["evict"]) == ("mig-manager", True)


def test_a_runtime_without_the_class_asks_for_its_paths() -> None:
    fleet = nvidia()
    fleet.ails(PLUGIN, waiting={"reason": "ContainerCreating"})
    said = 'no runtime for "nvidia" is configured'
    fleet.add(event_of(fleet.pod(PLUGIN), "FailedCreatePodSandBox", said))
    finding = of("gpu/runtime-handler", fleet)
    assert list(changes(finding)[0]["set"]) == ["spec.toolkit.env"]
    assert '"operand": "toolkit"' in finding.fixes[1]
    assert len(finding.remedies) == 1, "starting it again repairs nothing by itself"
