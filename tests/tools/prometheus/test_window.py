"""Moments and windows as people and models write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.window import (
    MOST_POINTS,
    Window,
    moment_of,
    round_above,
    window_of,
)

NOW = 1_700_000_123.4


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("now-1h", NOW - 3_600),
        ("now - 90m", NOW - 5_400),
        ("1h", NOW - 3_600),
        ("1h30m", NOW - 5_400),
        ("1.5h", NOW - 5_400),
        ("7d", NOW - 604_800),
        ("-30m", NOW - 1_800),
        ("- 1h", NOW - 3_600),
        ("1h ago", NOW - 3_600),
        ("1700000000", 1_700_000_000),
        ("1700000000.5", 1_700_000_000.5),
        ("1700000000500", 1_700_000_000.5),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14T22:13:20", 1_700_000_000),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000),
        ("2023-11-14", 1_699_920_000),
    ],
)
def test_a_moment_is_a_time_or_a_duration_before_now(text: str, moment: float) -> None:
    assert moment_of(text, NOW, "end") == pytest.approx(moment)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "1x", "now-", "now-x", "12:00", "--1h", "1h-", "5", "-5", "-0s", "+1h"],
)
def test_what_is_no_moment_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(InvalidInputError) as found:
        moment_of(text, NOW, "end")
    assert repr(text.removeprefix("now-")) in str(found.value) or repr(text) in str(found.value)
    assert "1h" in found.value.hint


@pytest.mark.parametrize(
    ("start", "step", "points"),
    [("5m", 15, 21), ("30m", 20, 91), ("1h", 60, 61), ("6h", 300, 73), ("1d", 900, 97)],
)
def test_the_step_is_a_round_one_that_makes_enough_points(
    start: str, step: int, points: int
) -> None:
    found = window_of(start, None, None, 1_700_006_400)
    assert (found.step, found.points) == (step, points)


@given(st.integers(1, 10**9), st.floats(1.2e9, 1.8e9))
def test_a_window_lies_on_the_grid_of_its_step_and_is_never_too_fine(
    width: int, now: float
) -> None:
    found = window_of(f"{width}s", None, None, now)
    assert found.start % found.step == found.end % found.step == 0
    assert found.points <= MOST_POINTS
    assert found.step >= 15
    assert now - found.step < found.end <= now
    assert 0 <= now - width - found.start < found.step


@given(st.integers(1, 31 * 86_400), st.floats(1.2e9, 1.8e9))
def test_the_newest_data_is_in_a_window_whose_step_was_chosen(width: int, now: float) -> None:
    found = window_of(f"{width}s", None, None, now)
    assert now - found.end < max(120, found.step / 30)
    assert found.points >= min(width / 15, 45)


def test_a_step_that_is_asked_for_is_kept_though_its_grid_ends_early() -> None:
    assert window_of("7d", None, "2h", 1_700_006_399) == Window(1_699_394_400, 1_699_999_200, 7_200)


@pytest.mark.parametrize(
    ("least", "round_one"),
    [(1, 1), (61, 120), (7_200, 7_200), (7_201, 10_800), (10**8, 1_158 * 86_400)],
)
def test_a_round_duration_is_no_shorter(least: float, round_one: int) -> None:
    assert round_above(least) == round_one


def test_the_future_is_not_asked_for() -> None:
    assert window_of("1h", "2050-01-01T00:00:00Z", None, NOW) == window_of("1h", None, None, NOW)


@pytest.mark.parametrize(
    ("start", "end"),
    [("2050-01-01", None), ("1700000000", "1600000000"), ("now", None), ("0s", None)],
)
def test_a_window_that_ends_before_it_starts_is_refused(start: str, end: str | None) -> None:
    with pytest.raises(InvalidInputError, match="before it starts"):
        window_of(start, end, None, NOW)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("1s", "604800 points, and a server gives 11000"),
        ("500ms", "no whole number of seconds"),
        ("0", "no duration"),
        ("fast", "no duration"),
    ],
)
def test_a_step_that_cannot_be_is_refused(step: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said) as found:
        window_of("7d", None, step, NOW)
    assert found.value.hint


def test_a_step_may_be_given_in_seconds_alone() -> None:
    assert window_of("1h", None, "30", NOW).step == 30


def test_times_are_found_on_the_grid() -> None:
    window = Window(120, 600, 60)
    assert [window.index(one) for one in (120, 180.0, 599.9999)] == [0, 1, 8]
