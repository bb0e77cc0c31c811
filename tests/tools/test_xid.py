"""The table of XIDs against NVIDIA's catalogue."""

import pytest

from clusterwright.tools.xid import NOTHING, UNKNOWN, XIDS, Fault

BUCKETS = {
    *("RESTART_APP", "RESET_GPU", "RESTART_BM", "RESTART_VM", "IGNORE", "CONTACT_SUPPORT"),
    *("WORKFLOW_XID_45", "WORKFLOW_XID_48", "WORKFLOW_NVLINK_ERR", "WORKFLOW_NVLINK5_ERR"),
    *("CHECK_MECHANICALS", "UPDATE_SWFW", "XID_154"),
}
"""Immediate actions in the catalogue, of the numbers that are listed here."""


@pytest.mark.parametrize(
    ("action", "numbers"),
    [
        ("RESTART_APP", {11, 13, 25, 31, 32, 39, 41, 60, 68, 69, 80, 82, 86, 94, 105, 135, 139}),
        ("RESET_GPU", {46, 62, 64, 95, 109, 110, 119, 120, 136, 140, 143, 155, 156, 158}),
        ("RESTART_BM", {79}),
        ("IGNORE", {37, 38, 43, 44, 63, 66, 67, 92, 121, 137, 157, 160, 161}),
        ("WORKFLOW_NVLINK5_ERR", set(range(144, 151))),
        ("CONTACT_SUPPORT", {56, 57, 58, 59, 61, 73, 122, 123, 124, 125}),
    ],
)
def test_a_number_has_the_action_that_the_catalogue_gives(action: str, numbers: set[int]) -> None:
    assert {number: XIDS[number].action for number in numbers} == dict.fromkeys(numbers, action)


@pytest.mark.parametrize(
    ("products", "numbers"),
    [("AH", {74, 80}), ("G", {121}), ("H", {136}), ("BG", {126, 145, 155, 160}), ("", {57, 122})],
)
def test_a_number_names_the_products_that_report_it(products: str, numbers: set[int]) -> None:
    assert {XIDS[number].on for number in numbers} == {products}


def test_the_numbers_that_kubernetes_itself_ignores_are_the_applications() -> None:
    assert all(XIDS[number].fault is Fault.APPLICATION for number in (13, 31, 43, 45, 68))


@pytest.mark.parametrize("number", sorted(XIDS))
def test_every_number_tells_what_it_means_and_what_to_do(number: int) -> None:
    xid = XIDS[number]
    assert xid.action in BUCKETS | ({""} if number in {171, 172} else set[str]())
    assert xid.means
    assert not xid.means.endswith(".")
    assert xid.steps
    assert all(step.endswith((".", "!")) for step in xid.steps)
    assert xid.do.startswith(xid.steps[0])


@pytest.mark.parametrize("number", sorted(XIDS))
def test_no_step_resets_or_reboots_before_the_node_is_drained(number: int) -> None:
    steps = XIDS[number].steps
    touching = [
        at for at, step in enumerate(steps) if step.startswith(("Reset the GPU (", "Reboot the"))
    ]
    assert not touching or "Drain the node." in steps[: touching[0]]


def test_what_needs_nothing_is_never_critical_hardware_alone() -> None:
    idle = {number for number, xid in XIDS.items() if xid.steps == NOTHING}
    assert not {n for n in idle if XIDS[n].fault is Fault.HARDWARE and XIDS[n].grave}


def test_an_unknown_number_blames_nobody() -> None:
    assert UNKNOWN.fault is Fault.UNCLEAR
    assert not UNKNOWN.application


def test_what_nvidia_ignores_at_first_is_not_grave_by_itself() -> None:
    hardware = {number: xid for number, xid in XIDS.items() if xid.fault is Fault.HARDWARE}
    ignored = {number for number, xid in hardware.items() if xid.action == "IGNORE"}
    assert {63, 92, 121} <= ignored
    assert [number for number in sorted(ignored) if XIDS[number].grave] == []
