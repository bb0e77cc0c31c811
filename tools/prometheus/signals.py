"""The tool that tells the golden signals of a target, from whatever metrics there are."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated

import anyio
from pydantic import Field

from clusterwright.tools.answer import BUDGET, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.signal import own
from clusterwright.tools.prometheus.signal.all import for_subject
from clusterwright.tools.prometheus.signal.answer import SignalsAnswer
from clusterwright.tools.prometheus.signal.asking import (
    Selection,
    Span,
    asked,
    filled,
    missing,
    moments,
    select,
    shown,
)
from clusterwright.tools.prometheus.signal.candidate import IN_PODS, Signal
from clusterwright.tools.prometheus.signal.course import read
from clusterwright.tools.prometheus.signal.discovery import Chosen, Discovery, choose, discover
from clusterwright.tools.prometheus.signal.pace import Sort, interval, pace, sort_of
from clusterwright.tools.prometheus.signal.requests import P99, RATE
from clusterwright.tools.prometheus.signal.resolve import resolve
from clusterwright.tools.prometheus.signal.row import Beside, SignalRow, bucket, counted, row
from clusterwright.tools.prometheus.signal.subject import About, Scheme, Subject, target_of
from clusterwright.tools.prometheus.window import seconds_of
from clusterwright.tools.quotation import quoted
from clusterwright.tools.tool import Effect, Tool

_SMALL = 4_096
_HEAVY_SERIES = 2_000
"""Series of a query beyond which it waits in the line of heavy ones."""
_SHORTEST, _LONGEST = 60, 30 * 86_400
_SHOWN_MATCHERS = 400
_OWN = 200
"""Names of metrics of which is judged whether they are of requests."""


async def prom_signals(
    monitoring: Monitoring,
    target: Annotated[
        str,
        Field(
            max_length=600,
            description="Deployment/shop/cart, Pod/shop/cart-1, Node/gpu-1, Namespace/shop",
        ),
    ],
    last: Annotated[str, Field(max_length=20, description="As 15m, 1h, 7d.")] = "1h",
    signal: Annotated[
        Signal | None, Field(description="One in detail; default: the main numbers of all four.")
    ] = None,
    gpu: Annotated[
        str | None,
        Field(
            max_length=100,
            coerce_numbers_to_str=True,
            description="Of a Node: a GPU's index or UUID.",
        ),
    ] = None,
    cluster: Cluster = None,
    backend: Backend = None,
) -> SignalsAnswer:
    """Tell latency, traffic, errors and saturation of a workload, pod, node, namespace or GPU.

    Each number comes with its query and the window before; what is not exported is named.
    """
    ref, seconds = target_of(target), _window(last)
    reach = await monitoring.reach(cluster, backend)
    found = await resolve(ref, gpu or "", f"{seconds}s", reach.backend, reach.connection)
    asking = await _discovered(reach, found.subject, seconds, signal)
    rows, gaps = await _answered(reach, found.subject, asking)
    notes = [*reach.notes, *asking.notes, *_left_out(asking.selection, signal)]
    zero = tuple(one.what for one in rows if one.zero) if signal is None else ()
    shown_rows = [one for one in rows if one.what not in zero]
    schemes = dict.fromkeys(one.scheme for one in asking.selection.asked)
    matchers = _spelled({one: found.subject.matchers(one) or "" for one in schemes})
    answer = SignalsAnswer(
        cluster=reach.cluster,
        target=ref,
        gpu=gpu or "",
        backend=reach.backend.name,
        window=last,
        until=datetime.fromtimestamp(asking.span.end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        found_by=found.how,
        matchers=matchers,
        zero=zero,
        missing=missing(found.subject.about, asking.chosen, signal),
        gaps=tuple(gaps),
        notes=tuple(notes),
    )
    return _fitting(answer, shown_rows, BUDGET if signal else _SMALL)


TOOL = Tool(prom_signals, Effect.READ, "Golden signals of a target")


def _window(last: str) -> int:
    seconds = round(seconds_of(last, "last"))
    if not _SHORTEST <= seconds <= _LONGEST:
        raise InvalidInputError(
            f"last {last!r} is too short or too long a window", hint="pass 1m to 30d, as 1h"
        )
    return seconds


@dataclass(frozen=True, slots=True)
class _Asking:
    span: Span
    chosen: Sequence[Chosen]
    selection: Selection
    notes: tuple[str, ...] = ()
    intervals: Mapping[Sort, int] = field(default_factory=dict[Sort, int])

    def span_of(self, chosen: Chosen) -> Span:
        """Return the window with how often a candidate has samples."""
        return replace(self.span, interval=self.intervals.get(sort_of(chosen), 0))


async def _discovered(reach: Reach, subject: Subject, seconds: int, only: Signal | None) -> _Asking:
    """Return what there is to ask: metrics of now, or else those that ended within the window."""
    candidates = for_subject(subject.about)
    notes: list[str] = []
    question = discover(subject, candidates)
    result = await _found(reach, question)
    chosen = choose(candidates, question.read(result))
    if subject.about in IN_PODS and not any(_of_requests(one) for one in chosen):
        named, more = await _of_its_own(reach, subject)
        chosen += more
        result = result if result.series else named
    if not result.series:
        ended = discover(subject, candidates, f"{seconds}s")
        result = await _found(reach, ended, Lane.HEAVY)
        chosen = choose(candidates, ended.read(result))
        notes.append(
            "no series of it now: what is told ended within the window"
            if result.series
            else "no series of it, now or within the window: a wrong name, nothing scrapes it, or"
            " its labels are others; prom_search_metrics and prom_targets tell more"
        )
    if result.series:
        end = result.series[0].times[-1]
    else:
        end = (await reach.backend.instant("time()")).only or 0
    notes += [quoted(one_line(one)) for one in result.warnings[:2]]
    selection = select(chosen, only)
    intervals = await _intervals(reach, subject, selection.asked, end)
    return _Asking(Span(int(end), seconds), chosen, selection, tuple(notes), intervals)


async def _intervals(
    reach: Reach, subject: Subject, chosen: Sequence[Chosen], end: float
) -> dict[Sort, int]:
    """Return the seconds between two samples of what rates are asked of, where they are told."""
    found: dict[Sort, int] = {}

    async def ask(sort: Sort, query: str) -> None:
        with suppress(ToolError):  # the rate itself tells what is wrong
            found[sort] = interval(await reach.backend.instant(query, end))

    async with anyio.create_task_group() as tasks:
        for sort, query in pace(subject, chosen).items():
            tasks.start_soon(ask, sort, query)
    return found


async def _found(reach: Reach, question: Discovery, lane: Lane = Lane.LIGHT) -> Result:
    """Ask all queries of a discovery at once, and return what they give together."""
    results: list[Result] = []
    refused: list[ToolError] = []

    async def ask(query: str) -> None:
        try:
            results.append(await reach.backend.instant(query, lane=lane))
        except ToolError as error:
            refused.append(error)

    async with anyio.create_task_group() as tasks:
        for query in question.queries:
            tasks.start_soon(ask, query)
    if refused:
        raise refused[0]
    return Result(
        "vector",
        tuple(series for one in results for series in one.series),
        warnings=tuple(dict.fromkeys(text for one in results for text in one.warnings)),
    )


def _of_requests(one: Chosen) -> bool:
    return one.candidate.slot in {P99, RATE}


async def _of_its_own(reach: Reach, subject: Subject) -> tuple[Result, tuple[Chosen, ...]]:
    """Return what tells of requests under a name that no exporter is known by."""
    named = await reach.backend.instant(own.question(subject), limit=_OWN)
    candidates = tuple(own.candidates(named))
    if not candidates:
        return Result("vector"), ()
    question = discover(subject, candidates)
    result = await _found(reach, question)
    return result, choose(candidates, question.read(result))


async def _answered(
    reach: Reach, subject: Subject, asking: _Asking
) -> tuple[list[SignalRow], list[Gap]]:
    """Ask all at once; what fails is a gap beside what does not."""
    rows: dict[int, SignalRow] = {}
    gaps: dict[int, Gap] = {}

    async def ask(place: int, chosen: Chosen) -> None:
        try:
            found = await _asked(reach, subject, asking.span_of(chosen), chosen)
            if found is None:
                reason = f"{chosen.candidate.source} has series, and the query gives no value"
                gaps[place] = Gap(what=chosen.candidate.slot, reason=reason)
            else:
                rows[place] = found
        except ToolError as error:
            reason = f"{error.code}: {one_line(str(error))}"
            gaps[place] = Gap(what=chosen.candidate.slot, reason=reason)

    async with anyio.create_task_group() as tasks:
        for place, one in enumerate(asking.selection.asked):
            tasks.start_soon(ask, place, one)
    return [rows[one] for one in sorted(rows)], [gaps[one] for one in sorted(gaps)]


async def _asked(reach: Reach, subject: Subject, span: Span, chosen: Chosen) -> SignalRow | None:
    """Return what a query tells; None where it tells nothing, in the window and before."""
    candidate = chosen.candidate
    heavy = chosen.series > _HEAVY_SERIES or subject.about is About.NAMESPACE
    lane = Lane.HEAVY if heavy else Lane.LIGHT
    start, step, points = moments(candidate, span)
    query = asked(chosen, subject, span)
    result = await reach.backend.range(query, start, span.end, step, lane=lane)
    course = read(result.series, span.end, step, points)
    if not course.known and course.before is None and not course.infinite:
        return None
    matchers = subject.matchers(chosen.scheme) or ""

    async def beside(template: str) -> Result:
        return await reach.backend.instant(filled(template, matchers, span), span.end, lane=lane)

    counts, bounds = "", ""
    if candidate.counts:
        failed, every = [(await beside(one)).only for one in candidate.counts]
        counts = counted(failed, every)
    if candidate.buckets and course.now is not None:
        names = [one.labels.get("le", "") for one in (await beside(candidate.buckets)).series]
        bounds = bucket(course.now, names, candidate.per_second)
    said = quoted(one_line(result.warnings[0], 150)) if result.warnings else ""
    return row(chosen, course, shown(chosen, span), Beside(counts, bounds, said))


def _spelled(matchers: Mapping[Scheme, str]) -> dict[str, str]:
    """Return matchers by name, those that begin as others do by the name of these."""
    pods = matchers.get(Scheme.PODS, "")
    told = {
        scheme.value: f"${Scheme.PODS.value}{text.removeprefix(pods)}"
        if pods and scheme is not Scheme.PODS and text.startswith(f"{pods},")
        else text
        for scheme, text in matchers.items()
    }
    return {name: shorten(text, _SHOWN_MATCHERS) for name, text in told.items()}


def _left_out(selection: Selection, only: Signal | None) -> list[str]:
    by: dict[Signal, list[str]] = {}
    for signal, slot in selection.left_out:
        by.setdefault(signal, []).append(slot)
    if only is not None:
        return []
    return [f"also: {', '.join(slots)}; pass signal={one.value}" for one, slots in by.items()]


def _fitting(answer: SignalsAnswer, rows: Sequence[SignalRow], budget: int) -> SignalsAnswer:
    """Return the answer with all rows in detail, or with less of it, or the first rows.

    What goes first is how each went, then the queries of the last ones, then the last ones.
    """
    plain = [one.model_copy(update={"course": None, "first": None, "rise": None}) for one in rows]
    bare = [one.model_copy(update={"query": None, "note": None}) for one in plain]
    whole = len(rows)

    def made(count: int) -> SignalsAnswer:
        if count > 2 * whole:
            return _with(answer, rows, "")
        lost = ["courses"] if any(one.course for one in rows) else []
        queries = max(0, count - whole)
        lost += [f"queries of the last {whole - queries}"] if queries < whole else []
        lost += [f"{whole - count} numbers"] if count < whole else []
        note = f"left out for room: {', '.join(lost)}; pass signal for them" if lost else ""
        return _with(answer, [*plain[:queries], *bare[queries:count]], note)

    return longest(made, 2 * whole + 1, budget) if rows else answer


def _with(answer: SignalsAnswer, rows: Sequence[SignalRow], note: str) -> SignalsAnswer:
    notes = (*answer.notes, note) if note else answer.notes
    return answer.model_copy(update={"rows": tuple(rows), "notes": notes})
