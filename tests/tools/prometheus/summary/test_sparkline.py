"""Sixteen characters for a course, in which gaps stay gaps."""

import math

from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.prometheus.summary.sparkline import drawn, sparkline

VALUE = st.none() | st.floats()


def test_a_ramp_climbs_through_all_levels() -> None:
    assert sparkline([float(i) for i in range(16)]) == "0011223344556677"
    assert drawn("0011223344556677") == "▁▁▂▂▃▃▄▄▅▅▆▆▇▇██"


def test_a_gap_stays_one_and_what_is_not_finite_is_marked() -> None:
    points: list[float | None] = [1.0, None, math.nan, math.inf, 2.0]
    assert sparkline(points) == "0.!!7"
    assert drawn("0.!!7") == "▁ !!█"


def test_one_point_in_a_bucket_is_enough_to_show_it() -> None:
    assert sparkline([None, 5.0] * 16) == "0" * 16


@given(st.lists(VALUE, min_size=1, max_size=130))
def test_each_bucket_tells_its_mean_between_the_lowest_and_the_highest(
    points: list[float | None],
) -> None:
    found = sparkline(points)
    assert len(found) == min(16, len(points))
    means = [_mean(bucket) for bucket in _buckets(points, len(found))]
    known = [one for one in means if one is not None]
    for shown, mean in zip(found, means, strict=True):
        assert (shown in ".!") == (mean is None)
    if known and min(known) < max(known):
        levels = [int(one) for one, mean in zip(found, means, strict=True) if mean is not None]
        assert (min(levels), max(levels)) == (0, 7)
        ordered = [level for _, level in sorted(zip(known, levels, strict=True))]
        assert ordered == sorted(ordered)


def _buckets(points: list[float | None], count: int) -> list[list[float | None]]:
    found: list[list[float | None]] = [[] for _ in range(count)]
    for i, one in enumerate(points):
        place = next(b for b in range(count) if i < (b + 1) * len(points) // count)
        found[place].append(one)
    return found


def _mean(bucket: list[float | None]) -> float | None:
    finite = [one for one in bucket if one is not None and math.isfinite(one)]
    return math.fsum(one / len(finite) for one in finite) if finite else None
