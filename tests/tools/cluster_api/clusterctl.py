"""What `clusterctl describe cluster` draws, read back: one line for each object.

The drawing is columns under a header, the first of which holds the branches (cmd/clusterctl/cmd,
describe_cluster.go). A condition's line has no namespace in its name, and is passed over.
"""

import re
from dataclasses import dataclass

_OBJECT = re.compile(r"(?P<kind>[A-Z][A-Za-z0-9]*) (?P<namespace>[a-z0-9-]+)/(?P<name>[a-z0-9.-]+)")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object as it is drawn: its summary's status and reason, empty where it has none."""

    kind: str
    namespace: str
    name: str
    status: str
    reason: str


def read(drawing: str) -> list[Drawn]:
    """Return the objects of a drawing that was made without conditions, in its order."""
    header, *lines = drawing.splitlines()
    status, reason, since = (header.index(name) for name in ("STATUS", "REASON", "SINCE"))
    found: list[Drawn] = []
    for line in lines:
        named = _OBJECT.search(line[:status])
        if named:
            cells = line[status:reason].strip(), line[reason:since].strip()
            found.append(Drawn(named["kind"], named["namespace"], named["name"], *cells))
    return found
