"""Which clusters answer, and which of them are the same under two names."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import anyio
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.agents.diagnose.address import Address, Addresses
from clusterwright.agents.diagnose.gather import Answered, Offers, failure
from clusterwright.agents.hub import Hub
from clusterwright.tools.errors import ForbiddenError, NotFoundError, ToolError

if TYPE_CHECKING:
    from mcp_types import Tool

GET = "k8s_get"
SIDE_BY_SIDE = 16
"""Clusters that are asked at once."""
ROLL_SECONDS = 15.0
"""What it may take a cluster to say who it is."""
_UID = "metadata.uid"
T = TypeVar("T")
R = TypeVar("R")


class Got(BaseModel):
    """What is read of an object."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    fields: dict[str, list[str | int]] = Field(default_factory=dict[str, list[str | int]])

    def first(self, path: str) -> str:
        """Return the value at a path, or ""."""
        return str(next(iter(self.fields.get(path, ())), ""))


@dataclass(frozen=True, slots=True)
class Known:
    """A cluster that answers, or that may."""

    asked: str | None
    """As tools take it; None: the one that each server is pinned to."""
    name: str = ""
    """As its answers name it."""
    uid: str = ""
    """Of its namespace kube-system; empty where that could not be read."""
    address: Address | None = None
    """Where the kubeconfig leads to it; None where that is not known."""


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

    async def ask(server: str) -> None:
        """Keep the tools of one server."""
        with suppress(ToolError):
            found[server] = await hub.tools(server)

    await each(hub.servers, ask, SIDE_BY_SIDE)
    return {server: found[server] for server in hub.servers if server in found}


def offering(offers: Offers, tool: str) -> str:
    """Return the first server that has a tool, or ""."""
    return next((server for server, tools in offers.items() if tool in tools), "")


@dataclass(frozen=True, slots=True)
class Roll:
    """The clusters to ask, each once."""

    present: tuple[Known, ...]
    aliases: dict[str, str]
    """Other names of those, by the name that they go by."""
    missing: tuple[Answered, ...]
    """Why the others cannot be asked."""


async def call_roll(
    hub: Hub,
    offers: Offers,
    clusters: Sequence[str | None],
    addresses: Addresses | None = None,
    *,
    seconds: float = ROLL_SECONDS,
) -> Roll:
    """Ask clusters who they are; of those that are one, the first stays.

    They are one if they say the same uid and the kubeconfig leads to one address. The uid alone
    tells nothing: a copy of a cluster has it too. A cluster that does not answer in time is
    missing. One that answers and does not say who it is stays.
    """
    server, known = offering(offers, GET), addresses or {}

    async def ask(cluster: str | None) -> Known | Answered:
        if not server:
            return Known(cluster)
        found = await identify(hub, server, cluster, min(seconds, ROLL_SECONDS))
        return found if isinstance(found, Answered) else replace(found, address=known.get(cluster))

    first: dict[tuple[object, ...], Known] = {}
    aliases: dict[str, str] = {}
    missing: list[Answered] = []
    for one in await each(list(dict.fromkeys(clusters)), ask, SIDE_BY_SIDE):
        if isinstance(one, Answered):
            missing.append(one)
            continue
        own = (one.uid, one.address) if one.uid and one.address else (one.asked,)
        stays = first.setdefault(own, one)
        if stays is not one:
            aliases |= {name: stays.name for name in (one.asked, one.name) if name}
    return Roll(tuple(first.values()), aliases, tuple(missing))


async def identify(hub: Hub, server: str, cluster: str | None, seconds: float) -> Known | Answered:
    """Return who a cluster says it is, or why it says nothing."""
    arguments = {"kind": "Namespace", "name": "kube-system", "fields": [_UID]}
    if cluster:
        arguments["cluster"] = cluster
    try:
        got = await hub.call(server, GET, arguments, Got, seconds=seconds)
    except (ForbiddenError, NotFoundError):  # or there is no such cluster: its servers say so
        return Known(cluster, cluster or "")
    except ToolError as error:
        return failure(server, GET, error, cluster or "", what=f"cluster {cluster or 'by default'}")
    return Known(cluster, got.cluster, got.first(_UID))


def of_one_uid(present: Iterable[Known]) -> tuple[tuple[str, ...], ...]:
    """Return the names of clusters that are asked and say one uid, by uid."""
    names: dict[str, dict[str, None]] = {}
    for one in present:
        names.setdefault(one.uid, {})[one.name] = None
    return tuple(tuple(some) for uid, some in names.items() if uid and len(some) > 1)
