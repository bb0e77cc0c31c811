"""A question from beginning to end: read, asked in few requests, told in few bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio
from anyio import to_thread
from promql_parser import AggregateExpr, Expr, MatrixSelector, SubqueryExpr

from clusterwright.tools.errors import InvalidInputError, QueryError, ToolError
from clusterwright.tools.excerpt import few
from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.evaluation.asked import SECONDS, Asked, Found, lane_of
from clusterwright.tools.prometheus.evaluation.comparison import Comparison, comparison
from clusterwright.tools.prometheus.evaluation.counting import clock, count
from clusterwright.tools.prometheus.evaluation.moment import at_moment, at_once
from clusterwright.tools.prometheus.evaluation.over import over
from clusterwright.tools.prometheus.evaluation.unseen import after, between
from clusterwright.tools.prometheus.monitoring import Reach
from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.promql.nodes import bare
from clusterwright.tools.prometheus.promql.reading import Reading
from clusterwright.tools.prometheus.query_answer import QueryAnswer
from clusterwright.tools.prometheus.query_page import Page
from clusterwright.tools.prometheus.summary.meaning import metrics_in, tells_health, unit_in
from clusterwright.tools.prometheus.summary.pushdown import STAT, wrapped
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.summary.unit import human
from clusterwright.tools.prometheus.window import Window, moment_of, window_of
from clusterwright.tools.quotation import quoted

_NAMES = 3
_WHOLE_SECONDS = 30.0
"""For all requests of a question together, and what they wait for their turn."""
_MOST_POINTS = 4_000
"""Of a series whose points are all told: of more an answer would be too long, and refused whole."""
_PICKS_ANEW = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})


@dataclass(frozen=True, slots=True)
class Question:
    """What a caller wants to know, as it was written."""

    reading: Reading
    start: str | None
    end: str | None
    step: str | None
    rank: Rank | None
    most: int
    """Series that are told."""
    points: bool
    roomy: bool
    """Whether the answer may take what an answer may take at most."""


@dataclass(frozen=True, slots=True)
class _Answered:
    found: Found
    at: float
    window: Window | None
    now: int = 0
    """Series that the query has at the window's end, on its grid or not."""
    until: float = 0.0
    """The end of the window that was asked for, on its grid or not."""


async def answer(reach: Reach, question: Question) -> QueryAnswer:
    """Return the answer of a backend; raises InvalidInputError with a caret for a wrong query."""
    reading = question.reading
    rank = question.rank or (Rank.MIN if tells_health(reading.tree) else Rank.MAX)
    asked = Asked(reach.backend, reading.query, rank, question.most)
    try:
        with anyio.fail_after(_WHOLE_SECONDS):
            async with reach.backend.one_question():
                answered = await _answered(asked, question)
    except QueryError as error:
        raise reading.refusal(error) from error
    except TimeoutError as error:
        raise QueryError(
            f"the question was not answered within {_WHOLE_SECONDS:.0f} s and was given up",
            hint="ask for a shorter window, a longer step, more matchers, or a recording rule",
        ) from error
    page = Page(
        cluster=reach.cluster,
        asked=asked,
        found=answered.found,
        at=answered.at,
        window=answered.window,
        unit=unit_in(reading.tree) if reading.tree else None,
        notes=(*reach.notes, *await _notes(asked, answered, question)),
        points=question.points,
        roomy=question.roomy,
    )
    return await to_thread.run_sync(page.fitting)


async def _answered(asked: Asked, when: Question) -> _Answered:
    now = at = None
    if when.end:
        now = await clock(asked.backend)
        at = moment_of(when.end, now, "end")
    if when.start is None:
        return await _at(asked, at, when.reading.tree)
    if now is not None:  # what is asked for is checked before it costs anything
        window = window_of(when.start, when.end, when.step, now)
        _check_points(when, window)
        until = now if at is None else min(at, now)
        counted = await count(asked, until)
    else:
        _check_points(when, window_of(when.start, None, when.step, now=0x7FFF_FFFF))
        counted = await count(asked, None)
        until = counted.time
        window = window_of(when.start, None, when.step, until)
    found = await over(asked, window, counted)
    return _Answered(found, window.end, window, counted.count, until)


