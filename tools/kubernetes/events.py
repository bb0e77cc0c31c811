"""The tool that tells what the cluster reported, as a timeline."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import BUDGET, Answer
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace, Since
from clusterwright.tools.kubernetes.reported import Reported
from clusterwright.tools.kubernetes.since import seconds
from clusterwright.tools.kubernetes.timeline import Entry, timeline
from clusterwright.tools.ref import check_name
from clusterwright.tools.tool import Effect, Tool

_RESERVED = 1_000


class Events(Answer):
    """A timeline, the latest last."""

    now: datetime = Field(description="The cluster's clock.")
    total: int = Field(description="Groups of equal events in all.")
    warnings: int = Field(description="Of these, warnings.")
    entries: tuple[Reported, ...] = ()
    note: str | None = None

    def render(self) -> str:
        """Return one line for each group, the latest last."""
        lines = [f"{self.total} different events on {self.cluster}, {self.warnings} warnings"]
        lines += [one.line(self.now) for one in self.entries]
        return "\n".join([*lines, f"[{self.note}]"] if self.note else lines)


async def k8s_events(
    clusters: Clusters,
    namespace: Namespace = None,
    kind: Annotated[str | None, Field(max_length=200, description="Only about this kind.")] = None,
    name: Annotated[str | None, Field(max_length=300, description="Only about this name.")] = None,
    since: Since = None,
    warnings_only: bool = False,
    cluster: Cluster = None,
) -> Events:
    """Tell what happened as a timeline: equal events grouped and counted, the latest last.

    Kubernetes forgets events after an hour or so.
    """
    youngest = timedelta(seconds=seconds(since)) if since else None
    connection = await clusters.connect(cluster)
    selector: list[str] = []
    if kind:
        selector.append(f"involvedObject.kind={(await connection.resource(kind)).kind}")
    if name:
        selector.append(f"involvedObject.name={check_name(name)}")
    if warnings_only:
        selector.append("type=Warning")
    found = await connection.list(
        await connection.resource("Event"), namespace, field_selector=",".join(selector)
    )
    now = connection.now
    entries = [one for one in timeline(found) if youngest is None or now - one.last <= youngest]
    shown = _fitting(entries)
    left_out = len(entries) - len(shown)
    return Events(
        cluster=connection.cluster,
        now=now,
        total=len(entries),
        warnings=sum(one.type == "Warning" for one in entries),
        entries=tuple(shown),
        note=f"{left_out} older ones left out; pass namespace, kind, name or warnings_only"
        if left_out
        else None,
    )


TOOL = Tool(k8s_events, Effect.READ, "Read events")


def _fitting(entries: Sequence[Entry]) -> list[Reported]:
    """Return the latest entries that an answer has room for, in their order."""
    room = BUDGET - _RESERVED
    shown: list[Reported] = []
    for one in map(Reported.of, reversed(entries)):
        room -= 2 * len(one.model_dump_json().encode())
        if room < 0:
            break
        shown.append(one)
    return shown[::-1]
