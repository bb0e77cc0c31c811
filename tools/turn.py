"""The turn that a call holds while it works, to be given back while it only waits for something.

A server lets few calls work at once. Those that stand in a line elsewhere, as before a backend that
is asked much, would otherwise keep all others from being answered at all.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar

import anyio


class Turn:
    """One of few turns, held by the task that made this."""

    def __init__(self, turns: anyio.Semaphore) -> None:
        """Take what was acquired."""
        self._turns = turns
        self._held = True
        self._task = anyio.get_current_task().id

    @property
    def is_of_this_task(self) -> bool:
        """Whether this is the call itself, and none of several things that it does at once."""
        return self._task == anyio.get_current_task().id

    def give_back(self) -> None:
        """Let another work; does nothing where that is so already."""
        if self._held:
            self._held = False
            self._turns.release()

    def take_again(self) -> None:
        """Hold a turn again if one is free, and otherwise go on beside those who hold one.

        Who comes out of a line holds a place that others wait for: if it waited for a turn now,
        and those who hold the turns for such a place, nobody would ever go on. The line lets out
        few, which is how many more may work at a time.
        """
        with suppress(anyio.WouldBlock):
            self._turns.acquire_nowait()
            self._held = True


TURN: ContextVar[Turn | None] = ContextVar("TURN", default=None)
"""Of the call that is at work; None where nobody counts, as in the command line."""


@asynccontextmanager
async def waiting() -> AsyncGenerator[None]:
    """Be without the turn inside the block, for a wait that takes neither memory nor time."""
    turn = TURN.get()
    if turn is None or not turn.is_of_this_task:
        yield
        return
    turn.give_back()
    try:
        yield
    finally:
        turn.take_again()
