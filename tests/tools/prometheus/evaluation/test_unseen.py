"""What is said of what a window's moments do not see."""

import pytest

from clusterwright.tools.prometheus.evaluation.unseen import after, between
from clusterwright.tools.prometheus.promql.reading import read
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.window import Window

WEEK = Window(1_699_394_400, 1_699_999_200, 7_200)
HOUR = Window(1_699_995_600, 1_699_999_200, 60)


@pytest.mark.parametrize(
    ("query", "rank", "asked"),
    [
        ("x", Rank.MAX, "max_over_time(...[2h])"),
        ("(x{a='b'})", Rank.MIN, "min_over_time(...[2h])"),
        ("sum(x)", Rank.TREND, "max_over_time((...)[2h:1m])"),
        ("rate(x[5m])", Rank.MAX, "max_over_time((...)[2h:1m])"),
        ("rate(x[2h]) / y", Rank.MAX, "max_over_time((...)[2h:1m])"),
        ("rate(x[5m*2])", Rank.MAX, "max_over_time((...)[2h:1m])"),  # which is not read here
    ],
)
def test_spikes_between_moments_far_apart_are_said_to_be_unseen(
    query: str, rank: Rank, asked: str
) -> None:
    said = between(read(query).tree, WEEK, rank)
    assert said == (
        f"min, max and the rest are of one point each step: {asked} sees what is between them"
    )


@pytest.mark.parametrize(
    "query",
    [
        "max_over_time(x[2h])",
        "sum(rate(x[3h])) / max_over_time((sum(rate(y[5m])))[2h:1m])",
        "vector(1)",
        "time()",
    ],
)
def test_nothing_is_unseen_of_ranges_as_long_as_a_step(query: str) -> None:
    assert between(read(query).tree, WEEK, Rank.MAX) is None


def test_nothing_is_unseen_between_moments_that_are_as_near_as_scrapes() -> None:
    assert between(read("x").tree, HOUR, Rank.MAX) is None


def test_the_reach_that_is_told_is_round_and_no_shorter_than_a_step() -> None:
    odd = Window(0, 6_480 * 90, 6_480)
    assert "[2h]" in (between(read("x").tree, odd, Rank.MAX) or "")


def test_the_newest_data_is_said_to_be_missing_where_the_grid_ends_early() -> None:
    said = after(WEEK, WEEK.end + 4_440)
    assert said is not None
    assert said.startswith("the last 1h14m are not seen")
    assert after(WEEK, WEEK.end + 119.9) is None
