"""The tool that shows one release, from its records: a view of one revision at a time."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal, TypeAlias, cast

from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.named import ReleaseName, chosen, revisions_of
from clusterwright.tools.helm.record import Status, namespaced_name
from clusterwright.tools.helm.views.chart import ChartView, read_chart
from clusterwright.tools.helm.views.history import HistoryView, read_history
from clusterwright.tools.helm.views.hooks import HooksView, read_hooks
from clusterwright.tools.helm.views.manifest import ManifestView, read_manifest
from clusterwright.tools.helm.views.notes import NotesView, read_notes
from clusterwright.tools.helm.views.status import StatusView, read_status
from clusterwright.tools.helm.views.values import ValuesView, read_values
from clusterwright.tools.helm.views.view import Asked, Read
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.tool import Effect, Tool

ViewName: TypeAlias = Literal["status", "history", "values", "manifest", "notes", "hooks", "chart"]
Shown: TypeAlias = (
    StatusView | HistoryView | ValuesView | ManifestView | NotesView | HooksView | ChartView
)
_VIEWS: Mapping[ViewName, Callable[[Asked], Awaitable[Read]]] = {
    "status": read_status,
    "history": read_history,
    "values": read_values,
    "manifest": read_manifest,
    "notes": read_notes,
    "hooks": read_hooks,
    "chart": read_chart,
}
_WITH_PATH = ("values", "manifest")


class ReleaseDetail(Answer):
    """One view of one revision of a release."""

    release: str = Field(description="namespace/name.")
    revision: int
    status: Status
    shown: Annotated[Shown, Field(discriminator="view")]
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return which revision it is, then the view."""
        head = f"{self.release} on {self.cluster}, revision {self.revision} {self.status.value}"
        lines = [head, *self.shown.lines()]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        lines += [f"More: cursor={self.next_cursor}"] if self.next_cursor else []
        return "\n".join(lines)


async def helm_get_release(
    clusters: Clusters,
    name: ReleaseName,
    view: ViewName = "status",
    revision: Annotated[
        int | None, Field(ge=1, le=2_147_483_647, description="Default: the newest.")
    ] = None,
    path: Annotated[
        str | None,
        Field(max_length=500, description="values: image.tag. manifest: Kind, or Ref and field."),
    ] = None,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> ReleaseDetail:
    """Show a Helm release: status and what is unwell, history, values and their origin, and so on.

    Secrets are redacted; notes are the words of the chart.
    """
    if path and view not in _WITH_PATH:
        raise InvalidInputError(
            f"the view {view!r} takes no path", hint="values and manifest do; leave it out"
        )
    place = decode("release", cursor, str, int, int) if cursor else None
    connection = await clusters.connect(cluster)
    revisions = await revisions_of(connection, name)
    named = namespaced_name(revisions[0].release)
    own = question(connection.cluster, named, view, str(revision), path)
    if place and cursor and place[0] != own:
        raise foreign(cursor)
    continued, offset = (int(place[1]), max(0, int(place[2]))) if place else (revision, 0)
    one = chosen(revisions, continued)
    asked = Asked(connection, revisions, one, path or "", offset, limit)
    return _fitting(asked, own, await _VIEWS[view](asked))


TOOL = Tool(helm_get_release, Effect.READ, "Show a Helm release")


def _fitting(asked: Asked, own: str, read: Read) -> ReleaseDetail:
    """Return as much of a view as has room, with the cursor of what is left."""
    one, view = asked.revision, read.view

    def make(units: int) -> ReleaseDetail:
        end = asked.offset + units * view.step
        more = end < view.end
        return ReleaseDetail(
            cluster=asked.connection.cluster,
            release=namespaced_name(one.release),
            revision=one.number,
            status=one.status,
            shown=cast("Shown", view.first(units)),
            gaps=read.gaps,
            next_cursor=encode("release", own, one.number, end) if more else None,
        )

    most = min(asked.limit or view.units, view.units)
    return longest(make, most, CAP if asked.limit else BUDGET)
