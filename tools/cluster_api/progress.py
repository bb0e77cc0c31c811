"""The tool that tells how far an operation on a Cluster is, and follows it if asked to."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import anyio
from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.caller import Tell
from clusterwright.tools.cluster_api.phases.operation import Course, Operation, course
from clusterwright.tools.cluster_api.phases.phase import Phase, State
from clusterwright.tools.cluster_api.read import provider_kinds
from clusterwright.tools.cluster_api.read_one import read_one
from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.resource import Resource
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

LOOK_SECONDS = 2.0
"""Between two looks at a Cluster that is followed."""
_LONGEST_WAIT = 300
_AT_REST = 3
"""Looks at which nothing is under way before an operation counts as over: between two of its
phases there may be a moment without."""


class Progress(Answer):
    """How far an operation on a Cluster is."""

    target: str = Field(description="As `cluster` of any tool: capi:namespace/name.")
    summary: str = Field(default="", description="How far it is and what it waits for.")
    now: datetime = Field(description="The management cluster's clock.")
    operation: Operation
    version: str = Field(default="", description="Of Kubernetes, as asked for.")
    since: datetime | None = Field(default=None, description="When it began, if that is known.")
    available: bool = Field(default=False, description="Of the Cluster, whatever is under way.")
    phases: tuple[Phase, ...] = ()
    ended: bool = Field(default=False, description="Nothing is under way any more.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")

    @property
    def done(self) -> int:
        """Phases that are over."""
        return sum(one.state is State.DONE for one in self.phases)

    def render(self) -> str:
        """Return one sentence, then a line for each phase."""
        lines = [self.summary, *(one.line(self.now) for one in self.phases)]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        return "\n".join(lines)

    def summed(self) -> Self:
        """Return the same with its summary."""
        return self.model_copy(update={"summary": self._sentence()})

    def _sentence(self) -> str:
        if self.operation is Operation.NONE:
            well = "Available" if self.available else "not Available; capi_describe_cluster tells"
            return f"Nothing is under way on {self.target}: it is {well}."
        to = f" to {self.version}" if self.operation is Operation.UPGRADE else ""
        head = f"{self.operation.capitalize()} of {self.target}{to}"
        if self.ended:
            return f"{head} is over: {self.done} of {len(self.phases)} phases done."
        return f"{head}: {self.done} of {len(self.phases)} phases done{self._waits()}."

    def state(self) -> str:
        """Return what changes when the operation gets on, and does not while time passes."""
        told = [
            f"{one.name} {one.state} {one.counted} {one.late} {one.waits_for}"
            for one in self.phases
        ]
        return "\n".join([self.operation, self.version, f"{self.available}", *told])

    def _waits(self) -> str:
        open_ = [one for one in self.phases if one.open]
        now = next((one for one in open_ if one.state is State.BLOCKED), next(iter(open_), None))
        if now is None:
            return ""
        count = f" ({now.counted})" if now.counted else ""
        verb = "is blocked by" if now.state is State.BLOCKED else "waits for"
        for_ = f", for {span(self.now - now.since)}" if now.since else ""
        late = ", longer than it should" if now.late else ""
        told = f" {verb} {now.waits_for}" if now.waits_for else " is under way"
        return f"; {now.name}{count}{told}{for_}{late}"


async def capi_progress(
    clusters: Clusters,
    tell: Tell,
    namespace: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    name: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    wait_seconds: Annotated[
        int, Field(ge=0, le=_LONGEST_WAIT, description="Follow it until it ends, for so long.")
    ] = 0,
    cluster: Cluster = None,
) -> Progress:
    """Tell how far the creation, upgrade, rollout, scaling or deletion of a Cluster is, and why.

    What it waits for, since when, and whether that is too long; a resource tells the same.
    """
    connection = await clusters.connect(cluster)
    kinds = await provider_kinds(connection)
    found = await _look(connection, namespace, name, kinds)
    until = anyio.current_time() + wait_seconds
    rested, told = 0, ""
    while wait_seconds and anyio.current_time() < until:
        rested = rested + 1 if found.operation is Operation.NONE else 0
        if rested >= _AT_REST or found.ended:
            break
        if found.state() != told:
            told = found.state()
            await tell(found.done, len(found.phases), found.summary)
        await anyio.sleep(min(LOOK_SECONDS, max(0.0, until - anyio.current_time())))
        found = await _again(connection, found, namespace, name, kinds)
    return found


async def read(
    clusters: Clusters, *, namespace: str, name: str, cluster: str | None = None
) -> Progress:
    """Return the same as a resource."""
    connection = await clusters.connect(cluster)
    return await _look(connection, namespace, name, await provider_kinds(connection))


TOOL = Tool(capi_progress, Effect.READ, "Progress of a workload cluster", tells=True)
RESOURCE = Resource(
    "capi://{namespace}/{name}/progress{?cluster}",
    read,
    "Progress of a workload cluster",
    state=Progress.state,
    look_seconds=LOOK_SECONDS,
)


async def _look(
    connection: "Connection", namespace: str, name: str, kinds: tuple[str, ...]
) -> Progress:
    estate, found = await read_one(connection, namespace, name, kinds)
    at: Course = await to_thread.run_sync(course, estate, found)
    return Progress(
        cluster=connection.cluster,
        target=f"capi:{namespace}/{name}",
        now=estate.snapshot.now,
        operation=at.operation,
        version=at.version,
        since=at.since,
        available=at.available,
        phases=at.phases,
        ended=at.operation is Operation.NONE,
        gaps=estate.snapshot.coverage.gaps,
    ).summed()


async def _again(
    connection: "Connection", before: Progress, namespace: str, name: str, kinds: tuple[str, ...]
) -> Progress:
    """Look again; a Cluster that was being deleted and is not there has been deleted."""
    try:
        found = await _look(connection, namespace, name, kinds)
    except NotFoundError:
        if before.operation is not Operation.DELETION:
            raise
        return _over(before, before.now, available=False)
    if found.operation is Operation.NONE and before.operation is not Operation.NONE:
        return _over(before, found.now, available=found.available)
    return found


def _over(before: Progress, now: datetime, *, available: bool) -> Progress:
    """Return an operation of which every phase is done."""
    done = {"state": State.DONE, "waits_for": None, "late": False}
    phases = tuple(
        one.model_copy(update=done | ({} if one.of is None else {"done": one.of}))
        for one in before.phases
    )
    ended = {"phases": phases, "ended": True, "now": now, "available": available}
    return before.model_copy(update=ended).summed()
