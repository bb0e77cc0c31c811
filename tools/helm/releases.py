"""Releases as a list shows them: those in trouble a row each, the others a few characters each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.coverage import Gap
from clusterwright.tools.helm.record import USUALLY_KEPT, Revision, Status, deployed
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.quotation import quoted, word

Key: TypeAlias = tuple[int, str, str]
"""Those in trouble first, then by namespace and name: a page starts where the last one ended."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One release, as the labels of its records tell it."""

    newest: Revision
    running: Revision | None
    """The revision that is deployed."""
    kept: int

    @property
    def troubled(self) -> bool:
        """Whether its newest operation failed or did not end, or nothing of it is deployed."""
        if self.newest.status is Status.UNINSTALLED:
            return False
        return self.newest.status is not Status.DEPLOYED

    @property
    def key(self) -> Key:
        """Where it is in the list."""
        return (int(not self.troubled), self.newest.namespace, self.newest.name)

    def updated(self, now: datetime) -> str:
        """Return how long ago its newest revision was written."""
        return span(now - self.newest.modified) if self.newest.modified else ""

    def brief(self, now: datetime | None) -> str:
        """Return it in a few characters, with its age if `now` is told."""
        words = [self.newest.name, str(self.newest.number)]
        words += [self.updated(now)] if now else []
        if self.newest.status is not Status.DEPLOYED:
            words.append(self.newest.status.value)
        words += [f"({self.kept} kept)"] if self.kept > USUALLY_KEPT else []
        return " ".join(words)


def listed(revisions: Sequence[Revision]) -> Listed:
    """Return a release by its revisions, newest first."""
    return Listed(revisions[0], deployed(revisions), len(revisions))


class ReleaseRow(BaseModel):
    """One release in trouble, or any whose chart was asked for."""

    model_config = ConfigDict(frozen=True)

    release: str = Field(description="namespace/name.")
    revision: int
    status: Status
    updated: str = Field(default="", description="How long ago.")
    kept: int = Field(description="Revisions kept.")
    deployed: int | None = Field(default=None, description="Revision that runs, if another one.")
    chart: str | None = Field(default=None, description="name-version.")
    app_version: str | None = None
    reason: str | None = Field(default=None, description="As Helm recorded it.")

    def lines(self) -> list[str]:
        """Return the row, and its reason on a line of its own."""
        words = [self.release, f"revision {self.revision}", self.status.value]
        words += [self.updated] if self.updated else []
        words += [f"{self.kept} kept"]
        if self.deployed:
            words.append(f"{self.deployed} deployed")
        elif self.status is not Status.DEPLOYED:
            words.append("none deployed")
        words += [word(self.chart)] if self.chart else []
        words += [f"app {word(self.app_version)}"] if self.app_version else []
        return [", ".join(words), *([f"  {quoted(self.reason)}"] if self.reason else [])]


class ReleaseList(Answer):
    """One page of the releases."""

    total: int
    troubled: int
    statuses: dict[Status, int] = Field(description="Of the newest revisions of all releases.")
    revisions: int = Field(description="Kept, of all releases.")
    rows: tuple[ReleaseRow, ...] = Field(default=(), description="Those in trouble first.")
    well: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="By namespace: name, revision, how long ago updated."
    )
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    note: str | None = None
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts, a row for each in trouble, and a line for each namespace."""
        counts = ", ".join(f"{n} {status.value}" for status, n in self.statuses.items())
        none = "they could not all be read" if self.gaps else "none"
        told = f"{counts}; {self.revisions} revisions kept" if counts else none
        lines = [f"{self.total} releases on {self.cluster}: {told}"]
        lines += [line for row in self.rows for line in row.lines()]
        lines += [f"{place}: {', '.join(names)}" for place, names in self.well.items()]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        lines += [f"[{self.note}]"] if self.note else []
        lines += [f"More: cursor={self.next_cursor}"] if self.next_cursor else []
        return "\n".join(lines)