def _check_points(asked: Question, window: Window) -> None:
    if asked.points and window.points > _MOST_POINTS:
        raise InvalidInputError(
            f"{window.points:,} points of a series are more than are told one by one,"
            f" {_MOST_POINTS:,}",
            hint=f"give a step of at least {window.seconds // (_MOST_POINTS - 2) + 1}s, a shorter"
            " window, or no points: what they say is worked out from all of them",
        )


async def _at(asked: Asked, at: float | None, tree: Expr | None) -> _Answered:
    """Return the answer at one moment, in one request where the backend cuts what is too much."""
    plain = tree is not None and not isinstance(bare(tree), MatrixSelector | SubqueryExpr)
    if plain and (await asked.backend.capability()).can(Feature.QUERY_LIMIT):
        once = await at_once(asked, at)
        if once is not None:
            return _Answered(once[1], once[0], None)
    counted = await count(asked, at)
    return _Answered(await at_moment(asked, counted), counted.time, None)


async def _notes(asked: Asked, answered: _Answered, question: Question) -> tuple[str, ...]:
    tree, window = question.reading.tree, answered.window
    if not answered.found.total:
        return (await _why_none(asked.backend, answered, tree),)
    if window is None:
        return ()
    notes = [between(tree, window, asked.rank)]
    if question.step:
        notes.append(after(window, answered.until))
    tree = bare(tree) if tree else None
    if isinstance(tree, AggregateExpr) and str(tree.op) in _PICKS_ANEW:
        notes.append(f"{tree.op} picks anew at each step: leave it out, and give top and rank")
    return tuple(one for one in notes if one)


async def _why_none(backend: Backend, answered: _Answered, tree: Expr | None) -> str:
    """Return why a query has no series, as far as one more question tells."""
    if answered.window and answered.now:
        return (
            f"{answered.now} series have a value now, and none at the moments of this window:"
            " give a shorter window or step"
        )
    compared = comparison(tree)
    if compared and (told := await _unfulfilled(backend, compared, answered)) is not None:
        return told
    unknown = await _unknown(backend, metrics_in(tree) if tree else ())
    why = f"no metric is named {few([quoted(one) for one in unknown])} here; " if unknown else ""
    return f"nothing matches: {why}prom_explain_query tells which part of the query leaves none"


async def _unfulfilled(backend: Backend, compared: Comparison, of: _Answered) -> str | None:
    """Return that no series fulfils a comparison, and how far off they are; None without any."""
    query = f'label_replace(count{wrapped(compared.left)}, "{STAT}", "count", "", "")'
    if compared.nearest:
        query += f" or {compared.nearest}{wrapped(compared.left)}"
    try:
        result = await backend.instant(query, of.at, lane=lane_of(query), seconds=SECONDS)
    except ToolError:
        return None
    found = {one.labels.get(STAT, ""): one.values[-1] for one in result.series if one.values}
    if "count" not in found:
        return None
    none = f"none of {int(found['count'])} series is {compared.condition}"
    if "" not in found:
        return none
    when = "at the end " if of.window else ""
    return f"{none}: {when}the {compared.superlative} is {human(found[''])}"


async def _unknown(backend: Backend, metrics: Sequence[str]) -> list[str]:
    """Return those of some metrics that there are none of."""
    unknown: list[str] = []
    for name in metrics[:_NAMES]:
        selector = f"{{__name__={string(name)}}}"
        try:
            known = await backend.get(
                "label/__name__/values", [("match[]", selector), ("limit", "1")]
            )
        except ToolError:  # then only the query itself can tell
            break
        if not known:
            unknown.append(name)
    return unknown
