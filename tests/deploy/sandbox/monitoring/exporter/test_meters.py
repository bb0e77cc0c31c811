"""Counters of the simulated exporter: they grow with time and never jump when a rate changes."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from clusterwright.deploy.sandbox.monitoring.exporter.annotations import said
from clusterwright.deploy.sandbox.monitoring.exporter.meters import Meters

_KEY = ("pod", "cpu")


@dataclass
class Clock:
    seconds: float

    def __call__(self) -> float:
        return self.seconds


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_counter_has_counted_since_what_it_counts_started() -> None:
    assert Meters(Clock(160.0)).count(_KEY, _at(100.0), 2.0) == 120.0


def test_a_new_rate_holds_from_now_on_and_not_before() -> None:
    clock = Clock(110.0)
    meters = Meters(clock)
    assert meters.count(_KEY, _at(100.0), 1.0) == 10.0
    clock.seconds = 120.0
    assert meters.count(_KEY, _at(100.0), 5.0) == 60.0
    assert meters.count(_KEY, _at(100.0), 0.0) == 60.0


def test_what_starts_anew_counts_from_nothing() -> None:
    clock = Clock(200.0)
    meters = Meters(clock)
    assert meters.count(_KEY, _at(100.0), 1.0) == 100.0
    assert meters.count(_KEY, _at(190.0), 1.0) == 10.0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    clock = Clock(110.0)
    meters = Meters(clock)
    meters.count(_KEY, _at(100.0), 1.0)
    clock.seconds = 105.0
    assert meters.count(_KEY, _at(100.0), 1.0) == 10.0


def test_a_rate_below_nothing_takes_nothing_away() -> None:
    assert Meters(Clock(110.0)).count(_KEY, _at(100.0), -1.0) == 0.0


@pytest.mark.parametrize(("value", "number"), [("2.5", 2.5), ("nan", 7), ("-inf", 7), ("much", 7)])
def test_an_annotation_that_is_no_number_counts_as_none(value: str, number: float) -> None:
    assert said({"metadata": {"annotations": {"a/b": value}}}, "a/b", 7) == number
