"""The judgement of incidents as text."""

from collections.abc import Sequence

from clusterwright.cli.judge.incident_outcome import Outcome
from clusterwright.cli.judge.table import with_notes

_HEADER = (
    "INCIDENT",
    "CAUSES",
    "LAYERS",
    "PODS",
    "DEVELOPED",
    "ASKED",
    "FIRST",
    "MISSED",
    "WRONG",
    "TOLD",
    "MISFOLDED",
    "HEALED",
)


def incident_table(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each incident, and below it what went wrong with it.

    TOLD is how many layers have a symptom under their cause, of those that must have one;
    MISFOLDED how many symptoms of layers are under other causes and not under theirs.
    """
    rows = [(_cells(one), (*complaints(one), *_on_the_way(one))) for one in outcomes]
    return with_notes(_HEADER, rows)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the last line."""
    total = len(outcomes)
    right = sum(one.right for one in outcomes)
    first = sum(one.first_is_true for one in outcomes)
    complete = sum(bool(one.roots) and not one.missed for one in outcomes)
    clean = sum(bool(one.roots) and not one.wrong for one in outcomes)
    folded = sum(bool(one.roots) and one.folded for one in outcomes)
    at_once = sum(bool(one.first_answer) for one in outcomes)
    return (
        f"incidents: {right} right of {total}; a true cause first in {first}, "
        f"all causes told in {complete}, no symptom told as a cause in {clean}, "
        f"symptoms under their cause in {folded}; right at the first answer in {at_once}"
    )


def complaints(one: Outcome) -> list[str]:
    """Return what went wrong with an incident, a line each; none if it came out right."""
    if one.right:
        return []
    missed = [f"missed: {truth.code} on {truth.subject}" for truth in one.missed]
    wrong = [f"wrong: {root.code} on {root.subject}: {root.title}" for root in one.wrong]
    first = f"first: {one.roots[0]}" if one.roots and not one.first_is_true else ""
    misfolded = [f"not under its cause: {said}" for said in one.misfolded]
    silent = [
        f"not told of {layer.name}: nothing on {' or '.join(map(str, layer.telling))}"
        f" is under {' or '.join(f'{x.code} on {x.subject}' for x in layer.truths)}"
        for layer in one.silent
    ]
    unanswered = [f"did not answer: {server}" for server in one.unanswered]
    failed = [trial.row.failure for trial in one.trials if trial.row.failure]
    said = (first, *missed, *wrong, *misfolded, *silent, *unanswered, one.failure, *failed)
    return [each for each in dict.fromkeys(said) if each]


def _on_the_way(one: Outcome) -> list[str]:
    """Return what an earlier answer told as a cause, and the last one no more."""
    last = {f"{root.code} on {root.subject}" for root in one.wrong}
    return [f"wrong on the way: {said}" for said in one.ever_wrong if said not in last]


def _cells(one: Outcome) -> tuple[str, ...]:
    own, others = one.composed.failing
    developed = "no" if one.developed is None or one.failure else f"{one.developed:.0f} s"
    healed = {None: "-", True: "yes", False: "no"}[one.healed]
    needed = sum(bool(layer.telling) for layer in one.composed.standings)
    return (
        one.composed.name,
        str(len(one.composed.truth)),
        str(len(one.composed.incident.layers)),
        f"{own}+{others}",
        developed,
        str(one.asked),
        "true" if one.first_is_true else "wrong",
        str(len(one.missed)),
        str(len(one.wrong)),
        f"{needed - len(one.silent) if one.asked else 0}/{needed}",
        str(len(one.misfolded)),
        healed,
    )
