"""A MIG manager that is started again: proven by what it says of the layout that is asked for."""

from typing import Any

import pytest

from clusterwright.tools.gpu.changes.mig_again import attempt, in_force
from clusterwright.tools.gpu.changes.mig_proof import CONFIG, STATE
from clusterwright.tools.gpu.changes.restart_operand import RestartOperand
from clusterwright.tools.gpu.changes.wait import OPERAND_READY
from clusterwright.tools.kubernetes.changes.step import Failed, Met, Pending
from clusterwright.tools.manifest import Manifest
from tests.tools.gpu.changes.cluster import NOW, node, operand, scene
from tests.tools.gpu.changes.place import STEER, Place

MANAGER = operand("nvidia-mig-manager")
PLUGIN = operand("nvidia-device-plugin-daemonset")
IN_FORCE = "the MIG manager says that layout all-disabled is in force on Node/gpu-1"


def at(state: str, second: int, config: str = "all-1g.10gb") -> Manifest:
    """Return a node whose state was written at a second."""
    found = node()
    found["metadata"]["labels"] |= {CONFIG: config, STATE: state}
    field: Manifest = {"f:metadata": {"f:labels": {f"f:{STATE}": {}}}}
    when = f"2026-01-01T00:00:{second:02}Z"
    by = {"manager": "m", "operation": "Update", "time": when, "fieldsV1": field}
    found["metadata"]["managedFields"] = [by]
    return found


BEFORE = at("failed", 5)


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        (None, Failed, "does not exist"),
        (at("failed", 5), Pending, "not taken it up"),
        (at("pending", 9), Pending, "is at it: pending"),
        (at("rebooting", 9), Pending, "is at it: rebooting"),
        (at("failed", 9), Failed, "failed again"),
        (at("success", 9), Met, "is success"),
        (at("success", 5), Met, "is success"),
        (at("what ever\n“x”", 9), Pending, "not taken it up"),
        (at("success", 9, "all-disabled"), Failed, "asks for another layout: all-disabled"),
    ],
)
def test_a_state_is_judged(found: Manifest | None, verdict: type[Any], words: str) -> None:
    judged = in_force(attempt(BEFORE, NOW), found, ())
    assert isinstance(judged, verdict)
    assert words in (judged.how if isinstance(judged, Met) else judged.why)


def test_a_failure_that_nobody_dates_is_waited_out() -> None:
    undated = at("failed", 9)
    del undated["metadata"]["managedFields"]
    assert isinstance(in_force(attempt(BEFORE, NOW), undated, ()), Pending)


@pytest.mark.parametrize(
    ("name", "config", "proven"),
    [
        ("mig-manager", "all-disabled", True),
        ("mig-manager", "", False),
        ("device-plugin", "all-disabled", False),
    ],
)
def test_only_a_mig_manager_with_a_layout_to_make_is_asked_for_it(
    name: str, config: str, proven: bool
) -> None:
    cluster = scene(node(nvidia_com__mig_config=config), *MANAGER, *PLUGIN)
    (step,) = RestartOperand(node="gpu-1", operand=name).steps(cluster)
    assert (IN_FORCE in [one.say for one in step.checks]) is proven
    left = RestartOperand(node="gpu-1", operand=name).proofs(cluster)
    assert (IN_FORCE in [one.say for one in left]) is proven


def test_a_node_takes_pods_again_only_once_its_layout_is_made() -> None:
    steps = RestartOperand(node="gpu-1", operand="mig-manager", evict=True).steps(
        scene(node(), *MANAGER)
    )
    bodies = [one.write.body for one in steps]
    waits = [body for body in bodies if body.get("until") == OPERAND_READY]
    assert [one["layout"]["config"] for one in waits] == ["all-disabled"]


@pytest.mark.anyio
@pytest.mark.timeout(120)
@pytest.mark.parametrize("fails", [True, False])
async def test_a_real_manager_is_proven_by_the_layout_that_it_makes(
    place: Place, *, fails: bool
) -> None:
    steer = f"{STEER}mig-apply"
    place.annotate(f"{steer}=failed")
    place.label(f"{CONFIG}=all-1g.10gb")
    place.wait(".metadata.labels.nvidia\\.com/mig\\.config\\.state", "failed")
    place.next_second()
    if not fails:
        place.annotate(f"{steer}-")
    async with place.session() as session:
        plan, said = await session.plan(
            {"kind": "restart_operand", "node": place.node, "operand": "mig-manager"}
        )
        assert plan, said
        assert "says that layout all-1g.10gb is in force" in said
        state, told = await session.apply(plan)
    if fails:
        assert state != "applied", told
        assert "the MIG manager failed again" in told
        return
    assert state == "applied", told
    assert "mig.config.state is success" in told
    assert place.labels()[STATE] == "success"
