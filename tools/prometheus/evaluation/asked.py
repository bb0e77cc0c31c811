"""What is asked of a backend, what comes of it, and how much of a server that may take."""

import re
from dataclasses import dataclass

from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.result import Result, Series
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.summary.spread import Spread

SECONDS = 10.0
"""That one request of a question may take."""
_LIGHT_SAMPLES = 5_000
_RANGE = re.compile(r"\[\s*(?:(\d{1,9})(ms|s|m)\s*\])?")
_LIGHT_RANGE = {"ms": 3_600_000, "s": 3_600, "m": 60}
"""At most: an hour."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, of whom, and what is wanted of its result."""

    backend: Backend
    query: str
    rank: Rank
    top: int
    few: int = 20
    """Series that are fetched with all their points: ranking them first would cost more."""
    many: int = 5_000
    """Series of which one number each is fetched; of more, the server picks the first."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came back: the series that come first, and what is known of all."""

    total: int
    series: tuple[Series, ...] = ()
    """The first of them, in order."""
    spread: Spread | None = None
    result: Result | None = None
    """The last one: for what the server said beside, or for a string."""


def lane_of(query: str, samples: int = 0) -> Lane:
    """Return the lane for a query: light without subqueries, ranges of hours and many points."""
    if samples > _LIGHT_SAMPLES:
        return Lane.HEAVY
    for number, unit in _RANGE.findall(query):  # of a class in a regex it thinks too much
        if not unit or int(number) > _LIGHT_RANGE[unit]:
            return Lane.HEAVY
    return Lane.LIGHT
