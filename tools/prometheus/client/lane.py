"""Two lanes to a backend, so that a heavy query never keeps a light one waiting."""

from enum import StrEnum


class Lane(StrEnum):
    """How much a request may cost the server."""

    LIGHT = "light"
    """Metadata, status, and queries known to be small."""
    HEAVY = "heavy"
    """What may touch many samples: at most `HEAVY_AT_A_TIME` of them run at a time."""


HEAVY_AT_A_TIME = 8
"""Prometheus runs 20 queries at a time for everybody (--query.max-concurrency)."""


def heavy_at_a_time(processors: int) -> int:
    """Return how many heavy queries are asked at a time of a server with so many processors.

    A query is evaluated by one of them, from beginning to end. More queries than there are make
    none of them done sooner, and everything light waits: with two processors a small query took
    1.1 ms beside one heavy query, 19 ms beside two, and 100 ms beside eight, which were done later
    than one by one (Prometheus 3.16). So one processor is left to others.

    Args:
        processors: GOMAXPROCS of status/runtimeinfo; 0 where it is not told.
    """
    if processors <= 0:
        return HEAVY_AT_A_TIME
    return max(1, min(HEAVY_AT_A_TIME, processors - 1))
