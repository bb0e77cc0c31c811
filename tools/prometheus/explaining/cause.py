"""What a query's empty result comes from."""

from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.prometheus.explaining.asking import Evidence

Code = Literal[
    "no-such-metric",
    "no-such-label",
    "no-such-value",
    "matchers-exclude-one-another",
    "series-ended",
    "window-too-short",
    "comparison-filters-all",
    "sides-do-not-meet",
    "other-side-removes-all",
    "nothing-is-absent",
    "no-buckets",
    "not-found-out",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """The first thing, from the inside of a query outwards, that leaves no series."""

    code: Code
    what: str
    right: str = ""
    evidence: tuple[Evidence, ...] = ()
    nearest: tuple[str, ...] = ()
    """Names or values that are there."""


def counted(query: str, count: int | None) -> Evidence:
    """Return a count as evidence."""
    return Evidence(query, "not known" if count is None else f"{count} series")
