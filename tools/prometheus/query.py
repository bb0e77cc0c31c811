"""The tool that asks any question: a query at one moment or over a window, told in few bytes."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend, Query
from clusterwright.tools.prometheus.query_answer import QueryAnswer
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.tool import Effect, Tool

_READING = "clusterwright.tools.prometheus.promql.reading"
_WORK = "clusterwright.tools.prometheus.evaluation.question"
"""Loaded when first needed: start-up does without the parser and the HTTP client."""
_TOP, _TOP_AT, _POINTS_TOP = 10, 30, 3
"""Series at most: of a window, of one moment, and with all points."""
_AT_ONE_MOMENT = frozenset({Rank.MAX, Rank.MIN, Rank.LAST})

Moment = Annotated[
    str | None,
    Field(max_length=64, description="Time as RFC 3339, epoch, or now-1h; default: now."),
]


async def prom_query(
    monitoring: Monitoring,
    query: Query,
    start: Annotated[
        str | None,
        Field(max_length=64, description="Makes it a window: 1h is the hour before end; or a time"),
    ] = None,
    end: Moment = None,
    step: Annotated[
        str | None, Field(max_length=32, description="As 30s; default: for up to 120 points.")
    ] = None,
    rank: Annotated[
        Rank | None, Field(description="Which series come first; default: max, of up: min.")
    ] = None,
    top: Annotated[
        int | None, Field(ge=1, le=500, description="Series shown; default: what fits 4 KB.")
    ] = None,
    points: Annotated[bool, Field(description="Every point of each series shown.")] = False,
    backend: Backend = None,
    cluster: Cluster = None,
) -> QueryAnswer:
    """Ask Prometheus a PromQL query, at one moment or, with start, over a window.

    Series are counted and ranked first; those shown get first, last, min, max, mean, p95, trend,
    steps, gaps, resets and a sparkline, from their points, one each step.
    """
    if start is None:
        _check_without_window(step, rank, points=points)
    reading = import_module(_READING).read(query)
    work = import_module(_WORK)
    most = top or (_POINTS_TOP if points else _TOP if start else _TOP_AT)
    asked = work.Question(
        reading, start, end, step, rank, most, points=points, roomy=bool(top) or points
    )
    answer: QueryAnswer = await work.answer(await monitoring.reach(cluster, backend), asked)
    return answer


TOOL = Tool(prom_query, Effect.READ, "Query Prometheus")


def _check_without_window(step: str | None, rank: Rank | None, *, points: bool) -> None:
    for name, given in (("step", step), ("points", points or None)):
        if given is not None:
            raise InvalidInputError(
                f"{name} is of a window, and without start there is one moment only",
                hint=f"give start, as start='1h', or leave {name} out",
            )
    if rank is not None and rank not in _AT_ONE_MOMENT:
        raise InvalidInputError(
            f"series cannot be ranked by {rank.value!r} at one moment",
            hint="give start, as start='1h', or rank 'max' or 'min'",
        )
