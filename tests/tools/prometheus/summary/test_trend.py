"""Lines of least squares, and steps that are no noise, no ramp and no single odd point."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.prometheus.summary.trend import slope, step
from tests.tools.prometheus.summary import reference

COUNT = 61
TIMES = [60.0 * i for i in range(COUNT)]


@given(st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=61))
def test_the_slope_is_that_of_least_squares(values: list[float]) -> None:
    times = TIMES[: len(values)]
    assert slope(times, values) == pytest.approx(reference.slope(times, values), abs=1e-9)


def test_one_point_has_no_slope_and_equal_ones_have_exactly_none() -> None:
    assert slope([0.0], [1.0]) is None
    assert slope([0.0, 60.0, 120.0], [0.1, 0.1, 0.1]) == 0.0


@given(st.integers(3, COUNT - 3), st.integers(0, 2**32))
def test_a_step_above_the_noise_is_found_where_it_is(at: int, seed: int) -> None:
    noise = random.Random(seed)
    values = [noise.gauss(0 if i < at else 30, 0.5) for i in range(COUNT)]
    found = step(TIMES, values)
    if 4 <= at <= COUNT - 4:
        assert found is not None
        assert found.index == at
        assert (found.before, found.after) == pytest.approx(
            (reference.mean(values[:at]), reference.mean(values[at:]))
        )


SHAPES: dict[str, Callable[[int], float]] = {
    "the same all along": lambda _: 5.0,
    "a ramp": lambda i: i * 3.0,
    "a ramp down": lambda i: -i / 7,
    "one odd point": lambda i: 100.0 if i == 30 else 1.0,
    "two odd points": lambda i: 100.0 if i in {30, 31} else 1.0,
    "a saw": lambda i: float(i % 10),
    "up and down": lambda i: float(i % 2),
    "a hump in the middle": lambda i: 9.0 if 20 <= i < 41 else 1.0,
    "a curve": lambda i: float(i * i),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_step_is_seen_in(shape: str) -> None:
    assert step(TIMES, [SHAPES[shape](i) for i in range(COUNT)]) is None


@pytest.mark.parametrize("seed", range(200))
def test_noise_is_no_step(seed: int) -> None:
    noise = random.Random(seed)
    assert step(TIMES, [noise.gauss(10, 3) for _ in range(COUNT)]) is None


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_how_large_the_numbers_are_does_not_matter(scale: float) -> None:
    found = step(TIMES, [scale if i < 20 else 2 * scale for i in range(COUNT)])
    assert found is not None
    assert found.index == 20


def test_few_points_are_not_judged() -> None:
    assert step(TIMES[:7], [0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0]) is None
