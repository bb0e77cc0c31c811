"""Figures against a plain reference, for all that a series may hold."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.prometheus.result import Histogram, Series
from clusterwright.tools.prometheus.summary.figures import figures_of, percentile
from clusterwright.tools.prometheus.summary.rank import Rank, key
from clusterwright.tools.prometheus.window import Window
from tests.tools.prometheus.summary import reference

WINDOW = Window(1_700_000_040, 1_700_000_040 + 30 * 60, 60)
ORDINARY = st.floats(-1e9, 1e9).map(lambda one: round(one, 6)) | st.integers(-5, 5).map(float)
ODD = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e300, -1e300])
POINTS = st.dictionaries(st.integers(0, 30), ORDINARY | ODD, max_size=31)


def series(points: reference.Points, name: str = "load") -> Series:
    indices = sorted(points)
    times = [float(WINDOW.start + i * WINDOW.step) for i in indices]
    return Series({"__name__": name}, times, [points[i] for i in indices])


def close(found: float | None, wanted: float | None, points: reference.Points) -> bool:
    if found is None or wanted is None or isinstance(wanted, bool | int):
        return found == wanted
    largest = max((abs(one) for one in points.values() if math.isfinite(one)), default=0.0)
    least = max(largest * 1e-9, 1e-300)  # below it a float has fewer digits
    return found == wanted or math.isclose(found, wanted, rel_tol=1e-9, abs_tol=least)


@given(POINTS)
def test_every_figure_agrees_with_the_reference(points: reference.Points) -> None:
    found = figures_of(series(points), WINDOW)
    wanted = reference.figures(points, WINDOW)
    wrong = {
        name: (getattr(found, name), one)
        for name, one in wanted.items()
        if not close(getattr(found, name), one, points)
    }
    assert not wrong


@given(POINTS, st.sampled_from(Rank))
def test_what_a_series_is_ranked_by_is_the_figure_that_is_told(
    points: reference.Points, rank: Rank
) -> None:
    one = series(points)
    found, figures = key(rank, one.times, one.values, WINDOW.seconds), figures_of(one, WINDOW)
    finite = [value for value in one.values if math.isfinite(value)]
    match rank:
        case Rank.TREND:
            when = [t for t, v in zip(one.times, one.values, strict=True) if math.isfinite(v)]
            steep = reference.slope(when, finite)
            wanted = None if steep is None else abs(steep) * WINDOW.seconds
        case Rank.SPREAD:
            wanted = reference.spread(finite) if finite else None
        case _:
            names = {Rank.MAX: "high", Rank.MIN: "low", Rank.MEAN: "mean", Rank.LAST: "last"}
            wanted = getattr(figures, names[rank])
    assert close(found, wanted, points)


@given(st.lists(st.integers(0, 100).map(float), min_size=2, max_size=31))
def test_a_counter_grows_by_what_it_gained_and_what_it_held_after_each_reset(
    values: list[float],
) -> None:
    points = dict(enumerate(values))
    found = figures_of(series(points, "work_total"), WINDOW)
    pairs = list(pairwise(values))
    assert found.resets == len([1 for before, after in pairs if after < before])
    assert found.increase == sum(b - a if b >= a else b for a, b in pairs)


@pytest.mark.parametrize("name", ["load", "", "totals"])
def test_what_is_no_counter_has_no_resets(name: str) -> None:
    assert figures_of(series({0: 5.0, 1: 2.0}, name), WINDOW).resets is None


@given(st.lists(ORDINARY, min_size=1, max_size=50), st.floats(0, 1))
def test_a_percentile_lies_between_its_neighbours(values: list[float], q: float) -> None:
    found = percentile(q, values)
    assert min(values) <= found <= max(values)
    assert percentile(0, values) == min(values)
    assert percentile(1, values) == max(values)


def test_a_percentile_between_equal_numbers_is_that_number() -> None:
    assert percentile(0.046875, [-0.007812, -0.007812, *[0.0] * 7]) == -0.007812


def test_infinity_beside_a_percentile_does_not_spoil_it() -> None:
    assert percentile(0.5, [1.0, 2.0, math.inf]) == 2.0
    assert percentile(0.95, [1.0, math.inf]) == math.inf


def test_a_step_is_told_with_its_time_and_both_means() -> None:
    found = figures_of(series({i: 1.0 if i < 20 else 9.0 for i in range(31)}), WINDOW)
    assert found.moved is not None
    assert found.moved.at == WINDOW.start + 20 * 60
    assert (found.moved.before, found.moved.after) == pytest.approx((1.0, 9.0))


def test_of_native_histograms_alone_the_count_is_told_and_the_newest_looked_into() -> None:
    ones = [
        (float(WINDOW.start + i * 60), Histogram(i + 1.0, 2.0, ((0, 1.0, 2.0, i + 1.0),)))
        for i in range(31)
    ]
    found = figures_of(Series({"__name__": "latency_seconds"}, histograms=ones), WINDOW)
    assert (found.first, found.last, found.points) == (1.0, 31.0, 31)
    assert found.observed is not None
    assert (found.observed.count, found.observed.sum) == (31.0, 2.0)
    assert found.observed.quantiles["p50"] == pytest.approx(2**0.5)


def test_a_series_without_points_has_no_figures() -> None:
    found = figures_of(Series({}), WINDOW)
    assert (found.points, found.last, found.mean, found.spark) == (0, None, None, "." * 16)
