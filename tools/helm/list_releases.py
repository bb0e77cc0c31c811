"""The tool that lists releases: from the labels of their records, without reading these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Literal

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.helm.record import Release, Status, namespaced_name
from clusterwright.tools.helm.releases import Listed, ReleaseList, ReleaseRow, listed
from clusterwright.tools.helm.store import kept, records
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.listing import count
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_SHORT = 4_096
"""Bytes of a list that is asked for without more: a hundred releases that are well fit."""
_REASONS = 8
"""Releases in trouble of which the record is read."""
_CHARTS = 40
"""Releases of a page of which the record is read where charts are asked for."""
_SAID, _LONGEST, _SHORT_NAME = 2_000, 200, 80


async def helm_list_releases(
    clusters: Clusters,
    namespace: Namespace = None,
    state: Annotated[
        Literal["all", "trouble"], Field(description="trouble: failed, pending, none deployed.")
    ] = "all",
    charts: Annotated[
        bool, Field(description="Read each record for chart and app version.")
    ] = False,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Releases at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> ReleaseList:
    """List Helm releases with revision, status and age: those in trouble first, with the reason."""
    asked, *after = decode("releases", cursor, str, int, str, str) if cursor else ("",)
    connection = await clusters.connect(cluster)
    own = question(connection.cluster, namespace, state, str(charts))
    if cursor and asked != own:
        raise foreign(cursor)
    found = await kept(connection, namespace)
    every = sorted((listed(one) for one in found.revisions.values()), key=lambda one: one.key)
    rest = [one for one in every if one.key > tuple(after) and (one.troubled or state == "all")]
    most = min(limit or len(rest), len(rest), _CHARTS if charts else len(rest))
    told = rest[:most] if charts else [one for one in rest[:most] if one.troubled][:_REASONS]
    answer = ReleaseList(
        cluster=connection.cluster,
        total=len(every),
        troubled=sum(one.troubled for one in every),
        statuses={Status(k): n for k, n in count([one.newest.status for one in every]).items()},
        revisions=sum(one.kept for one in every),
        gaps=found.gaps,
    )
    page = _Page(answer, rest, own, connection.now, await _read(connection, told), charts)
    budget = CAP if limit else BUDGET if charts else _SHORT
    return await to_thread.run_sync(page.fitting, most, budget)


TOOL = Tool(helm_list_releases, Effect.READ, "List Helm releases")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the record of a release tells."""

    chart: str = ""
    app_version: str = ""
    reason: str = ""


async def _read(connection: "Connection", releases: Sequence[Listed]) -> dict[Ref, _Told]:
    found = await records(connection, [one.newest for one in releases])

    def told() -> dict[Ref, _Told]:
        return {one.newest.release: _told(found[one.newest.record], one) for one in releases}

    return await to_thread.run_sync(told)


def _told(release: Release | ToolError, one: Listed) -> _Told:
    if isinstance(release, ToolError):
        return _Told(reason=one_line(str(release), _LONGEST))
    chart = one_line(release.chart_label, _SHORT_NAME)
    version = one_line(release.app_version, _SHORT_NAME)
    said = Veil.of(release).line(release.description, _SAID) if one.troubled else ""
    reason = shorten(said, _LONGEST)  # which action failed comes first, and why last
    return _Told(chart, version, reason)


@dataclass(frozen=True)
class _Page:
    """Makes the answer for the first of the releases that are left."""

    counted: ReleaseList
    rest: Sequence[Listed]
    own: str
    now: datetime
    told: Mapping[Ref, _Told]
    charts: bool

    def fitting(self, most: int, budget: int) -> ReleaseList:
        """Return as many as fit; ages of those that are well give way to a further page."""
        found = longest(partial(self.first, ages=True), most, budget)
        if found.next_cursor is None or budget != _SHORT or self.charts:
            return found
        return longest(partial(self.first, ages=False), most, budget)

    def first(self, count: int, *, ages: bool) -> ReleaseList:
        """Return the first of them, those that are well without their ages unless asked."""
        shown = self.rest[:count]
        rows = [one for one in shown if self.charts or one.troubled]
        brief = [one for one in shown if not self.charts and not one.troubled]
        now = self.now if ages else None
        well = {
            place: tuple(one.brief(now) for one in ones)
            for place, ones in groupby(brief, key=lambda one: one.newest.namespace)
        }
        more = count < len(self.rest)
        return self.counted.model_copy(
            update={
                "rows": tuple(map(self._row, rows)),
                "well": well,
                "note": None if ages or not brief else "ages left out for room: pass limit",
                "next_cursor": encode("releases", self.own, *shown[-1].key) if more else None,
            }
        )

    def _row(self, one: Listed) -> ReleaseRow:
        newest, told = one.newest, self.told.get(one.newest.release, _Told())
        other = one.running.number if one.running and one.running is not newest else None
        return ReleaseRow(
            release=namespaced_name(newest.release),
            revision=newest.number,
            status=newest.status,
            updated=one.updated(self.now),
            kept=one.kept,
            deployed=other,
            chart=told.chart or None,
            app_version=told.app_version or None,
            reason=told.reason or None,
        )
