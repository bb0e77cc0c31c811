"""Remediation: left to a health check, within its budget, and never at the cost of a quorum."""

import pytest

from clusterwright.tools.cluster_api.changes.remediate import Remediate
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    MACHINES,
    NAME,
    classy,
    condition,
    machine,
    made,
    notes,
    pool,
    scene,
    worst,
)

check = made(
    "MachineHealthCheck",
    "mhc",
    {"selector": {"matchLabels": {"cluster.x-k8s.io/cluster-name": "train"}}},
    {"remediationsAllowed": 1},
)


def steps(*objects: Manifest, machine: str = "m-1") -> tuple[Step, ...]:
    change = Remediate(name=NAME, machine=machine)
    return change.steps(scene(classy(), pool(), *objects, runs=BUSY))


def test_it_leaves_the_replacement_to_the_health_check() -> None:
    (step,) = steps(*MACHINES, check)
    assert step.write.body == {
        "metadata": {"annotations": {"cluster.x-k8s.io/remediate-machine": ""}}
    }
    assert "m-1 (node node-m-1): 2 pods" in notes(step)
    assert worst(step) is Risk.HIGH


def test_without_a_health_check_that_selects_it_nothing_would_heed_it() -> None:
    with pytest.raises(RefusedError, match="no MachineHealthCheck selects"):
        steps(*MACHINES)
    other = made("MachineHealthCheck", "mhc", {"selector": {"matchLabels": {"a": "b"}}})
    with pytest.raises(RefusedError, match="no MachineHealthCheck selects"):
        steps(*MACHINES, other)


def test_the_budget_of_the_health_check_counts() -> None:
    status = {"remediationsAllowed": 0, "currentHealthy": 1, "expectedMachines": 2}
    tight = {**check, "status": status}
    with pytest.raises(RefusedError, match="1 of 2 machines are healthy"):
        steps(*MACHINES, tight)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ((), "the only member"),
        (("False", "False"), "0 healthy of 2 members: no quorum"),
        (("True", "leaving"), "is on its way out"),
    ],
)
def test_a_control_plane_keeps_its_quorum(others: tuple[str, ...], said: str) -> None:
    members = [machine("cp-1", "control-plane")]
    for number, status in enumerate(others, 2):
        well = condition("EtcdMemberHealthy", "True" if status == "leaving" else status)
        gone = {"deletionTimestamp": "2026-01-01T00:00:00Z"} if status == "leaving" else {}
        members.append(machine(f"cp-{number}", "control-plane", well, **gone))
    with pytest.raises(RefusedError, match=said):
        steps(*members, check, machine="cp-1")


def test_two_healthy_members_of_three_let_one_go() -> None:
    well = condition("EtcdMemberHealthy", "True")
    members = [machine(f"cp-{number}", "control-plane", well) for number in (1, 2, 3)]
    (step,) = steps(*members, check, machine="cp-1")
    assert worst(step) is Risk.HIGH


def test_a_machine_that_somebody_wants_kept_or_nobody_would_make_again_stays() -> None:
    kept = machine("m-1", annotations={"cluster.x-k8s.io/skip-remediation": ""})
    with pytest.raises(RefusedError, match="somebody wants it kept"):
        steps(kept, check)
    with pytest.raises(RefusedError, match="nothing would make another"):
        steps(machine("m-1", ownerReferences=[]), check)


def test_what_is_paused_heeds_nothing() -> None:
    mark = {"annotations": {"cluster.x-k8s.io/paused": ""}}
    asleep = {**check, "metadata": {**check["metadata"], **mark}}
    with pytest.raises(RefusedError, match=r"MachineHealthCheck.* is paused"):
        steps(*MACHINES, asleep)
    with pytest.raises(RefusedError, match="m-1 is paused"):
        steps(machine("m-1", annotations=mark["annotations"]), check)
    whole = classy()
    whole["spec"]["paused"] = True
    with pytest.raises(RefusedError, match="train is paused"):
        Remediate(name=NAME, machine="m-1").steps(scene(whole, pool(), *MACHINES, check))
