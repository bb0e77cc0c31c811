"""The tool that tells which alerts fire, about what, and who is told or why nobody is."""

from collections import Counter
from contextlib import suppress
from functools import cache, partial
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import UnauthenticatedError, UnreachableError
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.alerting.grouped import Group, grouped
from clusterwright.tools.prometheus.alerting.shown_alert import Shown
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.read_alerts import Alerting, gone, read_alerting
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_MOST = BUDGET // 100
"""Rows of a page: one takes a hundred bytes at least, and what is tried in vain takes time."""
_LOOKED_UP = 10
"""Groups of a page of which the objects are looked up."""


class AlertRow(BaseModel):
    """Alerts of one name in one state, told together."""

    model_config = ConfigDict(frozen=True)

    alert: str
    state: Literal["firing", "pending", "silenced", "inhibited", "muted"]
    severity: str = ""
    count: int
    since: str = Field(default="", description="How long ago the first began.")
    value: str | None = Field(default=None, description="Of the expression; least to most.")
    means: str | None = Field(default=None, description="What is known of it by its name.")
    summary: str | None = Field(default=None, description="Of one of them, as its rule words it.")
    about: tuple[Ref, ...] = Field(default=(), description="The first objects.")
    objects: int = Field(default=0, description="How many it is about.")
    gone: tuple[Ref, ...] = Field(default=(), description="Of these, what no longer exists.")
    labels: dict[str, str] = Field(default_factory=dict, description="That all of them have.")
    members: tuple[str, ...] = Field(default=(), description="Other labels of the first.")
    quiet: str | None = Field(default=None, description="By what it is kept quiet.")
    told: str | None = Field(default=None, description="Receivers, or why nobody is told.")
    check: str | None = None
    codes: tuple[str, ...] = Field(default=(), description="Findings that usually explain it.")
    runbook: str | None = None

    def lines(self) -> list[str]:
        """Return the row, and what belongs to it on lines of their own."""
        head = f"{self.state} {self.count}x {self.alert}"
        head += f" [{self.severity}]" if self.severity else ""
        head += f" since {self.since}" if self.since else ""
        head += f", value {self.value}" if self.value else ""
        lines = [head + (f": {self.means}" if self.means else "")]
        lines += [f"  {quoted(self.summary)}"] if self.summary else []
        if self.about:
            more = self.objects - len(self.about)
            shown = ", ".join(
                f"{one} (gone)" if one in self.gone else str(one) for one in self.about
            )
            lines.append(f"  about {shown}" + (f" and {more} more" if more > 0 else ""))
        if self.labels:
            lines.append("  all: " + ", ".join(f"{k}={v}" for k, v in self.labels.items()))
        lines += [f"  {one}" for one in self.members]
        for word in (self.quiet, self.told):
            lines += [f"  {word}"] if word else []
        lines += [f"  check: {self.check}"] if self.check else []
        lines += [f"  codes: {', '.join(self.codes)}"] if self.codes else []
        return lines + ([f"  runbook: {self.runbook}"] if self.runbook else [])


