"""How many calls work at once: a client may send more than a process has memory for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from clusterwright.tools.errors import BusyError
from clusterwright.tools.turn import TURN, Turn

RUNNING = 16
"""Calls that work at the same time. A scan of a large cluster holds tens of megabytes."""
WAITING = 1_000
"""Calls that wait for their turn, each of which holds its arguments only."""


class Limit:
    """Lets some calls run, some wait in the order in which they came, and refuses the rest."""

    def __init__(self, running: int = RUNNING, waiting: int = WAITING) -> None:
        """Let so many run and so many wait."""
        self._turns = anyio.Semaphore(running)
        self._most = waiting
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for a turn and hold it; raise BusyError when too many wait already."""
        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            await self._wait()
        turn = Turn(self._turns)
        before = TURN.set(turn)
        try:
            yield
        finally:
            TURN.reset(before)
            turn.give_back()

    async def _wait(self) -> None:
        if self._waiting >= self._most:
            raise BusyError(
                f"{self._waiting} calls wait for this server already",
                hint="send fewer at a time, and this one again in a moment",
            )
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
