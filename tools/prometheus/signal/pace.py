"""How often what is chosen has samples: a rate over less than four of them has gaps."""

import math
from collections.abc import Mapping, Sequence

from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.signal.discovery import Chosen
from clusterwright.tools.prometheus.signal.subject import Scheme, Subject

Sort = tuple[str, Scheme]
"""Who exports a series and how it is labelled: that is of one scrape, mostly."""
_SEEN = 1_200
"""Seconds in which samples are counted, of series that were there at their beginning."""
_MOST_SERIES = 2_000
"""Beyond that it is not asked: a rate is then over five minutes, as by default."""
_USUAL = (15, 30, 60, 90, 120, 180, 240, 300)
"""Seconds between two scrapes; less often than each five minutes Prometheus itself has gaps."""
_RATE = "$W"


def sort_of(chosen: Chosen) -> Sort:
    """Return what is scraped alike."""
    return chosen.candidate.source, chosen.scheme


def pace(subject: Subject, chosen: Sequence[Chosen]) -> Mapping[Sort, str]:
    """Return what to ask for the rates among what was chosen: each a number of samples."""
    fewest: dict[Sort, Chosen] = {}
    for one in chosen:
        known = fewest.get(sort_of(one))
        light = one.series <= (known.series - 1 if known else _MOST_SERIES)
        if _RATE in one.candidate.query and light:
            fewest[sort_of(one)] = one
    return {sort: _query(subject, one) for sort, one in fewest.items()}


def _query(subject: Subject, chosen: Chosen) -> str:
    candidate = chosen.candidate
    matchers = [f"__name__={string(candidate.needs[0])}"]
    matchers += filter(None, (subject.matchers(chosen.scheme), candidate.where))
    series = f"{{{','.join(matchers)}}}"
    # A series that has just begun has few samples, however often it is scraped.
    old = f"count_over_time({series}[6m] offset 14m)"
    return f"max(count_over_time({series}[{_SEEN}s]) and {old})"


def interval(counted: Result) -> int:
    """Return the seconds between two samples, the nearest usual ones; 0 where it is not known."""
    samples = counted.only or 0
    if not (math.isfinite(samples) and samples > 0):
        return 0
    between = _SEEN / samples
    return min(_USUAL, key=lambda usual: max(usual / between, between / usual))
