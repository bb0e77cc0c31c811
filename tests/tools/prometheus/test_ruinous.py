"""Queries that would end a server are kept from it; others pass."""

import pytest

from clusterwright.tools.errors import QueryError
from clusterwright.tools.prometheus.ruinous import LONGEST, refuse_ruinous


@pytest.mark.parametrize(
    "query",
    [
        "up",
        "rate(x[5m])",
        "rate(x[10y])",
        "max_over_time(rate(x[5m])[30d:5m])",
        "max_over_time(x[7d:])",
        'x{a="[1y:1ms]"}',
        "x # [1y:1ms]",
        "x{a=~`[1y:1ms]`}",
        "job:x:rate5m[1d]",
        "max_over_time(x[1h30m:15s] offset 1d @ end())",
        "max_over_time(x[3600:60])",
        "max_over_time(max_over_time(x[1d:1m])[1d:1m])",
        "max_over_time(x[1h:1m",
        "sum(",
        "]]][[:",
        "",
    ],
)
def test_what_a_server_can_bear_passes(query: str) -> None:
    refuse_ruinous(query, 86_400)


@pytest.mark.parametrize(
    "query",
    [
        "count_over_time(up[1y:1ms])",
        "count_over_time(up[1y : 1ms ])",
        "count_over_time(up[1y:# a comment\n1ms])",
        "1 # a comment ends at a carriage return too\r + scalar(count_over_time(up[1y:1ms]))",
        "count_over_time(up[31536000:0.001])",
        "count_over_time(up[0x1E13380:1e-3])",
        "a[1m:1m] + count_over_time(up[100y:1s])",
        "max_over_time(max_over_time(x[1y:1m])[1y:1s])",
        "x[9y:1s] @ 0",
    ],
)
def test_too_many_steps_are_refused_with_what_to_do(query: str) -> None:
    with pytest.raises(QueryError, match="more can end the server") as caught:
        refuse_ruinous(query)
    assert "longer step" in caught.value.hint


@pytest.mark.parametrize("query", ["x[1y:]", "x[1y: # as configured\n]", "x[1m:1m] + y[20d:]"])
def test_a_step_that_is_not_written_may_be_a_second_and_is_to_be_written(query: str) -> None:
    with pytest.raises(QueryError, match=r"may have some [0-9,]+ steps") as caught:
        refuse_ruinous(query)
    assert "write a step, as [30d:5m]" in caught.value.hint
    refuse_ruinous(query.replace(":]", ":5m]").replace(": #", ":5m #"))


def test_the_range_that_is_asked_for_counts_too() -> None:
    refuse_ruinous("max_over_time(x[1h:1s])", 3_600)
    with pytest.raises(QueryError):
        refuse_ruinous("max_over_time(x[1h:1s])", 366 * 86_400)


@pytest.mark.parametrize(
    "query", ["x[5m*100000:1ms*1]", "x[step():1s]", "x[1y:-1s]", "x[1y:0]", "x[1y:NaN]", "x[:1s]"]
)
def test_how_many_steps_there_are_must_be_known(query: str) -> None:
    with pytest.raises(QueryError, match="of a subquery is no") as caught:
        refuse_ruinous(query)
    assert "[1h:1m]" in caught.value.hint


def test_a_query_has_an_end() -> None:
    with pytest.raises(QueryError, match="200,001 characters"):
        refuse_ruinous("x" * (LONGEST + 1))