class AlertList(Answer):
    """One page of the alerts."""

    backend: str
    states: dict[str, int] = Field(description="All alerts by state.")
    pipeline: tuple[str, ...] = Field(
        default=(), description="What is wrong on the way from rules to receivers."
    )
    rows: tuple[AlertRow, ...] = ()
    healthy: dict[str, int] = Field(
        default_factory=dict, description="Alerts that fire where all is well."
    )
    left_out: int = Field(default=0, description="Rows after this page.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts, what is wrong on the way, and the rows."""
        counts = ", ".join(f"{n} {state}" for state, n in self.states.items()) or "no alerts"
        lines = [f"{self.backend} on {self.cluster}: {counts}"]
        lines += [f"pipeline: {one}" for one in self.pipeline]
        lines += [line for row in self.rows for line in row.lines()]
        if self.healthy:
            lines.append(
                "as it should be: " + ", ".join(f"{k} {n}" for k, n in self.healthy.items())
            )
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        if self.next_cursor:
            lines.append(f"{self.left_out} more: cursor={self.next_cursor}")
        return "\n".join(lines)


async def prom_alerts(
    monitoring: Monitoring,
    state: Annotated[
        Literal["firing", "pending", "silenced", "inhibited", "muted"] | None,
        Field(description="Default: all, those that fire first."),
    ] = None,
    alert: Annotated[
        str | None, Field(max_length=300, description="Name: each of these alerts by itself.")
    ] = None,
    namespace: Namespace = None,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows at most.")] = None,
    cursor: Cursor = None,
    backend: Backend = None,
    cluster: Cluster = None,
) -> AlertList:
    """Tell which alerts fire, pend, or are silenced or inhibited and by what, and who is told.

    With what each means, the objects it is about, what to check, and whether alerts arrive at all.
    """
    types = (str, int, int, str, str)
    asked, *after = decode("alerts", cursor, *types) if cursor else ("",)
    reach = await monitoring.reach(cluster, backend)
    own = question(reach.cluster, reach.backend.name, state, alert, namespace)
    if cursor and asked != own:
        raise foreign(cursor)
    found = await read_alerting(reach)
    chosen = [one for one in found.joined.alerts if _chosen(one, alert, namespace)]
    if namespace and not chosen:
        await _require(reach, namespace)
    single = partial(grouped, single=alert is not None)
    every = await to_thread.run_sync(single, chosen, found.places)
    asked_for = [one for one in every if (alert or not one.healthy) and _after(one, after)]
    rest = [one for one in asked_for if state in {None, one.first.state}]
    refs = [ref for one in rest[:_LOOKED_UP] for ref in one.refs[:_LOOKED_UP]]
    absent = await gone(reach.connection, refs) if reach.connection else frozenset[Ref]()
    counted = _counted(reach.cluster, found, chosen, every)
    shown = Shown(found, absent)

    @cache  # only what is shown is worded
    def row(place: int) -> AlertRow:
        return _row(rest[place], shown)

    def page(count: int) -> AlertList:
        more = count < len(rest)
        key = (own, *rest[count - 1].key) if more else ()
        return counted.model_copy(
            update={
                "rows": tuple(row(place) for place in range(count)),
                "left_out": len(rest) - count,
                "next_cursor": encode("alerts", *key) if more else None,
            }
        )

    most = min(limit or _MOST, _MOST, len(rest))
    return await to_thread.run_sync(longest, page, most, BUDGET)


TOOL = Tool(prom_alerts, Effect.READ, "Show alerts and who is told")


async def _require(reach: Reach, namespace: str) -> None:
    """Raise NotFoundError for a namespace that is not in the cluster, if that can be told."""
    if reach.connection:
        with suppress(UnreachableError, UnauthenticatedError):  # alerts are known without it
            await reach.connection.require_namespace(namespace)


def _chosen(one: Alert, alert: str | None, namespace: str | None) -> bool:
    places = {one.labels.get("namespace"), one.labels.get("exported_namespace")}
    return alert in {None, one.name} and (namespace is None or namespace in places)


def _after(one: Group, after: list[str | int]) -> bool:
    return not after or one.key > tuple(after)


def _counted(cluster: str, found: Alerting, chosen: list[Alert], every: list[Group]) -> AlertList:
    """Return the answer without rows."""
    well = [one for one in every if one.healthy]
    names: dict[str, int] = {}
    for one in well:
        names[one.first.name] = names.get(one.first.name, 0) + len(one.alerts)
    states = Counter(one.state for one in sorted(chosen, key=lambda one: one.order))
    return AlertList(
        cluster=cluster,
        backend=found.backend,
        states=dict(states),
        pipeline=found.broken,
        healthy=names,
        gaps=found.gaps,
    )


def _row(one: Group, shown: Shown) -> AlertRow:
    first, known = one.first, one.known
    return AlertRow(
        alert=shown.name(first.name),
        state=first.state,
        severity=shown.name(first.severity),
        count=len(one.alerts),
        since=shown.since(one),
        value=shown.value(one),
        means=known.means if known else None,
        summary=shown.summary(first),
        about=shown.about(one),
        objects=len(one.refs),
        gone=tuple(ref for ref in shown.about(one) if ref in shown.gone),
        labels=shown.labels(one),
        members=shown.members(one),
        quiet=shown.quiet(first),
        told=shown.told(first),
        check=known.check if known else None,
        codes=known.codes if known else (),
        runbook=shown.runbook(one),
    )
