"""Quantiles of native histograms. That they are those of the server, test_query shows."""

import math

import pytest

from clusterwright.tools.prometheus.result import Histogram
from clusterwright.tools.prometheus.summary.native import quantile

Bucket = tuple[int, float, float, float]


def histogram(*buckets: Bucket, total: float | None = None) -> Histogram:
    return Histogram(sum(one[3] for one in buckets) if total is None else total, 1.0, buckets)


@pytest.mark.parametrize(
    ("buckets", "q", "wanted"),
    [
        ([(0, 1.0, 2.0, 10.0)], 0.5, 2**0.5),
        ([(0, 1.0, 2.0, 10.0), (0, 2.0, 4.0, 10.0)], 0.75, 2 * 2**0.5),
        ([(1, -2.0, -1.0, 10.0)], 0.5, -(2**0.5)),
        ([(3, -0.001, 0.001, 10.0)], 0.5, 0.0),
        ([(3, -0.001, 0.001, 10.0), (0, 1.0, 2.0, 1.0)], 0.5, 0.00055),
        ([(1, -2.0, -1.0, 1.0), (3, -0.001, 0.001, 10.0)], 0.5, -0.00055),
        ([(0, -math.inf, 10.0, 4.0), (0, 10.0, 25.0, 4.0)], 0.25, 5.0),
        ([(0, 10.0, 25.0, 4.0), (0, 25.0, math.inf, 4.0)], 0.99, 25.0),
        ([(0, -math.inf, -1.0, 4.0), (0, -1.0, 5.0, 4.0)], 0.25, -1.0),
        ([(0, 10.0, 25.0, 4.0)], 0.5, 17.5),
    ],
)
def test_a_quantile_is_interpolated_within_its_bucket(
    buckets: list[Bucket], q: float, wanted: float
) -> None:
    assert quantile(q, histogram(*buckets)) == pytest.approx(wanted)


@pytest.mark.parametrize("count", [0.0, math.nan])
def test_an_empty_histogram_has_no_quantile(count: float) -> None:
    assert math.isnan(quantile(0.5, Histogram(count, 0.0, ())))
    assert math.isnan(quantile(0.5, histogram((0, 1.0, 2.0, 0.0), total=count)))


def test_observations_that_were_no_numbers_are_above_all_others() -> None:
    odd = Histogram(20.0, math.nan, ((0, 1.0, 2.0, 10.0),))
    assert math.isnan(quantile(0.99, odd))
    assert quantile(0.25, odd) == pytest.approx(2**0.5)
