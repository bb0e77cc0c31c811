"""What GPU operators say of themselves, and when their ready means nothing."""

import pytest

from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import decode
from clusterwright.tools.gpu.operator_status import OperatorStatus, status_of
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    CRASHING,
    DRIVER,
    PASSTHROUGH,
    PLUGIN,
    Fleet,
    ago,
    amd,
    daemonset,
    nvidia,
    policy,
    vm_node,
)

_START = (-1, "")


def _status(
    fleet: Fleet, limit: int | None = None, after: tuple[int, str] = _START
) -> OperatorStatus:
    return status_of(fleet.estate(), "own", after, limit)


def _condition(kind: str, status: str, reason: str, message: str = "") -> Manifest:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _policy(*conditions: Manifest, state: str = "ready", name: str = "cluster-policy") -> Manifest:
    found = policy()
    found["metadata"]["name"] = name
    found["status"] = {"state": state, "conditions": list(conditions)}
    return found


def _with_policies(*policies: Manifest) -> Fleet:
    fleet = nvidia()
    fleet.objects["ClusterPolicy.nvidia.com"] = list(policies)
    return fleet


def test_an_operator_of_which_all_is_well_says_so_in_a_line() -> None:
    fleet = _with_policies(_policy(_condition("Ready", "True", "Reconciled", "all is well")))
    lines = _status(fleet).render().splitlines()

    assert lines[:2] == [
        "GPU operators on test; nodes with accelerators: 1 nvidia.com",
        "  ClusterPolicy.nvidia.com/cluster-policy: ready",
    ]
    assert not any(line.startswith("!") for line in lines)
    assert "device-plugin  gpu-operator/nvidia-device-plugin-daemonset" in "\n".join(lines)


def test_the_error_is_read_before_the_ready_that_only_repeats_it() -> None:
    fleet = _with_policies(
        _policy(
            _condition("Ready", "False", "Error"),
            _condition("Error", "True", "OperandNotReady", "states not ready: [state-driver]"),
            state="notReady",
        )
    )
    (row,) = _status(fleet).operators

    assert row.state == "notReady, OperandNotReady"
    assert row.message == "states not ready: [state-driver]"
    assert row.lines()[1] == "    | states not ready: [state-driver]"


def test_a_ready_without_node_feature_discovery_is_false() -> None:
    fleet = _with_policies(_policy(_condition("Ready", "True", "NFDLabelsMissing")))
    (row,) = _status(fleet).operators

    assert row.false_ready is not None
    assert not row.well
    assert row.lines()[0] == "! ClusterPolicy.nvidia.com/cluster-policy: ready, NFDLabelsMissing"


def test_a_ready_without_gpu_nodes_is_false_where_there_are_some() -> None:
    fleet = _with_policies(_policy(_condition("Ready", "True", "NoGPUNodes")))

    assert "gpu-1" in (_status(fleet).operators[0].false_ready or "")


def test_operands_that_want_no_pod_are_told_where_nodes_have_devices() -> None:
    fleet = _with_policies(_policy(_condition("Ready", "True", "Reconciled")))
    fleet.objects["Pod"] = []
    fleet.node["spec"]["taints"] = [{"key": "team", "effect": "NoSchedule"}]
    for one in fleet.objects["DaemonSet"]:
        one["status"] = {"desiredNumberScheduled": 0, "numberReady": 0, "observedGeneration": 1}
    answer = _status(fleet)

    assert answer.operators[0].false_ready is not None
    first = next(one for one in answer.operands if one.operand == "driver")
    assert first.note == "wants no pod, though 1 node has nvidia.com devices"
    assert first.broken == 1


def test_operands_for_machines_are_missed_only_where_there_are_such_nodes() -> None:
    fleet = nvidia(sandboxWorkloads={"enabled": True})
    for name in PASSTHROUGH:
        fleet.add(daemonset(name))
        fleet.objects["DaemonSet"][-1]["status"] = {"desiredNumberScheduled": 0}
    assert _status(fleet).render().count("wants no pod") == 0

    fleet.add(vm_node("vm-1"))
    told = _status(fleet)
    assert told.workloads == {"container": 1, "vm-passthrough": 1}
    assert "for: 1 container, 1 vm-passthrough" in told.render()
    assert (
        "wants no pod, though 1 node has nvidia.com devices for virtual machines" in told.render()
    )


def test_of_duplicates_the_one_that_counts_is_named() -> None:
    older, newer = _policy(name="old"), _policy(name="new", state="ignored")
    newer["metadata"]["creationTimestamp"] = ago(days=40)
    fleet = _with_policies(newer, older)
    rows = {one.ref.name: one for one in _status(fleet).operators}

    assert str(rows["new"].ignored_for) == "ClusterPolicy.nvidia.com/old"
    assert rows["old"].ignored_for is None


