"""The way in for heavy queries: few at a time, the others in a line that does not grow."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from clusterwright.tools.errors import BusyError
from clusterwright.tools.prometheus.client.lane import HEAVY_AT_A_TIME

LONGEST_LINE = 32
LONGEST_WAIT_SECONDS = 60.0


class Gate:
    """First come, first served; who gives up leaves the line."""

    def __init__(self, at_a_time: int = HEAVY_AT_A_TIME, line: int = LONGEST_LINE) -> None:
        """Take how many pass at a time, and how many may wait."""
        self._places = anyio.Semaphore(at_a_time)
        self._line = line
        self._waiting = 0

    @asynccontextmanager
    async def passed(self, wait: float = LONGEST_WAIT_SECONDS) -> AsyncGenerator[None]:
        """Hold a place; raise BusyError where the line is full or does not move within `wait` s."""
        if self._waiting >= self._line and not self._places.value:
            raise BusyError(
                f"{self._waiting} heavy queries wait for this backend already",
                hint="wait for those that were asked, or ask for something lighter",
            )
        self._waiting += 1
        try:
            await self._enter(wait)
        except TimeoutError as error:
            raise BusyError(
                f"no heavy query came to its end within {wait:.0f} s",
                hint="ask fewer at once, each for a shorter range or fewer series",
            ) from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    async def _enter(self, wait: float) -> None:
        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.fail_after(wait):
                await self._places.acquire()
