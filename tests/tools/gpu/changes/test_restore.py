"""The way back from a MIG layout: proven where the one of before was in force."""

from typing import Any

import pytest

from clusterwright.tools.gpu.changes.mig_proof import CONFIG, STATE
from clusterwright.tools.gpu.changes.restore import RestoreNode
from clusterwright.tools.gpu.changes.set_mig import SetMig
from clusterwright.tools.gpu.desk import VOCABULARY
from clusterwright.tools.kubernetes.changes.inverse import inverse_of
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.step import Met, Pending
from clusterwright.tools.manifest import Manifest
from tests.tools.gpu.changes.cluster import layouts, node, operand, scene

MANAGER = operand("nvidia-mig-manager")
SAY = "MIG layout all-disabled is carried out on Node/gpu-1, and advertised"


def written(state: str, config: str, asked: int, seen: int) -> Manifest:
    """Return the node with a layout and its state, as of seconds."""
    found = node()
    found["metadata"]["labels"] |= {CONFIG: config, STATE: state}
    found["metadata"]["managedFields"] = [
        {
            "manager": label,
            "operation": "Update",
            "time": f"2026-01-01T00:00:{second:02}Z",
            "fieldsV1": {"f:metadata": {"f:labels": {f"f:{label}": {}}}},
        }
        for label, second in ((CONFIG, asked), (STATE, seen))
    ]
    return found


NOW = written("success", "all-1g.10gb", 10, 12)
FIELD: Manifest = {
    "path": ["metadata", "labels", CONFIG],
    "before": "all-disabled",
    "after": "all-1g.10gb",
}


def back(known: Manifest | None, **field: str) -> RestoreNode:
    asked = {"kind": "restore", "object": "Node/gpu-1", "uid": "uid-gpu-1"}
    asked |= {"fields": [{**FIELD, **field}], "known": known}
    made = parse_change(asked, VOCABULARY)
    assert isinstance(made, RestoreNode)
    return made


def said(change: RestoreNode, live: Manifest = NOW) -> list[str]:
    return [check.say for one in change.steps(scene(live)) for check in one.checks]


def test_a_layout_that_was_in_force_is_proven_to_be_so_again() -> None:
    assert said(back({"layout": "all-disabled"})) == [SAY]


@pytest.mark.parametrize("known", [None, {}, {"layout": "of-before"}])
def test_one_that_was_not_in_force_is_only_asked_for_again(known: Manifest | None) -> None:
    assert said(back(known)) == []


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (written("success", "all-disabled", 20, 12), Pending),
        (written("pending", "all-disabled", 20, 21), Pending),
        (written("success", "all-disabled", 20, 25), Met),
    ],
)
def test_the_success_of_the_layout_that_goes_is_none_of_the_one_that_comes(
    found: Manifest, verdict: type[Any]
) -> None:
    (step,) = back({"layout": "all-disabled"}).steps(scene(NOW))
    assert isinstance(step.checks[0].judge(found, ()), verdict)


@pytest.mark.parametrize(
    ("state", "known"), [("success", {"layout": "all-disabled"}), ("failed", None)]
)
def test_a_change_of_the_layout_keeps_whether_the_one_of_before_was_in_force(
    state: str, known: Manifest | None
) -> None:
    live = node(nvidia_com__mig_config_state=state)
    change = SetMig(node="gpu-1", config="all-1g.10gb")
    (step,) = change.steps(scene(live, *MANAGER, known=layouts()))
    assert (inverse_of(step, live, ()) or {}).get("known") == known
