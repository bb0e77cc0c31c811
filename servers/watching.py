"""Resources that somebody listens to: one watcher for each, only as long as anybody does.

Over 2026-07-28 a client listens as long as its request `subscriptions/listen` is open; over
2025-11-25 it subscribes until it unsubscribes, or leaves.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup
from mcp import MCPError
from mcp_types import INVALID_REQUEST

from clusterwright.servers.resources import Resources, UnknownAddressError

MOST = 32
"""Resources that a server watches at once."""
_SLOWER = 1.5
_SLOWEST = 5.0
"""How much longer than at first the pauses get, where nothing changes."""

Hear = Callable[[str], Awaitable[None]]
"""Tells a listener that the resource at an address changed."""


@dataclass
class _Watch:
    """A resource that is watched, and by whom."""

    state: str
    pause: float
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    listeners: list[Hear] = field(default_factory=list[Hear])


class Watching:
    """What the clients of a server listen to."""

    def __init__(self, resources: Resources, tasks: TaskGroup, most: int = MOST) -> None:
        """Watch `resources` with `tasks`, which end with the server."""
        self._resources = resources
        self._tasks = tasks
        self._most = most
        self._watched: dict[str, _Watch] = {}
        self._subscribed: dict[str, AsyncExitStack] = {}
        self._joining: dict[str, anyio.Lock] = {}

    @property
    def watched(self) -> tuple[str, ...]:
        """The addresses that are watched now."""
        return tuple(self._watched)

    @asynccontextmanager
    async def listening(self, uri: str, hear: Hear) -> AsyncGenerator[None]:
        """Have `hear` called at each change from now on.

        Raises UnknownAddressError, and MCPError where too many are watched already.
        """
        watch = await self._join(uri, hear)
        try:
            yield
        finally:
            watch.listeners.remove(hear)
            if not watch.listeners:
                watch.scope.cancel()
                self._watched.pop(uri, None)

    @asynccontextmanager
    async def all(self, uris: Iterable[str], hear: Hear) -> AsyncGenerator[None]:
        """Listen to several; an address at which nothing can ever be never tells anything."""
        async with AsyncExitStack() as stack:
            for uri in dict.fromkeys(uris):
                try:
                    await stack.enter_async_context(self.listening(uri, hear))
                except UnknownAddressError:
                    continue
            yield

    async def subscribe(self, uri: str, hear: Hear) -> None:
        """Listen until `unsubscribe`; raises as `listening` does."""
        if uri in self._subscribed:
            return
        stack = self._subscribed[uri] = AsyncExitStack()
        try:
            await stack.enter_async_context(self.listening(uri, hear))
        except BaseException:
            if self._subscribed.get(uri) is stack:
                del self._subscribed[uri]
            raise
        if self._subscribed.get(uri) is not stack:  # unsubscribed while it was being joined
            await stack.aclose()

    async def unsubscribe(self, uri: str) -> None:
        """Listen no more."""
        stack = self._subscribed.pop(uri, None)
        if stack is not None:
            await stack.aclose()

    async def _join(self, uri: str, hear: Hear) -> _Watch:
        """Add a listener; what it hears of is whatever changes after this returns."""
        resource = self._resources.at(uri)
        # Of one address, not of all: a cluster that answers late holds up nobody else.
        lock = self._joining.setdefault(uri, anyio.Lock())
        try:
            async with lock:
                watch = self._watched.get(uri)
                if watch is None:
                    self._check_room()
                    state = await self._resources.state(uri)
                    watch = self._watched[uri] = _Watch(state, resource.look_seconds)
                    self._tasks.start_soon(self._watch, uri, watch)
                watch.listeners.append(hear)
        finally:
            if not lock.locked():
                self._joining.pop(uri, None)
        return watch

    async def _state(self, uri: str) -> str:
        """Return what was found of what is watched: also that it cannot be, from now on."""
        try:
            return await self._resources.state(uri)
        except UnknownAddressError as error:  # its cluster's address may have become none
            return str(error)

    def _check_room(self) -> None:
        if len(self._watched.keys() | self._joining.keys()) > self._most:
            raise MCPError(
                INVALID_REQUEST,
                f"[busy] {self._most} resources are watched already."
                " Next: end a subscription that is not needed any more",
            )

    async def _watch(self, uri: str, watch: _Watch) -> None:
        first = watch.pause
        with watch.scope:
            while True:
                await anyio.sleep(watch.pause)
                found = await self._state(uri)
                if found == watch.state:
                    watch.pause = min(watch.pause * _SLOWER, first * _SLOWEST)
                    continue
                watch.state, watch.pause = found, first
                # Streams of the newer era share one way to be told, which reaches all of them.
                for hear in dict.fromkeys(watch.listeners):
                    await hear(uri)


@asynccontextmanager
async def watching(resources: Resources) -> AsyncGenerator[Watching]:
    """Watch resources until this ends."""
    async with anyio.create_task_group() as tasks:
        yield Watching(resources, tasks)
        tasks.cancel_scope.cancel()
