"""Counters that grow with time, at a rate that may change, and begin anew with what they count."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class _Reading:
    since: float
    at: float
    total: float


class Meters:
    """Integrates rates: what a counter shows is the sum of its rate over the time it has run."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """Take the clock; Unix seconds."""
        self._now = now
        self._lock = threading.Lock()
        self._readings: dict[tuple[str, ...], _Reading] = {}

    def count(self, key: tuple[str, ...], started: datetime | None, rate: float) -> float:
        """Return what a counter shows that has run since `started`, now at `rate` a second.

        Counters of one key with another start are others: they begin at 0 there. Until the first
        look the rate is taken to have been what it is now.
        """
        now = self._now()
        since = (started or datetime.now(UTC)).timestamp()
        with self._lock:
            reading = self._readings.get(key)
            if reading is None or (started and reading.since != since):
                reading = self._readings[key] = _Reading(since, since, 0.0)
            reading.total += max(0.0, rate) * max(0.0, now - reading.at)
            reading.at = now
            return reading.total
