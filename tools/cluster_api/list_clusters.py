"""The tool that lists workload clusters: those in trouble first, each with its first cause."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, columns, longest
from clusterwright.tools.cluster_api.estate import CLUSTER, Estate, class_of
from clusterwright.tools.cluster_api.gist import gist
from clusterwright.tools.cluster_api.health import health
from clusterwright.tools.cluster_api.k0rdent.made import deployment_of
from clusterwright.tools.cluster_api.k0rdent.state import state_of, without_cluster
from clusterwright.tools.cluster_api.patience import wrong
from clusterwright.tools.cluster_api.read import read_estate
from clusterwright.tools.cluster_api.target import target_of
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.listing import count
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.state.state import age
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, number, text
from clusterwright.tools.tool import Effect, Tool


class ClusterRow(BaseModel):
    """One workload cluster."""

    model_config = ConfigDict(frozen=True)

    cluster: str = Field(description="As `cluster` of any tool: capi:namespace/name.")
    state: str
    version: str = ""
    class_name: str = Field(default="", description="Its ClusterClass, if it has one.")
    deployment: str = Field(default="", description="The k0rdent ClusterDeployment that owns it.")
    control_plane: str = Field(default="", description="Ready of desired.")
    workers: str = Field(default="", description="Ready of desired.")
    age: str = ""
    cause: str = ""


class ClusterList(Answer):
    """One page of the workload clusters."""

    total: int
    unhealthy: int
    states: dict[str, int]
    clusters: tuple[ClusterRow, ...] = Field(default=(), description="Those in trouble first.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts and a row for each cluster; its cause on a line of its own."""
        states = ", ".join(f"{n} {state}" for state, n in self.states.items())
        none = "none" if all(one.what != CLUSTER for one in self.gaps) else "they were not read"
        lines = [f"{self.total} workload clusters on {self.cluster}: {states or none}"]
        header = ("cluster", "state", "version", "class", "control plane", "workers", "age")
        rows = [
            (r.cluster, r.state, r.version, r.class_name, r.control_plane, r.workers, r.age)
            for r in self.clusters
        ]
        if any(r.deployment for r in self.clusters):
            header = (*header, "ClusterDeployment")
            rows = [(*row, r.deployment) for row, r in zip(rows, self.clusters, strict=True)]
        table = columns(header, rows).splitlines() if rows else []
        lines += table[:1]
        for row, line in zip(self.clusters, table[1:], strict=True):
            lines += [line, *([f"  | {row.cause}"] if row.cause else [])]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        if self.next_cursor:
            lines.append(f"More: cursor={self.next_cursor}")
        return "\n".join(lines)


async def capi_list_clusters(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Clusters at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> ClusterList:
    """List the workload clusters of a management cluster, those in trouble first with the cause."""
    asked, *after = decode("clusters", cursor, str, int, str, str) if cursor else ("",)
    connection = await clusters.connect(cluster)
    own = question(connection.cluster, namespace)
    if cursor and asked != own:
        raise foreign(cursor)
    estate = await read_estate(connection, namespace)
    rows = await to_thread.run_sync(_rows, estate, cluster)
    rest = [one for one in rows if one[0] > tuple(after)]
    counted = ClusterList(
        cluster=connection.cluster,
        total=len(rows),
        unhealthy=sum(key[0] == 0 for key, _ in rows),
        states=count([row.state for _, row in rows]),
        gaps=estate.snapshot.coverage.gaps,
    )
    page = partial(_page, counted, rest, own)
    return longest(page, min(limit or len(rest), len(rest)), CAP if limit else BUDGET)


TOOL = Tool(capi_list_clusters, Effect.READ, "List workload clusters")
_Key = tuple[int, str, str]


def _rows(estate: Estate, management: str | None) -> list[tuple[_Key, ClusterRow]]:
    found = [_row(estate, one, management) for one in estate.clusters]
    found += [_pending(estate, one, management) for one in without_cluster(estate.snapshot)]
    return sorted(found, key=lambda one: one[0])


def _row(estate: Estate, one: Manifest, management: str | None) -> tuple[_Key, ClusterRow]:
    namespace, name, found = namespace_of(one), name_of(one), health(estate, one)
    cause = next((cause for cause, _ in found.causes if wrong(cause, estate.snapshot.now)), None)
    deployment = deployment_of(estate.snapshot, one)
    row = ClusterRow(
        cluster=target_of(management, namespace, name),
        state=found.state,
        version=_version(estate, one),
        class_name=_class(one),
        deployment=f"{namespace}/{name_of(deployment)}" if deployment else "",
        control_plane=_ready(one, "controlPlane"),
        workers=_ready(one, "workers"),
        age=age(one, estate.snapshot.now),
        cause=f"{cause.ref}: {one_line(gist(cause.message) or cause.reason, 200)}" if cause else "",
    )
    return (int(found.well), namespace, name), row


def _pending(
    estate: Estate, deployment: Manifest, management: str | None
) -> tuple[_Key, ClusterRow]:
    """Return the row of a ClusterDeployment of which no Cluster has come."""
    namespace, name = namespace_of(deployment), name_of(deployment)
    state, well, cause = state_of(estate.snapshot, deployment)
    row = ClusterRow(
        cluster=target_of(management, namespace, name),
        state=state,
        deployment=f"{namespace}/{name}",
        age=age(deployment, estate.snapshot.now),
        cause=one_line(cause, 200),
    )
    return (int(well), namespace, name), row


def _version(estate: Estate, one: Manifest) -> str:
    """Return the version that is asked for: by the topology, or of the control plane alone."""
    _, plane = estate.referred(one, "spec", "controlPlaneRef")
    return text(one, "spec", "topology", "version") or text(plane, "spec", "version")


def _class(one: Manifest) -> str:
    found = class_of(one)
    return found.name if found else ""


def _ready(one: Manifest, part: str) -> str:
    counters = ("status", part)
    desired = number(one, *counters, "desiredReplicas")
    return f"{number(one, *counters, 'readyReplicas')}/{desired}" if desired else ""


def _page(
    counted: ClusterList, rest: Sequence[tuple[_Key, ClusterRow]], own: str, most: int
) -> ClusterList:
    shown = rest[:most]
    more = encode("clusters", own, *shown[-1][0]) if len(shown) < len(rest) else None
    return counted.model_copy(
        update={"clusters": tuple(row for _, row in shown), "next_cursor": more}
    )
