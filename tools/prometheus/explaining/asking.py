"""Asks small questions about parts of a query, keeps count of them, and remembers the answers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.result import Labels, Result

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.client.backend import Backend

MOST = 40
"""Questions for one query."""
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question and what was found."""

    query: str
    found: str


@dataclass(slots=True)
class Asking:
    """Questions at one moment."""

    backend: "Backend"
    at: float | None
    asked: int = 0
    gaps: list[str] = field(default_factory=list[str])
    known: dict[str, Result] = field(default_factory=dict[str, Result])

    async def ask(self, query: str) -> Result | None:
        """Return what a query gives; None where it was refused, or too much was asked."""
        if query in self.known:
            return self.known[query]
        if self.asked >= MOST:
            return None
        self.asked += 1
        try:
            found = await self.backend.instant(query, self.at, lane=Lane.HEAVY, seconds=SECONDS)
        except ToolError as error:
            self.gaps.append(f"{one_line(query, 80)}: {one_line(str(error), 120)}")
            return None
        self.known[query] = found
        return found

    async def count(self, part: str) -> int | None:
        """Return how many series a part has; None where that could not be asked."""
        found = await self.ask(f"count({part})")
        return None if found is None else int(found.only or 0)

    async def value(self, query: str) -> float | None:
        """Return the one value of a query."""
        found = await self.ask(query)
        return found.only if found else None

    async def series(self, query: str) -> list[Labels]:
        """Return the labels of a query's series."""
        found = await self.ask(query)
        return [one.labels for one in found.series] if found else []
