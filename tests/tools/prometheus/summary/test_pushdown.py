"""Queries around a query; what they give on a real server, test_query shows."""

import pytest
from promql_parser import parse

from clusterwright.tools.prometheus.summary import pushdown
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.window import Window

WINDOW = Window(1_700_000_040, 1_700_003_640, 60)


def test_a_subquery_reaches_half_a_step_beyond_the_first_point() -> None:
    found = pushdown.keys("up", Rank.MAX, WINDOW)
    assert "".join(found.split()) == "max_over_time((up)[3630000ms:60s])"


@pytest.mark.parametrize("rank", Rank)
@pytest.mark.parametrize("filtered", [True, False])
def test_operators_and_comments_of_a_query_stay_inside(rank: Rank, *, filtered: bool) -> None:
    inner = parse("a or b")
    found = parse(pushdown.keys("a or b # and more", rank, WINDOW, filtered=filtered))
    assert inner.prettify() in found.prettify()


@pytest.mark.parametrize(
    ("query", "pinned"),
    [
        ("up @ start()", "up @ 1700000040"),
        ("up @start( )", "up @ 1700000040"),
        ("up @ end()", "up @ end()"),
        ('up{a="@ start()"}', 'up{a="@ start()"}'),
        ("up{a='\\'@ start()'}", "up{a='\\'@ start()'}"),
        ("up{a=`@ start()`} @ start()", "up{a=`@ start()`} @ 1700000040"),
        ("up # @ start()", "up # @ start()"),
    ],
)
def test_the_start_of_the_window_is_named_where_it_is_no_text(query: str, pinned: str) -> None:
    assert pushdown.pinned(query, WINDOW) == pinned


def test_series_are_chosen_by_their_labels_whatever_these_hold() -> None:
    labels = {"a": 'x" or up{b="$1', "b": "back\\slash\nnew", "http.status": "ünï"}
    found = pushdown.only("up", [labels], ["a", "b", "http.status"])
    assert '"x\\" or up{b=\\"$$1"' in found
    assert '"back\\\\slash\\nnew"' in found
    assert 'on (a, b, "http.status")' in found


@pytest.mark.parametrize("rank", Rank)
def test_the_first_are_the_highest_unless_the_lowest_are_wanted(rank: Rank) -> None:
    assert pushdown.first("x", rank, 3) == ("bottomk(3, x)" if rank is Rank.MIN else "topk(3, x)")
