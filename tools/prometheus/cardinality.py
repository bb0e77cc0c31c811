"""The tool that tells which metrics, labels and jobs cost the most series, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Literal

import anyio
from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError, NotFoundError, ToolError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.client.backend import Backend as Source
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.promql.near import nearest
from clusterwright.tools.prometheus.series.advice import Advice, advice, ways
from clusterwright.tools.prometheus.series.growth import Growth, growth, hour_ago
from clusterwright.tools.prometheus.series.head import Head, head, now
from clusterwright.tools.prometheus.series.inside import Inside, inside
from clusterwright.tools.prometheus.series.jobs import JobCost, jobs
from clusterwright.tools.prometheus.series.origin import Origin, origin
from clusterwright.tools.prometheus.series.told import Cardinality, JobRow, LabelRow, MetricCost
from clusterwright.tools.prometheus.summary.hidden import without_secrets
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_TOP, _LISTED, _LOOKED_INTO = 5, 30, 10
_AT_ONCE = 4
"""Metrics that are looked into at a time, so that others get their turn."""
_LABELS, _PAIRS, _NAME = 8, 6, 120
_METRIC_LABELS = 8
By = Literal["all", "metric", "label", "job"]


async def prom_cardinality(
    monitoring: Monitoring,
    by: Annotated[By, Field(description="Only one list, in full, page by page.")] = "all",
    metric: Annotated[
        str | None, Field(min_length=1, max_length=500, description="Look into this one only.")
    ] = None,
    limit: Annotated[int | None, Field(ge=1, le=200, description="Rows of a list.")] = None,
    cursor: Cursor = None,
    backend: Backend = None,
    cluster: Cluster = None,
) -> Cardinality:
    """Tell which metrics, labels and jobs have the most series, how they grow, and what to do.

    Of each metric, which label makes them, and how many series would be left without it.
    """
    asked, after = decode("cardinality", cursor, str, str) if cursor else ("", "")
    if metric is not None and by != "all":
        raise InvalidInputError(
            f"by={by!r} lists, and metric= looks into one", hint="give one of the two"
        )
    reach = await monitoring.reach(cluster, backend)
    own = question(reach.cluster, reach.backend.name, by, metric)
    if cursor and asked != own:
        raise foreign(cursor)
    found = await _looked(reach.backend, by, metric)
    rows = _listed(found, "metric" if metric else by)
    start = _place(rows, str(after)) + 1 if cursor else 0
    shown = rows[start : start + (limit or (_TOP if by in {"all", "metric"} else _LISTED))]
    if by in {"all", "metric"}:
        await found.look_into(reach.backend, shown)

    def page(count: int) -> Cardinality:
        names = shown[:count]
        left = len(rows) - start - len(names)
        more = by != "all" and left > 0
        return _told(reach, found, by, names, whole=metric is None).model_copy(
            update={
                "left_out": left if more else 0,
                "next_cursor": encode("cardinality", own, names[-1]) if more else None,
            }
        )

    return await to_thread.run_sync(longest, page, len(shown), BUDGET)


TOOL = Tool(prom_cardinality, Effect.READ, "Show what costs the most series")


def _place(rows: Sequence[str], name: str) -> int:
    if name not in rows:
        raise InvalidInputError(
            f"{name[:100]!r}, after which this cursor goes on, is there no more",
            hint="begin again without the cursor",
        )
    return rows.index(name)


@dataclass
class _Looked:
    """What was found out."""

    head: Head
    now: int | None = None
    growth: Growth = field(default_factory=Growth)
    jobs: tuple[JobCost, ...] = ()
    origin: Origin = field(default_factory=Origin)
    inside: dict[str, Inside] = field(default_factory=dict[str, Inside])
    before: Mapping[str, int] = field(default_factory=dict[str, int])
    gaps: list[str] = field(default_factory=list[str])

    async def look_into(self, source: Source, metrics: Sequence[str]) -> None:
        """Find out what the series of metrics differ by, and how many there were."""
        try:
            self.before = await hour_ago(source, metrics)
        except ToolError as error:
            self.gaps.append(f"an hour ago not read: {one_line(str(error), 100)}")

        few_at_once = anyio.Semaphore(_AT_ONCE)

        async def look(name: str) -> None:
            try:
                async with few_at_once:
                    self.inside[name] = await inside(source, name)
            except ToolError as error:
                self.gaps.append(f"{one_line(name, 60)} not read: {one_line(str(error), 100)}")

        async with anyio.create_task_group() as group:
            for name in metrics[:_LOOKED_INTO]:
                group.start_soon(look, name)


async def _looked(source: Source, by: By, metric: str | None) -> _Looked:
    """Return what is asked for whatever is shown; raise NotFoundError for an unknown metric."""
    found = _Looked(await head(source))
    if metric is not None:
        await _only(source, found, metric)

    async def grown() -> None:
        try:
            found.now = await now(source, found.head)
            found.growth = await growth(source, found.head.total)
        except ToolError as error:
            found.gaps.append(f"growth not read: {one_line(str(error), 100)}")

    async def of_jobs() -> None:
        found.jobs, gaps = await jobs(source, found.head.pairs)
        found.gaps += gaps

    async def origins() -> None:
        found.origin = await origin(source)
        found.gaps += found.origin.gaps

    async with anyio.create_task_group() as group:
        group.start_soon(grown)
        if by in {"all", "job"} and metric is None:
            group.start_soon(of_jobs)
        if by != "label":
            group.start_soon(origins)
    return found


async def _only(source: Source, found: _Looked, metric: str) -> None:
    """Leave one metric; raise NotFoundError where it has no series."""
    known = dict(found.head.metrics)
    one = await inside(source, metric)
    if not one.now and metric not in known:
        near = await to_thread.run_sync(partial(nearest, metric, known))
        raise NotFoundError(
            f"metric {metric[:100]!r} has no series now",
            hint=f"did you mean {few([word(name) for name in near])}?"
            if near
            else "prom_search_metrics finds metrics by meaning",
        )
    found.inside[metric] = one
    found.head = Head(
        found.head.total,
        ((metric, known.get(metric, one.now)),),
        found.head.labels,
        found.head.pairs,
        counted=found.head.counted,
    )


def _listed(found: _Looked, by: By) -> list[str]:
    match by:
        case "label":
            return [name for name, _ in found.head.labels]
        case "job":
            return [one.job for one in found.jobs]
        case _:
            return [name for name, _ in found.head.metrics]


def _told(
    reach: Reach, found: _Looked, by: By, names: Sequence[str], *, whole: bool
) -> Cardinality:
    chosen = frozenset(names)
    notes = [*reach.notes, *list(dict.fromkeys(found.gaps))[:_TOP]]
    if by in {"all", "label"} and whole and not found.head.labels:
        notes.append("values by label are not told by this backend: give a metric to look into")
    labels = [one for one in found.head.labels if by == "all" or one[0] in chosen]
    told = [_advice(found, name) for name in names] if by in {"all", "metric"} else []
    jobs_shown = [one for one in found.jobs if by == "all" or one.job in chosen]
    return Cardinality(
        cluster=reach.cluster,
        backend=reach.backend.name,
        total=found.head.total,
        counted=found.head.counted,
        now=found.now,
        hour_ago=found.growth.hour_ago,
        day_ago=found.growth.day_ago,
        created=found.growth.created,
        metrics=tuple(_metric(found, name) for name in names) if by in {"all", "metric"} else (),
        jobs=tuple(
            _job(one, found.origin.monitors.get(one.job)) for one in jobs_shown[: _shown(by)]
        )
        if by in {"all", "job"} and whole
        else (),
        labels=tuple(
            LabelRow(name=one_line(name, _NAME), values=count)
            for name, count in labels[: _shown(by)]
        )
        if by in {"all", "label"} and whole
        else (),
        pairs={_pair(pair): count for pair, count in found.head.pairs[:_PAIRS]}
        if by in {"all", "label"} and whole
        else {},
        ways=ways(one for ones in told for one in ones),
        notes=tuple(notes),
    )


def _pair(told: str) -> str:
    name, _, value = told.partition("=")
    return one_line(f"{name}={without_secrets({name: value})[name]}", _NAME)


def _shown(by: By) -> int | None:
    return _LABELS if by == "all" else None


def _metric(found: _Looked, name: str) -> MetricCost:
    series = dict(found.head.metrics)[name]
    one = found.inside.get(name)
    job = next(iter(one.jobs), "") if one else ""
    return MetricCost(
        name=one_line(name, _NAME),
        series=series,
        share=round(series / found.head.total, 4) if found.head.total else 0.0,
        now=one.now if one else None,
        hour_ago=found.before.get(name),
        jobs={word(one_line(k, _NAME)): n for k, n in one.jobs.items()} if one else {},
        monitor=found.origin.monitors.get(job),
        labels=tuple(
            LabelRow(name=one_line(each.name, _NAME), values=each.values, left=each.left)
            for each in (one.labels if one else ())[:_METRIC_LABELS]
        ),
        advice=tuple(
            f"{each.says} [{each.way}]" if each.way else each.says for each in _advice(found, name)
        ),
    )


def _advice(found: _Looked, name: str) -> tuple[Advice, ...]:
    series = dict(found.head.metrics)[name]
    return advice(name, series, found.inside.get(name), found.origin.used_by(name))


def _job(one: JobCost, monitor: Ref | None) -> JobRow:
    return JobRow(
        job=word(one_line(one.job, _NAME)),
        series=one.series,
        targets=one.targets,
        new=one.new,
        hour_ago=one.before,
        memory=one.memory,
        monitor=monitor,
    )
