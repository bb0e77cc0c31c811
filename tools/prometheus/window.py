"""When a question is about: moments, durations, and a window that lies on its step's grid."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.wire import duration

MOST_POINTS = 120
"""Of a series by default: more than are ever told, few enough to be cheap."""
SERVER_POINTS = 11_000
"""Of a series at most. Source: Prometheus, web/api/v1, queryRange."""
LEAST_STEP = 15
"""Seconds: nothing is new more often where targets are scraped as by default or less often."""

_MINUTE, _DAY = 60, 86_400
_NICE = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800),
    *(3_600, 7_200, 10_800, 14_400, 21_600, 43_200, _DAY, 2 * _DAY, 7 * _DAY, 28 * _DAY),
)
FRESH = 120
"""Seconds that may lie between the last moment of a chosen step and the end that was asked for."""
_FRESH_PART = 100
"""Or this part of the step, if it is more."""
_TRIED = 1_000
"""Steps at most that are tried if none of whole minutes will do."""
_NOW = re.compile(r"now\s*(?:-\s*(?P<before>.+))?", re.IGNORECASE)
_AGO = re.compile(r"-\s*(?P<minus>.+)|(?P<ago>.+?)\s+ago", re.IGNORECASE)
_EPOCH = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,9})?")
_MILLISECONDS = 1e11
"""An epoch beyond this is in milliseconds: as seconds it would be in the year 5138."""
_DURATIONS = "a duration as 90s, 15m, 1h, 7d"
_MOMENTS = "a time as 2026-01-31T12:00:00Z or 1769860800"


@dataclass(frozen=True, slots=True)
class Window:
    """Moments `start`, `start + step`, ... `end`, all of them multiples of `step`, in seconds.

    Prometheus evaluates a subquery at multiples of its step, so that only on such a grid a range
    query and a subquery see the same points.
    """

    start: int
    end: int
    step: int

    @property
    def points(self) -> int:
        """How many moments there are."""
        return (self.end - self.start) // self.step + 1

    @property
    def seconds(self) -> int:
        """From the first moment to the last."""
        return self.end - self.start

    def index(self, time: float) -> int:
        """Return which of the moments a time is, from 0."""
        return round((time - self.start) / self.step)


def seconds_of(text: str, what: str) -> float:
    """Return a duration in seconds; raise InvalidInputError that shows one."""
    found = duration(text.strip())
    if not found and text.strip().isdecimal() and len(text) < len("1000000000000"):
        found = float(text)
    if not found:
        raise InvalidInputError(f"{what} {text!r} is no duration", hint=f"give {_DURATIONS}")
    return found


def moment_of(text: str, now: float, what: str) -> float:
    """Return a moment in seconds since the epoch.

    It is `now`, `now-1h`, a duration before now (`1h`, `-1h`, `1h ago`), RFC 3339 (UTC where it
    names no zone), or an epoch in seconds or milliseconds. Raises InvalidInputError that shows one.
    """
    words = text.strip()
    if (ago := _AGO.fullmatch(words)) and (before := duration(ago["minus"] or ago["ago"])):
        return now - before
    if found := _NOW.fullmatch(words):
        return now - seconds_of(found["before"], what) if found["before"] else now
    if _EPOCH.fullmatch(words) and len(words) > len("99999999"):
        epoch = float(words)
        return epoch / 1_000 if epoch > _MILLISECONDS else epoch
    if (before := duration(words)) is not None:
        return now - before
    try:
        told = datetime.fromisoformat(words)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"{what} {text!r} is no time", hint=f"give {_MOMENTS}, or {_DURATIONS} before now"
        ) from error


def window_of(start: str, end: str | None, step: str | None, now: float) -> Window:
    """Return the window that was asked for, moved to the grid of its step by less than a step.

    Args:
        start: a moment, or a duration before `end`.
        end: a moment; by default, and at the latest, now.
        step: a duration; by default one that makes at most `MOST_POINTS` points, and whose grid
            has a moment shortly before the end: what is newest is asked about most.
        now: of the server, in seconds since the epoch.
    """
    until = min(moment_of(end, now, "end"), now) if end else now
    since = moment_of(start, until, "start")
    if since >= until:
        raise InvalidInputError(
            f"the window from {start!r} to {end or 'now'!r} ends before it starts, or lies in the"
            " future",
            hint="give start before end: start='1h' is the hour before end",
        )
    if since < 0:
        raise InvalidInputError(f"start {start!r} is before 1970", hint=f"give {_DURATIONS}")
    width = until - since
    each = _asked_step(step, width) if step else _chosen_step(width, until)
    return Window(int(since // each) * each, int(until // each) * each, each)


def stamp(time: float) -> str:
    """Return a moment as RFC 3339 in UTC."""
    try:
        return datetime.fromtimestamp(round(time), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(time)


def round_above(least: float) -> int:
    """Return the shortest duration that is no shorter and reads well, in seconds."""
    return next((nice for nice in _NICE if nice >= least), _DAY * math.ceil(least / _DAY))


def _chosen_step(width: float, until: float) -> int:
    """Return a round step; if its grid ends long before the window, one that is less round."""
    least = max(LEAST_STEP, math.ceil(width / (MOST_POINTS - 1)))
    nice = round_above(least)
    fresh = max(FRESH, nice / _FRESH_PART)
    if until % nice < fresh:
        return nice
    tried: list[int] = []
    for unit in (_MINUTE, max(1, least // _TRIED)):
        tried += range(unit * math.ceil(least / unit), 2 * least, unit)
        if found := [one for one in tried if until % one < fresh]:
            return min(found, key=lambda one: (one > nice, abs(one - nice)))
    return min(tried, key=lambda one: until % one)


def _asked_step(step: str, width: float) -> int:
    asked = seconds_of(step, "step")
    each = round(asked)
    if each < 1 or not math.isclose(each, asked):
        raise InvalidInputError(
            f"step {step!r} is no whole number of seconds", hint="give 1s or more, as 30s"
        )
    if width / each >= SERVER_POINTS - 1:
        least = math.ceil(width / (SERVER_POINTS - 2))
        raise InvalidInputError(
            f"step {step!r} makes {math.ceil(width / each)} points, and a server gives"
            f" {SERVER_POINTS} of a series at most",
            hint=f"give a step of at least {least}s, or none: one is chosen",
        )
    return each
