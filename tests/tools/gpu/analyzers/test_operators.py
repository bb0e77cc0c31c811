"""What operators say of themselves: not ready and why, ready without meaning, in conflict."""

import pytest

from clusterwright.tools.finding import Severity
from clusterwright.tools.gpu.analyzers.operator_state import under_way
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import codes, condition, found, only, thing, waiting
from tests.tools.gpu.funnel.fleet import DRIVER, PLUGIN, TOOLKIT, Fleet, ago, amd, nvidia

POLICY = "ClusterPolicy.nvidia.com/cluster-policy"


def said(fleet: Fleet, state: str, *conditions: Manifest) -> Fleet:
    """Let the ClusterPolicy say something."""
    policy = fleet.objects["ClusterPolicy.nvidia.com"][0]
    policy["status"] = {"state": state, "conditions": list(conditions)}
    return fleet


def failed(reason: str, message: str = "no such secret") -> tuple[Manifest, Manifest]:
    return condition("Ready", "False", "Error"), condition("Error", "True", reason, message)


def test_the_reason_of_the_error_condition_is_told_not_that_of_ready() -> None:
    finding = only(found(said(nvidia(), "notReady", *failed("ReconcileFailed"))))
    assert (finding.code, str(finding.subject)) == ("gpu/operator-not-ready", POLICY)
    assert finding.title == "The operator is not ready, ReconcileFailed: “no such secret”"


def test_operands_that_have_only_just_begun_are_under_way() -> None:
    fleet = said(nvidia(), "notReady", *failed("OperandNotReady", "states not ready: [driver]"))
    assert codes(found(fleet)) == {POLICY: "gpu/operator-not-ready"}
    for one in fleet.objects["ClusterPolicy.nvidia.com"][0]["status"]["conditions"]:
        one["lastTransitionTime"] = ago(minutes=2)
    assert found(fleet) == []
    assert len(list(under_way(fleet.estate()))) == 1


def test_operands_that_are_not_ready_are_told_at_once_beside_a_node_that_is_broken() -> None:
    fleet = said(nvidia(), "notReady", *failed("OperandNotReady"))
    fleet.objects["ClusterPolicy.nvidia.com"][0]["status"]["conditions"][1][
        "lastTransitionTime"
    ] = ago(seconds=5)
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    assert codes(found(fleet)) == {
        "Node/gpu-1": "gpu/upgrade-failed",
        POLICY: "gpu/operator-not-ready",
    }


def test_an_operator_that_is_ready_when_it_is_read_again_is_silent() -> None:
    fleet = said(nvidia(), "notReady", *failed("ReconcileFailed"))
    ready = thing("ClusterPolicy", "cluster-policy", "nvidia.com/v1", status={"state": "ready"})
    assert found(fleet, now={POLICY: ready}) == []


def test_ignored_duplicates_are_silent() -> None:
    fleet = nvidia()
    second = thing("ClusterPolicy", "second", "nvidia.com/v1", status={"state": "ignored"})
    fleet.add(second)
    assert found(fleet) == []
    second["status"] = {"state": "notReady", "conditions": list(failed("ReconcileFailed"))}
    assert found(fleet) == [], "only the oldest counts, whatever a younger one says"


def test_other_kinds_of_operators_objects_are_read_alike() -> None:
    fleet = nvidia()
    status = {"conditions": list(failed("PrerequisiteNotMet", "no RuntimeClass"))}
    fleet.add(thing("NVIDIADriver", "default", "nvidia.com/v1alpha1", status=status))
    finding = only(found(fleet))
    assert str(finding.subject) == "NVIDIADriver.nvidia.com/default"
    assert "PrerequisiteNotMet: “no RuntimeClass”" in finding.title
    config = amd().objects["DeviceConfig.amd.com"][0]
    assert config["kind"] == "DeviceConfig"
    fleet = amd()
    fleet.objects["DeviceConfig.amd.com"][0]["status"]["conditions"] = list(failed("Invalid"))
    assert codes(found(fleet)) == {
        "DeviceConfig.amd.com/gpu-operator/amd": "gpu/operator-not-ready"
    }


def without_nodes() -> Fleet:
    """A cluster with an operator, whose pools of GPU nodes have no node now."""
    fleet = nvidia()
    fleet.objects["Node"], fleet.objects["Pod"] = [], []
    return fleet


