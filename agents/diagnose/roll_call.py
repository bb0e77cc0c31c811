"""Which clusters there are, who answers, and which of them are the same under two names."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import anyio
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.agents.diagnose.gather import Answered, Offers, failure
from clusterwright.agents.hub import Hub
from clusterwright.tools.errors import (
    ForbiddenError,
    NotFoundError,
    NotServedError,
    ToolError,
)

if TYPE_CHECKING:
    from mcp_types import Tool

LIST, GET = "capi_list_clusters", "k8s_get"
SIDE_BY_SIDE = 16
"""Clusters that are asked at once."""
ROLL_SECONDS = 15.0
"""What it may take a cluster to say who it is."""
_A_PAGE = 500
_MOST_PAGES = 20
_UID = "metadata.uid"
T = TypeVar("T")
R = TypeVar("R")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)

    cluster: str


class _Listed(BaseModel):
    """What is read of a list of workload clusters."""

    model_config = ConfigDict(frozen=True)

    clusters: tuple[_Row, ...] = ()
    next_cursor: str | None = None


class _Got(BaseModel):
    """What is read of an object."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    fields: dict[str, list[str]] = Field(default_factory=dict[str, list[str]])


@dataclass(frozen=True, slots=True)
class Known:
    """A cluster that answers, or that may."""

    asked: str | None
    """As tools take it; None: the one that each server is pinned to."""
    name: str = ""
    """As its answers name it."""
    uid: str = ""
    """Of its namespace kube-system; empty where that could not be read."""


async def each(things: Sequence[T], act: Callable[[T], Awaitable[R]], most: int) -> list[R]:
    """Return what `act` makes of each thing, in their order, so many at once at most."""
    found: dict[int, R] = {}
    limiter = anyio.CapacityLimiter(most)

    async def one(i: int) -> None:
        async with limiter:
            found[i] = await act(things[i])

    async with anyio.create_task_group() as tasks:
        for i in range(len(things)):
            tasks.start_soon(one, i)
    return [found[i] for i in range(len(things))]


async def offers_of(hub: Hub) -> Offers:
    """Return the tools of each server that tells them; others say why when they are asked."""
    found: dict[str, Mapping[str, Tool]] = {}
    for server in hub.servers:
        with suppress(ToolError):
            found[server] = await hub.tools(server)
    return found


def offering(offers: Offers, tool: str) -> str:
    """Return the first server that has a tool, or ""."""
    return next((server for server, tools in offers.items() if tool in tools), "")


async def workload_clusters(
    hub: Hub, offers: Offers, managements: Sequence[str | None]
) -> tuple[list[str], list[Answered]]:
    """Return the workload clusters of those among some clusters that manage any, and what failed.

    That a cluster has no Cluster API is a failure where none of them has.
    """
    server = offering(offers, LIST)
    if not server:
        return [], [failure("fleet", LIST, ToolError(f"no server offers the tool {LIST}"))]

    async def listed(management: str | None) -> list[str] | ToolError:
        try:
            return await _listed(hub, server, management)
        except ToolError as error:
            return error

    answers = await each(managements, listed, SIDE_BY_SIDE)
    names = [name for one in answers if not isinstance(one, ToolError) for name in one]
    failed = [
        (management or "", one)
        for management, one in zip(managements, answers, strict=True)
        if isinstance(one, ToolError)
    ]
    if len(failed) < len(managements):
        failed = [(name, one) for name, one in failed if not isinstance(one, NotServedError)]
    what = "workload clusters"
    return names, [failure(server, LIST, error, name, what=what) for name, error in failed]


async def _listed(hub: Hub, server: str, management: str | None) -> list[str]:
    arguments: dict[str, str | int] = {"limit": _A_PAGE}
    if management:
        arguments["cluster"] = management
    names: list[str] = []
    for _ in range(_MOST_PAGES):
        page = await hub.call(server, LIST, arguments, _Listed)
        names += [row.cluster for row in page.clusters]
        if not page.next_cursor:
            break
        arguments["cursor"] = page.next_cursor
    return names


@dataclass(frozen=True, slots=True)
class Roll:
    """The clusters to ask, each once."""

    present: tuple[Known, ...]
    aliases: dict[str, str]
    """Other names of those, by the name that they go by."""
    missing: tuple[Answered, ...]
    """Why the others cannot be asked."""


async def call_roll(
    hub: Hub, offers: Offers, clusters: Sequence[str | None], *, seconds: float = ROLL_SECONDS
) -> Roll:
    """Ask clusters who they are; of those that are the same, the first one stays.

    A cluster that does not answer in time is missing. One that answers and does not say who it is
    stays.
    """
    server = offering(offers, GET)

    async def ask(cluster: str | None) -> Known | Answered:
        if not server:
            return Known(cluster)
        return await _identify(hub, server, cluster, min(seconds, ROLL_SECONDS))

    first: dict[str, Known] = {}
    aliases: dict[str, str] = {}
    missing: list[Answered] = []
    for one in await each(list(dict.fromkeys(clusters)), ask, SIDE_BY_SIDE):
        if isinstance(one, Answered):
            missing.append(one)
            continue
        stays = first.setdefault(one.uid or f"? {one.asked}", one)
        if stays is not one:
            aliases |= {name: stays.name for name in (one.asked, one.name) if name}
    return Roll(tuple(first.values()), aliases, tuple(missing))


async def _identify(hub: Hub, server: str, cluster: str | None, seconds: float) -> Known | Answered:
    arguments = {"kind": "Namespace", "name": "kube-system", "fields": [_UID]}
    if cluster:
        arguments["cluster"] = cluster
    try:
        got = await hub.call(server, GET, arguments, _Got, seconds=seconds)
    except (ForbiddenError, NotFoundError):  # or there is no such cluster: its servers say so
        return Known(cluster, cluster or "")
    except ToolError as error:
        return failure(server, GET, error, cluster or "", what=f"cluster {cluster or 'by default'}")
    return Known(cluster, got.cluster, next(iter(got.fields.get(_UID, ())), ""))
