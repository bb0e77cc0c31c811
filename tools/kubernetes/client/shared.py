"""Reads that are under way: who asks for the same gets the same answer, not another request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio

from clusterwright.tools.errors import ToolError

_T = TypeVar("_T")


@dataclass
class _Flight(Generic[_T]):
    done: anyio.Event = field(default_factory=anyio.Event)
    answers: list[_T] = field(default_factory=list[_T])
    error: ToolError | None = None


class Shared(Generic[_T]):
    """Joins equal reads that overlap in time; nothing is kept afterwards."""

    def __init__(self) -> None:
        """Start with nothing under way."""
        self._flights: dict[str, _Flight[_T]] = {}

    async def get(self, key: str, read: Callable[[], Awaitable[_T]]) -> _T:
        """Return what `read` returns, or what an equal read under way does.

        If the one that reads is cancelled, the next in line reads.
        """
        while (flight := self._flights.get(key)) is not None:
            await flight.done.wait()
            if flight.error is not None:
                raise flight.error
            if flight.answers:
                return flight.answers[0]
        return await self._read(key, read)

    async def _read(self, key: str, read: Callable[[], Awaitable[_T]]) -> _T:
        flight = self._flights[key] = _Flight[_T]()
        try:
            flight.answers.append(await read())
        except ToolError as error:
            flight.error = error
            raise
        finally:
            del self._flights[key]
            flight.done.set()
        return flight.answers[0]
