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
