"""Queries that let the server do what would take all its points here.

A query that is put into another stands in parentheses, on lines of its own: neither its operators
nor a comment in its last line reach what is around it.
"""

import re
from collections.abc import Mapping, Sequence

from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.window import Window

Identity = tuple[tuple[str, str], ...]
"""The labels of a series without its name, in order."""

STAT = "stat"
_OVER_TIME = {
    Rank.MAX: "max_over_time",
    Rank.MIN: "min_over_time",
    Rank.MEAN: "avg_over_time",
    Rank.LAST: "last_over_time",
    Rank.TREND: "deriv",
    Rank.SPREAD: "stddev_over_time",
}
_OF_FINITE = frozenset({Rank.MEAN, Rank.TREND, Rank.SPREAD})
_START = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\#[^\r\n]*)|@\s*start\s*\(\s*\)""",
    re.DOTALL,
)
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def count(query: str) -> str:
    """Return a query for how many series another has: a number in any case."""
    return f"count{wrapped(query)} or vector(0)"


def wrapped(query: str) -> str:
    """Return a query in parentheses."""
    return f"(\n{query}\n)"


def keys(query: str, rank: Rank, window: Window, *, filtered: bool = False) -> str:
    """Return a query for what each series is ranked by, to be asked at the window's end.

    Unless `filtered`, a series that has NaN or infinite points may get NaN or infinity where the
    finite points have a number: filtering costs as much again, and is seldom needed. `trend` is
    not yet times the window.
    """
    inner = wrapped(pinned(query, window))
    if filtered:
        inner = f"({inner} < Inf > -Inf)" if rank in _OF_FINITE else f"({inner} <= Inf)"
    of_each = f"{_OVER_TIME[rank]}({inner}{_subquery(window)})"
    return f"abs({of_each})" if rank is Rank.TREND else of_each


def seen(query: str, window: Window) -> str:
    """Return a query for how many series have a point in the window, asked at its end.

    `last_over_time` keeps the names of metrics: those that share all other labels count as well.
    """
    inner = wrapped(pinned(query, window))
    return f"count(last_over_time({inner}{_subquery(window)}))"


def first(of_each: str, rank: Rank, most: int) -> str:
    """Return a query for the series that come first by a number of each."""
    return f"{'bottomk' if rank.lowest_first else 'topk'}({most}, {of_each})"


def spread(of_each: str, *, total: bool = False) -> str:
    """Return a query for what a number of each series is over all: `stat` says which of them.

    It gives `count`, `p50` and `p95`, and with `total` also `sum`, of those that are numbers.
    """
    numbers = f"({of_each} <= Inf)"
    parts = {
        "count": f"count({numbers})",
        "p50": f"quantile(0.5, {numbers})",
        "p95": f"quantile(0.95, {numbers})",
    }
    if total:
        parts["sum"] = f"sum({numbers})"
    return " or ".join(
        f'label_replace({one}, "{STAT}", "{name}", "", "")' for name, one in parts.items()
    )


def only(query: str, chosen: Sequence[Mapping[str, str]], on: Sequence[str]) -> str:
    """Return a query for the chosen series of another.

    They are named rather than ranked again: `and on (...) topk(... @ end)` works out the ranking a
    second time, and where samples come in late it may then choose others.

    Args:
        query: whose series.
        chosen: labels of each.
        on: the labels that tell the chosen ones from all others.
    """
    names = ", ".join(_label(one) for one in on)
    ones = " or ".join(_named(one, on) for one in chosen)
    return f"{wrapped(query)} and on ({names}) ({ones})"


def pinned(query: str, window: Window) -> str:
    """Return a query in which `@ start()` is the window's, as it is in a range query."""
    return _START.sub(lambda found: found["kept"] or f"@ {window.start}", query)


def _subquery(window: Window) -> str:
    """Return the range that has exactly the window's points, looked at from its end.

    Half a step more than from the first to the last: Prometheus 3 leaves out what lies exactly at
    the beginning of a range, Prometheus 2 does not.
    """
    milliseconds = window.seconds * 1_000 + window.step * 500
    return f"[{milliseconds}ms:{window.step}s]"


def _named(labels: Mapping[str, str], on: Sequence[str]) -> str:
    found = "vector(1)"
    for name in on:
        value = labels.get(name, "").replace("$", "$$")
        found = f'label_replace({found}, {string(name)}, {string(value)}, "", "")'
    return found


def _label(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else string(name)
