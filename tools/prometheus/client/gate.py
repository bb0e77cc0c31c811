"""The way in for heavy queries: few at a time, the others in a line that does not grow."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

from clusterwright.tools.errors import BusyError
from clusterwright.tools.prometheus.client.lane import HEAVY_AT_A_TIME
from clusterwright.tools.turn import waiting

LONGEST_LINE = 64
LONGEST_WAIT_SECONDS = 25.0
"""Less than a question may take, so that who gives up is told what it waited for."""


class Gate:
    """First come, first served; who gives up leaves the line."""

    def __init__(self, at_a_time: int = HEAVY_AT_A_TIME, line: int = LONGEST_LINE) -> None:
        """Take how many pass at a time, and how many may wait."""
        self._at_a_time = at_a_time
        self._places = anyio.Semaphore(at_a_time)
        self._line = line
        self._waiting = 0
        self._surplus = 0
        """Places to be taken away when who has them leaves."""

    def narrow(self, at_a_time: int) -> None:
        """Let no more than so many pass at a time; those inside are not sent out."""
        self._surplus += max(self._at_a_time - at_a_time, 0)
        self._at_a_time = min(self._at_a_time, at_a_time)
        while self._surplus and self._places.value:
            self._places.acquire_nowait()
            self._surplus -= 1

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
                f"the turn of this query did not come within {wait:.0f} s: heavy ones are asked"
                f" {self._at_a_time} at a time of this backend",
                hint="ask fewer at once, each for a shorter range or fewer series",
            ) from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._surplus:
            self._surplus -= 1
        else:
            self._places.release()

    async def _enter(self, wait: float) -> None:
        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            await self._line_up(wait)

    async def _line_up(self, wait: float) -> None:
        async with waiting():
            with anyio.fail_after(wait):
                await self._places.acquire()


class Place:
    """A place that the first heavy query of a question takes, and the later ones keep.

    If each stood in line anew, all questions of a line would be begun before one was answered.
    """

    def __init__(self, until: AsyncExitStack) -> None:
        """Take what lasts as long as the question."""
        self._until = until
        self._taken = False

    async def take(self, gate: Gate) -> None:
        """Wait for the place, the first time; raise BusyError as the gate does."""
        if not self._taken:
            await self._until.enter_async_context(gate.passed())
            self._taken = True
