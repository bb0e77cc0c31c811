"""The tool that asks any question: a query at one moment or over a window, told in few bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import anyio
from anyio import to_thread
from promql_parser import AggregateExpr, Expr, ParenExpr
from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, QueryError, ToolError
from clusterwright.tools.excerpt import few
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.client.backend import Backend as Client
from clusterwright.tools.prometheus.evaluation.asked import Asked, Found
from clusterwright.tools.prometheus.evaluation.counting import clock, count
from clusterwright.tools.prometheus.evaluation.moment import at_moment
from clusterwright.tools.prometheus.evaluation.over import over
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend, Query
from clusterwright.tools.prometheus.promql.reading import read
from clusterwright.tools.prometheus.query_answer import QueryAnswer
from clusterwright.tools.prometheus.query_page import Page
from clusterwright.tools.prometheus.summary.meaning import metrics_in, unit_in
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.window import Window, moment_of, window_of
from clusterwright.tools.quotation import quoted
from clusterwright.tools.tool import Effect, Tool

_TOP, _POINTS_TOP = 10, 3
_NAMES = 3
_WHOLE_SECONDS = 30.0
"""For all requests of a question together, and what they wait for their turn."""
_PICKS_ANEW = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
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
        Rank | None, Field(description="Which series come first; default: max.")
    ] = None,
    top: Annotated[
        int | None, Field(ge=1, le=500, description="Series shown; default: 10 in 4 KB.")
    ] = None,
    points: Annotated[bool, Field(description="Every point of each series shown.")] = False,
    backend: Backend = None,
    cluster: Cluster = None,
) -> QueryAnswer:
    """Ask Prometheus a PromQL query, at one moment or, with start, over a window.

    Series are counted and ranked first; those shown get first, last, min, max, mean, p95, trend,
    steps, gaps, resets and a sparkline, worked out from all their points.
    """
    if start is None:
        _check_without_window(step, rank, points=points)
    reading = read(query)
    found = await monitoring.reach(cluster, backend)
    most = top or (_POINTS_TOP if points else _TOP)
    asked = Asked(found.backend, query, rank or Rank.MAX, most)
    try:
        with anyio.fail_after(_WHOLE_SECONDS):
            answered = await _answered(asked, _When(start, end, step))
    except QueryError as error:
        raise reading.refusal(error) from error
    except TimeoutError as error:
        raise QueryError(
            f"the question was not answered within {_WHOLE_SECONDS:.0f} s and was given up",
            hint="ask for a shorter window, a longer step, more matchers, or a recording rule",
        ) from error
    page = Page(
        cluster=found.cluster,
        asked=asked,
        found=answered.found,
        at=answered.at,
        window=answered.window,
        unit=unit_in(reading.tree) if reading.tree else None,
        notes=await _notes(found.backend, answered, reading.tree),
        points=points,
        roomy=bool(top) or points,
    )
    return await to_thread.run_sync(page.fitting)


TOOL = Tool(prom_query, Effect.READ, "Query Prometheus")


@dataclass(frozen=True, slots=True)
class _When:
    start: str | None
    end: str | None
    step: str | None


@dataclass(frozen=True, slots=True)
class _Answered:
    found: Found
    at: float
    window: Window | None


async def _answered(asked: Asked, when: _When) -> _Answered:
    now = at = None
    if when.end:
        now = await clock(asked.backend)
        at = moment_of(when.end, now, "end")
    if when.start is None:
        counted = await count(asked, at)
        return _Answered(await at_moment(asked, counted), counted.time, None)
    if now is not None:  # what is asked for is checked before it costs anything
        window = window_of(when.start, when.end, when.step, now)
        counted = await count(asked, window.end)
    else:
        window_of(when.start, None, when.step, now=0x7FFF_FFFF)
        counted = await count(asked, None)
        window = window_of(when.start, None, when.step, counted.time)
    return _Answered(await over(asked, window, counted), window.end, window)


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


async def _notes(backend: Client, answered: _Answered, tree: Expr | None) -> tuple[str, ...]:
    if not answered.found.total:
        return (await _why_none(backend, metrics_in(tree) if tree else ()),)
    while isinstance(tree, ParenExpr):
        tree = tree.expr
    if answered.window and isinstance(tree, AggregateExpr) and str(tree.op) in _PICKS_ANEW:
        return (f"{tree.op} picks anew at each step: leave it out, and give top and rank",)
    return ()


async def _why_none(backend: Client, metrics: Sequence[str]) -> str:
    """Return why a query has no series, as far as it takes a look at an index to know."""
    unknown: list[str] = []
    for name in metrics[:_NAMES]:
        selector = f"{{__name__={json.dumps(name, ensure_ascii=False)}}}"
        try:
            known = await backend.get(
                "label/__name__/values", [("match[]", selector), ("limit", "1")]
            )
        except ToolError:  # then only the query itself can tell
            break
        if not known:
            unknown.append(name)
    why = f"no metric is named {few([quoted(one) for one in unknown])} here; " if unknown else ""
    return f"nothing matches: {why}prom_explain_query tells which part of the query leaves none"
