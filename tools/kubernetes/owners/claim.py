"""Who would take a field back: an owner's claim, what shows it, and where the change belongs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clusterwright.tools.field_path import Path
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Claim:
    """An owner of what would be written."""

    owner: str
    """As "Helm release cart in namespace shop"."""
    shown_by: str
    """The label, annotation or reference that shows it."""
    where: str
    """Where the change belongs."""
    server: str
    """The domain of the MCP server that can make it there."""
    ref: Ref | None = None
    """The object to change instead, when it is one of this cluster."""
    release: Ref | None = None
    """The release that it is part of, which is no object."""
    manager: str = ""
    """The field manager that it is known by."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be written: an object with its managedFields, and paths; None: all of it."""

    manifest: Manifest
    paths: Sequence[Path] | None
    around: Snapshot

    @property
    def desired(self) -> bool:
        """Whether something is written that is kept elsewhere too: anything but labels and such."""
        return self.paths is None or any(one[0] not in {"metadata", "status"} for one in self.paths)

    @property
    def marks(self) -> list[Path]:
        """The labels and annotations that are written."""
        return [one for one in self.paths or () if one[0] == "metadata"]


Owner = Callable[[Question], Iterable[Claim]]
