"""How API v1 spells numbers, moments and durations: as Go does, and sometimes not at all."""

import math
import re
from datetime import datetime

from clusterwright.tools.manifest import Json, dig, instant

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w|y)")
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w|y))+")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3_600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "y": 31_536_000.0,
}
_LONGEST = 40
_FIRST_YEAR = 1970
"""A time of Go that was never set is of the year 1."""


def real(value: Json, *path: str) -> float | None:
    """Return the finite number at `path`, or None."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        return float(found) if math.isfinite(found) else None
    except OverflowError:  # a whole number larger than any float
        return None


def sample(value: Json, *path: str) -> float | None:
    """Return the value of a sample at `path`, as `1e+00` or `NaN`; None for what is none."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return float(found)
    except (ValueError, OverflowError):
        return None


def duration(value: Json, *path: str) -> float | None:
    """Return the seconds of a duration at `path`, as `1m30s` or a number of seconds."""
    found = dig(value, *path)
    if not isinstance(found, str):
        return real(value, *path)
    if len(found) > _LONGEST or not _WHOLE.fullmatch(found):
        return 0.0 if found == "0" else None
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(found))


def moment(value: Json, *path: str) -> datetime | None:
    """Return the time at `path`, or None for one that was never set."""
    found = instant(value, *path)
    return found if found and found.year >= _FIRST_YEAR else None
