"""What proves a layout: a state that is of this attempt, and what is advertised then."""

from typing import Any

import pytest

from clusterwright.tools.gpu.changes.mig_layout import layout_of, layouts
from clusterwright.tools.gpu.changes.mig_proof import CONFIG, STATE, carried_out, expectation
from clusterwright.tools.gpu.hardware.products import find
from clusterwright.tools.kubernetes.changes.step import Failed, Met, Pending
from clusterwright.tools.manifest import Manifest
from tests.tools.gpu.changes.cluster import LAYOUTS, node

LAYOUT = layout_of(layouts(LAYOUTS, "it"), "all-1g.10gb", find("NVIDIA-H100-80GB-HBM3"))
TEN = "nvidia.com/mig-1g.10gb"


def written(manager: str, label: str, when: str) -> Manifest:
    fields: Manifest = {"f:metadata": {"f:labels": {f"f:{label}": {}}}}
    time = f"2026-01-01T00:00:{when}Z"
    return {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields}


def after(state: str | None, at: str = "30", asked: str = "20", **amounts: int) -> Manifest:
    """Return the node with the layout asked for, and a state of a moment."""
    found = node()
    labels: dict[str, str] = found["metadata"]["labels"]
    labels[CONFIG] = "all-1g.10gb"
    labels.pop(STATE)
    if state is not None:
        labels[STATE] = state
    given = {"nvidia.com/gpu": amounts.get("gpu", 0), TEN: amounts.get("ten", 56)}
    found["status"]["allocatable"] = {key: str(count) for key, count in given.items()}
    found["metadata"]["managedFields"] = [
        written("clusterwright", CONFIG, asked),
        written("mig-manager", STATE, at),
    ]
    return found


def before(state: str = "success", at: str = "10") -> Manifest:
    found = node()
    found["metadata"]["labels"][STATE] = state
    found["metadata"]["managedFields"] = [written("mig-manager", STATE, at)]
    return found


EXPECTED = expectation(LAYOUT, 8, "mixed", before(), shared=False)


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        (None, Failed, "does not exist"),
        (after(None), Pending, "not taken it up"),
        (after("pending"), Pending, "is at it: pending"),
        (after("rebooting"), Pending, "is at it: rebooting"),
        (after("failed"), Failed, "it failed"),
        (after("success"), Met, "success, 56 nvidia.com/mig-1g.10gb advertised"),
        (after("success", ten=55), Pending, "55 nvidia.com/mig-1g.10gb advertised, not 56"),
        (after("success", gpu=1), Pending, "1 nvidia.com/gpu advertised, not 0"),
        (after("success", at="10", ten=0, gpu=8), Pending, "not taken it up"),
        (after("failed", at="10"), Pending, "not taken it up"),
        (after("what ever\n“x”"), Pending, "not taken it up"),
    ],
)
def test_a_state_is_judged(found: Manifest | None, verdict: type[Any], words: str) -> None:
    judged = carried_out(EXPECTED, found, ())
    assert isinstance(judged, verdict)
    assert words in (judged.how if isinstance(judged, Met) else judged.why)


def test_a_failure_of_the_attempt_before_is_not_of_this_one() -> None:
    expected = expectation(LAYOUT, 8, "mixed", before("failed", at="20"), shared=False)
    assert isinstance(carried_out(expected, after("failed", at="20"), ()), Pending)
    assert isinstance(carried_out(expected, after("failed", at="21"), ()), Failed)


def test_another_layout_in_the_meantime_is_somebody_elses() -> None:
    found = after("success")
    found["metadata"]["labels"][CONFIG] = "all-disabled"
    judged = carried_out(EXPECTED, found, ())
    assert judged == Failed("somebody asks for another layout: all-disabled")


def test_where_nobody_says_who_wrote_a_state_a_change_of_it_counts() -> None:
    found = after("success")
    found["metadata"]["managedFields"] = []
    assert isinstance(carried_out(EXPECTED, found, ()), Met)


def test_without_their_number_any_multiple_will_do() -> None:
    expected = expectation(LAYOUT, None, "mixed", before(), shared=False)
    assert isinstance(carried_out(expected, after("success", ten=28), ()), Met)
    assert isinstance(carried_out(expected, after("success", ten=27), ()), Pending)
    assert isinstance(carried_out(expected, after("success", ten=0), ()), Pending)


def test_of_devices_that_are_shared_too_no_number_is_asked() -> None:
    expected = expectation(LAYOUT, 8, "mixed", before(), shared=True)
    assert isinstance(carried_out(expected, after("success", ten=224), ()), Met)


def test_for_a_run_that_was_cut_short_a_state_since_the_label_counts() -> None:
    expected = expectation(LAYOUT, 8, "mixed", None, shared=False)
    assert isinstance(carried_out(expected, after("success"), ()), Met)
    assert isinstance(carried_out(expected, after("failed", at="10"), ()), Pending)
