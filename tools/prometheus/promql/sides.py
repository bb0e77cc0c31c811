"""Why the series of two sides of an operator do not meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.promql.nodes import SETS
from clusterwright.tools.prometheus.promql.selector import NAME, label

_FEW = 3
Side = Sequence[Mapping[str, str]]
"""Labels of series of one side, some of them at least."""


@dataclass(frozen=True, slots=True)
class Matching:
    """How an operator matches its sides."""

    operator: str
    labels: Sequence[str] = ()
    """Of `on` or `ignoring`; empty for neither."""
    on: bool = False
    """Whether they are those of `on`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What keeps two sides apart."""

    why: str
    right: str


def difference(left: Side, right: Side, matching: Matching) -> Difference | None:
    """Return what differs; None where nothing in these series tells."""
    ours, theirs = _names(left), _names(right)
    matched = frozenset(matching.labels)
    compared = matched if matching.on else (ours | theirs) - matched
    meeting = [one for one in sorted(ours & theirs) if _values(left, one) & _values(right, one)]
    only_left, only_right = compared & ours - theirs, compared & theirs - ours
    if only_left or only_right:
        parts = [
            f"only the {side} side has {', '.join(sorted(names))}"
            for side, names in (("left", only_left), ("right", only_right))
            if names
        ]
        return Difference(" and ".join(parts), _right(matching, meeting, (ours, theirs)))
    for name in sorted(compared & ours & theirs):
        if name not in meeting:
            one, other = _few(_values(left, name)), _few(_values(right, name))
            return Difference(
                f"{name} is {one} on the left and {other} on the right",
                _right(matching, meeting, (ours, theirs)),
            )
    return None


def _right(
    matching: Matching, meeting: Sequence[str], names: tuple[frozenset[str], frozenset[str]]
) -> str:
    """Return how the sides would meet: on the labels whose values are on both sides."""
    if meeting:
        others = names[0] - set(meeting), names[1] - set(meeting)
        group = ""
        if matching.operator not in SETS:
            group = " group_left" if others[0] else " group_right" if others[1] else ""
        return f"{matching.operator} on ({', '.join(map(label, meeting))}){group}"
    if not (names[0] and names[1]):
        group = "" if matching.operator in SETS else " group_left"
        return (
            "aggregate both sides by the same labels; where one side is to be a single series,"
            f" {matching.operator} on (){group}"
        )
    if names[0] & names[1]:
        shared = ", ".join(sorted(names[0] & names[1])[:_FEW])
        return (
            f"they have no value in common, not even of {shared}: aggregate both by a label that"
            " says the same, brought to one form with label_replace"
        )
    return "they share no label: bring two to one name and form with label_replace"


def _names(series: Side) -> frozenset[str]:
    return frozenset(name for one in series for name in one if name != NAME)


def _values(series: Side, name: str) -> frozenset[str]:
    return frozenset(one[name] for one in series if name in one)


def _few(values: frozenset[str]) -> str:
    shown = ", ".join(string(one) for one in sorted(values)[:_FEW])
    more = len(values) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown
