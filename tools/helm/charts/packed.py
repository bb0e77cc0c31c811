"""An archive of a chart as it came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packed:
    """The bytes of a chart, and where they are from."""

    archive: bytes
    name: str
    """Of the file."""
    source: str
    provenance: bytes | None
    """The content of its .prov file."""
