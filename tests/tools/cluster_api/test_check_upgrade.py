"""What the answer on an upgrade shows where there are more checks than room."""

from functools import partial

from clusterwright.tools.answer import BUDGET, longest
from clusterwright.tools.cluster_api.check_upgrade import UpgradeCheck, page
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status, check

COUNTS = {Status.BLOCK: 2, Status.WARN: 150, Status.NOT_CHECKED: 4, Status.PASSED: 6}


def checks() -> list[Check]:
    return [
        check(f"{status} {n}", status, "why it went so " * 8)
        for status, many in COUNTS.items()
        for n in range(many)
    ]


def answer() -> UpgradeCheck:
    return UpgradeCheck(
        cluster="prod",
        target="capi:default/train",
        verdict="ready with warnings",
        current="v1.35.2",
        version="v1.36.3",
    )


def test_all_checks_are_counted_whatever_is_shown_of_them() -> None:
    made = checks()
    told = longest(partial(page, answer(), made), len(made), BUDGET)
    shown = len(told.checks)
    assert 2 < shown < 152
    assert list(told.checks) == made[:shown]
    assert told.left_out == {"warn": 152 - shown, "not checked": 4, "pass": 6}
    first, *_, last = told.render().splitlines()
    assert first == (
        "capi:default/train on prod from v1.35.2 to v1.36.3: ready with warnings,"
        " as far as it could be checked (2 block, 150 warn, 4 not checked, 6 pass)"
    )
    assert last == f"[not shown: {152 - shown} warn, 4 not checked, 6 pass]"


def test_where_all_are_shown_none_is_left_out() -> None:
    made = checks()[:3]
    told = page(answer(), made, 3)
    assert told.left_out == {}
    assert "not shown" not in told.render()
    assert "(2 block, 1 warn)" in told.render()
