"""One stage on the way from a PCI device to a pod, and what became of it on a node."""

from dataclasses import dataclass
from enum import StrEnum

from clusterwright.tools.finding import Evidence
from clusterwright.tools.ref import Ref


class State(StrEnum):
    """How a stage stands on one node."""

    OK = "ok"
    BROKEN = "broken"
    """It does not work, and nothing before it is the reason."""
    SYMPTOM = "symptom"
    """It does not work because an earlier stage does not."""
    WORKING = "working"
    """It is under way and may yet end well."""
    NOT_USED = "not used"
    """This node does without it: no MIG, no DRA, a driver that the host brings."""
    UNKNOWN = "unknown"
    """What it rests on could not be read."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the funnel: `driver`, `toolkit`, ... with why it stands as it does."""

    name: str
    state: State
    why: str = ""
    """One line; of other people's words only what is marked as such."""
    code: str = ""
    """Of the finding that says this, when it is broken."""
    ref: Ref | None = None
    """The object that shows it: a pod, a DaemonSet, the node."""
    evidence: tuple[Evidence, ...] = ()
    logs: tuple[tuple[Ref, str], ...] = ()
    """Pod and container whose log may tell why."""
