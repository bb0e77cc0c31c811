"""The answer of k8s_list: counted by state, rows for the unhealthy ones and a page of the rest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import Field

from clusterwright.tools.answer import Answer, columns

_STATES = 20
"""States told by name; a kind whose phase is free text could have as many as objects."""
Cells = dict[str, str]


class Listing(Answer):
    """One page of a kind."""

    kind: str
    namespace: str | None = Field(default=None, description="Absent: all namespaces.")
    total: int
    unhealthy: int
    states: dict[str, int] = Field(description="All objects by state, not only those shown.")
    common: Cells = Field(default_factory=dict, description="Columns equal in every row shown.")
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = Field(default=(), description="Unhealthy ones first.")
    next_cursor: str | None = Field(default=None, description="Continues; absent on the last page.")

    def render(self) -> str:
        """Return the counts, the columns that all rows share, and the rows."""
        lines = [f"{self.total} {self.kind} in {self._place()}{self._counts()}"]
        if self.common:
            lines.append("all shown: " + ", ".join(f"{k}={v}" for k, v in self.common.items()))
        if self.rows:
            lines.append(columns(self.columns, list(self.rows)))
        if self.next_cursor:
            lines.append(f"{len(self.rows)} of {self.total} shown; more: cursor={self.next_cursor}")
        return "\n".join(lines)

    def _place(self) -> str:
        return f"namespace {self.namespace}" if self.namespace else self.cluster

    def _counts(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in self.states.items())
        return f": {states} ({self.unhealthy} unhealthy)" if states else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one shape, the columns that are equal in all of them apart."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    common: Cells

    @classmethod
    def of(cls, cells: Sequence[Cells]) -> Self:
        """Return the table of cells; a column that is empty everywhere is left out."""
        names = tuple(dict.fromkeys(name for row in cells for name in row))
        values = {name: {row.get(name, "") for row in cells} for name in names}
        shared = {
            name: next(iter(found))
            for name, found in values.items()
            if len(found) == 1 and len(cells) > 1 and name != "name"
        }
        kept = tuple(name for name in names if name not in shared)
        rows = tuple(tuple(row.get(name, "") for name in kept) for row in cells)
        return cls(kept, rows, {name: value for name, value in shared.items() if value})


def count(states: Sequence[str]) -> dict[str, int]:
    """Return how many objects are in each state, most frequent first.

    Kinds of which nothing can be told (a ConfigMap) have no states. Rare ones of a kind that has
    very many are counted together.
    """
    found = Counter(one for one in states if one).most_common()
    if len(found) <= _STATES + 1:  # one alone takes no more room than a word for it
        return dict(found)
    rare = found[_STATES:]
    return {**dict(found[:_STATES]), f"in {len(rare)} other states": sum(n for _, n in rare)}