@pytest.mark.parametrize(
    ("fleet", "reason", "severity"),
    [
        (nvidia(), "NFDLabelsMissing", Severity.WARNING),
        (nvidia(), "NoGPUNodes", Severity.WARNING),
        (without_nodes(), "NoGPUNodes", Severity.INFO),
    ],
)
def test_ready_for_want_of_nodes_is_told(fleet: Fleet, reason: str, severity: Severity) -> None:
    finding = only(found(said(fleet, "ready", condition("Ready", "True", reason))))
    assert (finding.code, finding.severity) == ("gpu/false-ready", severity)
    assert finding.title.startswith("It says ready, but")


def test_ready_without_nodes_matters_as_soon_as_a_pod_waits() -> None:
    fleet = said(without_nodes(), "ready", condition("Ready", "True", "NoGPUNodes"))
    fleet.add(waiting())
    assert only(found(fleet)).severity is Severity.WARNING


def test_ready_although_no_operand_is_placed_is_told() -> None:
    fleet = nvidia()
    for one in fleet.objects["DaemonSet"]:
        one["status"] = {"observedGeneration": 1, "desiredNumberScheduled": 0}
    finding = only(found(fleet))
    assert (finding.code, str(finding.subject)) == ("gpu/false-ready", POLICY)
    assert "want 0 pods; there is a node with GPUs: gpu-1" in finding.title
    fleet.objects["DaemonSet"][0]["status"]["desiredNumberScheduled"] = 1
    assert found(fleet) == []


@pytest.mark.parametrize(
    "label",
    [
        {"nvidia.com/gpu.deploy.operands": "false"},
        {"nvidia.com/gpu.workload.config": "vm-passthrough"},
    ],
)
def test_operands_that_are_kept_off_on_purpose_make_no_false_ready(label: dict[str, str]) -> None:
    fleet = nvidia(sandboxWorkloads={"enabled": True})
    fleet.labels.update(label)
    for one in fleet.objects["DaemonSet"]:
        one["status"] = {"observedGeneration": 1, "desiredNumberScheduled": 0}
    assert "gpu/false-ready" not in codes(found(fleet)).values()


def test_a_daemonset_that_was_not_looked_at_yet_says_nothing() -> None:
    fleet = nvidia()
    for one in fleet.objects["DaemonSet"]:
        one["status"] = {}
    assert found(fleet) == []


def test_a_device_config_that_selects_no_node_is_told() -> None:
    fleet = amd()
    status = fleet.objects["DeviceConfig.amd.com"][0]["status"]
    status["driver"] = {"nodesMatchingSelectorNumber": 0}
    finding = only(found(fleet))
    assert finding.code == "gpu/false-ready"
    assert finding.title == ("Its selector matches no node; there is a node with GPUs: gpu-1")
    asked = next(iter(finding.remedies[0].changes[0]["set"]["spec.selector"]))
    assert "those with GPUs have feature.node.kubernetes.io/amd-gpu=true" in asked
    status["driver"] = {"nodesMatchingSelectorNumber": 1}
    assert found(fleet) == []


def driver(name: str, **rest: Json) -> Manifest:
    return thing("NVIDIADriver", name, "nvidia.com/v1alpha1", **rest)


def test_drivers_that_want_the_same_node_are_one_conflict() -> None:
    fleet = nvidia()
    conflict = {"conditions": list(failed("ConflictingNodeSelector", "a and b want gpu-1"))}
    fleet.add(driver("b", status=conflict), driver("a", status=conflict), driver("c"))
    finding = only(found(fleet))
    assert finding.code == "gpu/driver-conflict"
    assert [one.name for one in finding.members] == ["a", "b"]
    assert finding.title == "Node selectors overlap: “a and b want gpu-1”"
    [change] = finding.remedies[0].changes
    assert change["object"] == "NVIDIADriver.nvidia.com/b"
    assert (
        "<ask: a label that only nodes of b have; a, b overlap>"
        in change["set"]["spec.nodeSelector"]
    )


def test_two_default_drivers_are_a_conflict_and_one_is_none() -> None:
    fleet = nvidia()
    fleet.add(driver("a", spec={"default": True}), driver("b", spec={"default": False}))
    assert found(fleet) == []
    fleet.add(driver("c", spec={"default": True}))
    finding = only(found(fleet))
    assert finding.code == "gpu/driver-conflict"
    assert finding.title == "2 NVIDIADrivers are the default one: a, c"
    asked = "<ask: false, if c is not to be the default; they are a, c>"
    assert finding.remedies[0].changes[0]["set"] == {"spec.default": asked}


def test_an_operator_of_drivers_of_its_own_has_no_false_ready() -> None:
    fleet = nvidia()
    fleet.drop("DaemonSet", DRIVER)
    for one in (TOOLKIT, PLUGIN):
        assert any(each["metadata"]["name"] == one for each in fleet.objects["DaemonSet"])
    assert "gpu/false-ready" not in codes(found(fleet)).values()
