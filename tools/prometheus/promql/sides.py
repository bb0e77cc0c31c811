"""Why the series of two sides of an operator do not meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.promql.selector import NAME

_FEW = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """What keeps two sides apart."""

    why: str
    right: str


def difference(
    left: Sequence[Mapping[str, str]],
    right: Sequence[Mapping[str, str]],
    matched: Sequence[str],
    *,
    on: bool,
) -> Difference | None:
    """Return what differs; None where nothing in these series tells.

    Args:
        left: labels of series of the left side, some of them at least.
        right: those of the right side.
        matched: labels of `on` or `ignoring`; empty for neither.
        on: whether they are those of `on`.
    """
    names = _names(left), _names(right)
    compared = frozenset(matched) if on else (names[0] | names[1]) - frozenset(matched)
    only_left, only_right = compared & names[0] - names[1], compared & names[1] - names[0]
    shared = names[0] & names[1]
    if only_left or only_right:
        return _lacking(only_left, only_right, shared, names)
    for name in sorted(compared & shared):
        ours, theirs = _values(left, name), _values(right, name)
        if not ours & theirs:
            others = ", ".join(sorted((compared & shared) - {name}))
            return Difference(
                f"{name} is {_few(ours)} on the left and {_few(theirs)} on the right",
                f"on ({others})" if others else f"bring {name} to one form with label_replace",
            )
    return None


def _lacking(
    left: frozenset[str],
    right: frozenset[str],
    shared: frozenset[str],
    names: tuple[frozenset[str], frozenset[str]],
) -> Difference:
    parts: list[str] = []
    if left:
        parts.append(f"only the left side has {', '.join(sorted(left))}")
    if right:
        parts.append(f"only the right side has {', '.join(sorted(right))}")
    if not shared:
        return Difference(
            " and ".join(parts),
            "on () group_left, where the other side is one series"
            if not (names[0] and names[1])
            else "label_replace on one side, as they share no label",
        )
    group = " group_left" if left and not right else " group_right" if right and not left else ""
    return Difference(" and ".join(parts), f"on ({', '.join(sorted(shared))}){group}")


def _names(series: Sequence[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(name for one in series for name in one if name != NAME)


def _values(series: Sequence[Mapping[str, str]], name: str) -> frozenset[str]:
    return frozenset(one.get(name, "") for one in series)


def _few(values: frozenset[str]) -> str:
    shown = ", ".join(f'"{one}"' for one in sorted(values)[:_FEW])
    more = len(values) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown
