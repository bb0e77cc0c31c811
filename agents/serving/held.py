"""A hub that stays open between calls, in a task of its own: it must be closed where it opened."""

import asyncio
from collections.abc import Mapping

from mcp.client.session import ElicitationFnT

from clusterwright.agents.hub import Hub, Target, connect
from clusterwright.tools.errors import UnreachableError


class Held:
    """Connected servers, from now until `aclose`, whichever tasks come and go meanwhile."""

    def __init__(self, servers: Mapping[str, Target], on_question: ElicitationFnT) -> None:
        """Begin to connect."""
        self._ready: asyncio.Future[Hub] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._hold(servers, on_question))
        self._task.add_done_callback(self._ended)

    @property
    def open(self) -> bool:
        """Whether it can be asked for its hub."""
        return not self._task.done()

    async def hub(self) -> Hub:
        """Return the hub once every server has connected, or failed to."""
        return await asyncio.shield(self._ready)  # a caller that leaves takes nobody else's

    async def aclose(self) -> None:
        """Disconnect."""
        self._stop.set()
        await asyncio.wait([self._task])

    async def _hold(self, servers: Mapping[str, Target], on_question: ElicitationFnT) -> None:
        async with connect(servers, on_question=on_question) as hub:
            self._ready.set_result(hub)
            await self._stop.wait()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if not self._ready.done():
            reason = f"the servers could not be connected: {error or 'stopped'}"
            self._ready.set_exception(UnreachableError(reason))
