"""The tool that tells what the cluster reported, as a timeline."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace, Since
from clusterwright.tools.kubernetes.reported import Reported
from clusterwright.tools.kubernetes.since import seconds
from clusterwright.tools.kubernetes.timeline import timeline
from clusterwright.tools.ref import check_name
from clusterwright.tools.tool import Effect, Tool

_MOST = 200
"""Entries that an answer never has room for."""


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
    reported = [Reported.of(one) for one in entries[-_MOST:]]

    def latest(count: int) -> Events:
        left_out = len(entries) - count
        hint = f"{left_out} older ones left out; pass namespace, kind, name or warnings_only"
        return Events(
            cluster=connection.cluster,
            now=now,
            total=len(entries),
            warnings=sum(one.type == "Warning" for one in entries),
            entries=tuple(reported[len(reported) - count :]),
            note=hint if left_out else None,
        )

    return longest(latest, len(reported), BUDGET)


TOOL = Tool(k8s_events, Effect.READ, "Read events")