def test_a_device_config_tells_its_parts_and_is_behind_where_one_is() -> None:
    fleet = amd()
    parts: Json = {"availableNumber": 0, "desiredNumber": 1, "nodesMatchingSelectorNumber": 1}
    config = fleet.objects["DeviceConfig.amd.com"][0]
    config["status"] |= {
        "driver": parts,
        "conditions": [_condition("Ready", "True", "OperatorReady")],
    }
    (row,) = _status(fleet).operators

    assert row.lines() == [
        "! DeviceConfig.amd.com/gpu-operator/amd: ready",
        "    driver 0/1 on 1 node",
    ]


def test_the_daemonset_that_breaks_nodes_comes_before_those_that_wait_for_it() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, restarts=7, **CRASHING)
    fleet.without_driver()
    for one in fleet.objects["DaemonSet"]:
        one["status"] = {"desiredNumberScheduled": 1, "numberReady": 0}
    first, *others = _status(fleet).operands

    assert (first.operand, first.broken) == ("driver", 1)
    assert not any(one.broken for one in others)


def test_daemonsets_that_are_not_well_come_first_and_all_are_had_by_cursor() -> None:
    fleet = nvidia()
    for one in fleet.objects["DaemonSet"]:
        if one["metadata"]["name"] == PLUGIN:
            one["status"] = {"desiredNumberScheduled": 4, "numberReady": 1}
    first = _status(fleet, limit=1)
    (row,) = first.operands
    assert (row.operand, row.ready, row.desired, row.updated) == ("device-plugin", 1, 4, 0)
    assert first.next_cursor

    own, rank, last = decode("gpu-operators", first.next_cursor, str, int, str)
    assert (own, rank, last) == ("own", 1, str(row.daemonset))
    assert (rank, last) == row.key
    rest = _status(fleet, after=(int(rank), str(last)))
    assert len(rest.operands) == len(CONTAINERS) - 1
    assert not rest.operators


def test_what_is_under_way_on_the_nodes_is_counted() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "drain-required"
    fleet.labels["nvidia.com/mig.config"] = "all-disabled"
    fleet.labels["nvidia.com/mig.config.state"] = "pending"
    answer = _status(fleet)

    assert (answer.driver_upgrades, answer.mig) == ({"drain-required": 1}, {"pending": 1})


def _old_driver(strategy: str, state: str) -> OperatorStatus:
    fleet = nvidia()
    driver = fleet.objects["DaemonSet"][0]
    driver["spec"]["updateStrategy"] = {"type": strategy}
    driver["status"]["updatedNumberScheduled"] = 0
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = state
    return _status(fleet)


@pytest.mark.parametrize("state", ["", "upgrade-done"])
def test_an_old_driver_that_nobody_replaces_is_told(state: str) -> None:
    answer = _old_driver("OnDelete", state)
    note = "1 node runs the old driver until its pod there is restarted: restart_operand"
    assert answer.operands[0].note == note
    assert note in answer.render()


@pytest.mark.parametrize(
    ("strategy", "state"), [("RollingUpdate", "upgrade-done"), ("OnDelete", "drain-required")]
)
def test_an_old_driver_that_is_being_replaced_is_only_counted(strategy: str, state: str) -> None:
    row = _old_driver(strategy, state).operands[0]
    assert (row.updated, row.note) == (0, None)


def test_an_operator_whose_deployment_is_down_is_told() -> None:
    fleet = nvidia()
    fleet.add(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "gpu-operator", "namespace": "gpu-operator"},
            "spec": {"replicas": 1},
            "status": {},
        }
    )

    assert _status(fleet).controllers == {"Deployment/gpu-operator/gpu-operator": "Unavailable"}


def test_what_may_not_be_read_is_not_told_as_absent() -> None:
    fleet = nvidia()
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    fleet.gaps = (Gap(what="ClusterPolicy.nvidia.com", reason="forbidden"),)

    told = _status(fleet).render()
    assert "! not known: ClusterPolicy.nvidia.com not read (forbidden)" in told
    assert "No ClusterPolicy" not in told


def test_a_cluster_without_operators_says_so() -> None:
    assert "No ClusterPolicy, NVIDIADriver" in _status(Fleet()).render()


def test_what_an_operator_says_cannot_pass_for_a_line_of_ours() -> None:
    words = "broken\n! ClusterPolicy.nvidia.com/other: ready\x1b[2J"
    fleet = _with_policies(_policy(_condition("Error", "True", "Odd reason\n", words)))
    lines = _status(fleet).render().splitlines()

    assert "    | broken ! ClusterPolicy.nvidia.com/other: ready" in lines
    assert "! ClusterPolicy.nvidia.com/cluster-policy: error, “Odd reason”" in lines


@pytest.mark.parametrize(
    ("namespace", "told"),
    [("gpu-operator", True), ("node-feature-discovery", True), ("mallory", False)],
)
def test_a_deployment_that_a_user_calls_like_an_operators_is_none(
    namespace: str, *, told: bool
) -> None:
    fleet = _with_policies(_policy(_condition("Ready", "True", "Reconciled")))
    metadata = {"name": "gpu-operator-node-feature-discovery", "namespace": namespace}
    made: Manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}
    fleet.objects["Deployment"] = [{**made, "spec": {"replicas": 1}, "status": {}}]

    assert bool(_status(fleet).controllers) is told
