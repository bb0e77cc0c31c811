"""What every view of a release is: a part of its record, cut to a page, told in lines."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from anyio import to_thread
from pydantic import BaseModel, ConfigDict

from clusterwright.tools.coverage import Gap
from clusterwright.tools.helm.record import Release, Revision
from clusterwright.tools.helm.store import record
from clusterwright.tools.helm.veil import Veil

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


@dataclass(frozen=True, slots=True)
class Asked:
    """What a view is of: a revision among those that are kept, a place in it, where to begin."""

    connection: "Connection"
    revisions: tuple[Revision, ...]
    """Of the release, newest first."""
    revision: Revision
    path: str
    offset: int
    limit: int | None

    async def record(self) -> tuple[Release, Veil]:
        """Return the revision whole, and what blanks its secrets."""
        release = await record(self.connection, self.revision)
        return release, await to_thread.run_sync(Veil.of, release)


class View(BaseModel, ABC):
    """A view that begins where it was asked to, and may hold more than an answer has room for."""

    model_config = ConfigDict(frozen=True)
    step: ClassVar[int] = 1
    """How far one unit of a page is."""

    @property
    @abstractmethod
    def units(self) -> int:
        """How many rows there are, or other units of which a page is made."""

    @property
    def end(self) -> int:
        """Where the whole ends, counted like the place where a page begins; 0: with this page."""
        return 0

    @abstractmethod
    def first(self, units: int) -> Self:
        """Return the view with the first of its units."""

    @abstractmethod
    def lines(self) -> list[str]:
        """Return the view for a reader."""


@dataclass(frozen=True, slots=True)
class Read:
    """A view, and what could not be read for it."""

    view: View
    gaps: tuple[Gap, ...] = ()
