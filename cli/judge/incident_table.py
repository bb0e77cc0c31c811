"""The judgement of incidents as text."""

from collections.abc import Sequence

from clusterwright.cli.judge.incidents import Outcome
from clusterwright.tools.answer import columns

_HEADER = (
    "INCIDENT",
    "CAUSES",
    "LAYERS",
    "PODS",
    "DEVELOPED",
    "FIRST",
    "MISSED",
    "WRONG",
    "HEALED",
)


def incident_table(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each incident, and below it what went wrong with it."""
    lines = columns(_HEADER, [_cells(one) for one in outcomes]).splitlines()
    shown = lines[:1]
    for line, one in zip(lines[1:], outcomes, strict=True):
        shown += [line, *(f"  {said}" for said in _complaints(one))]
    return "\n".join(shown)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the last line."""
    total = len(outcomes)
    right = sum(one.right for one in outcomes)
    first = sum(one.first_is_true for one in outcomes)
    complete = sum(bool(one.roots) and not one.missed for one in outcomes)
    clean = sum(bool(one.roots) and not one.wrong for one in outcomes)
    return (
        f"incidents: {right} right of {total}; a true cause first in {first}, "
        f"all causes told in {complete}, no symptom told as a cause in {clean}"
    )


def _cells(one: Outcome) -> tuple[str, ...]:
    own, others = one.composed.failing
    developed = "no" if one.developed is None or one.failure else f"{one.developed:.0f} s"
    healed = {None: "-", True: "yes", False: "no"}[one.healed]
    return (
        one.composed.name,
        str(len(one.composed.truth)),
        str(len(one.composed.incident.layers)),
        f"{own}+{others}",
        developed,
        "true" if one.first_is_true else "wrong",
        str(len(one.missed)),
        str(len(one.wrong)),
        healed,
    )


def _complaints(one: Outcome) -> list[str]:
    if one.right:
        return []
    missed = [f"missed: {truth.code} on {truth.subject}" for truth in one.missed]
    wrong = [f"wrong: {root.code} on {root.subject}: {root.title}" for root in one.wrong]
    first = f"first: {one.roots[0]}" if one.roots and not one.first_is_true else ""
    failed = [trial.row.failure for trial in one.trials if trial.row.failure]
    return [said for said in (first, *missed, *wrong, one.failure, *failed) if said]
