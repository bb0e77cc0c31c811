"""What was found out about a rule before anything is written: promtool's word, and the server's."""

from dataclasses import dataclass

from clusterwright.tools.errors import ConflictError
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Checked:
    """What promtool says of a rule."""

    version: str = ""
    """Empty where there is no promtool."""
    why_not: str = ""
    """Why there is none."""
    refused: str = ""
    """What it says against the rule; empty where it is well."""
    older: bool = False
    """Whether it is older than the server, which may know more than it."""
    tested: bool = False
    failed: str = ""
    """How the unit test that was given failed."""


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """What is known of a rule that is to be."""

    surroundings: Snapshot
    """Every Prometheus of the operator, and the namespaces."""
    backend: str
    checked: Checked
    series: int
    """How many its expression gives at this moment."""
    doubt: str = ""
    """What the parser here found wrong, which the server does not."""


def trial_of(scene: Scene, ref: Ref) -> RuleTrial:
    """Return what the survey found for a change of rules."""
    found = scene.prepared.get(ref)
    if not isinstance(found, RuleTrial):
        raise ConflictError(f"nothing is known of {ref}", hint="this is a fault of ours")
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object as a change of rules makes it."""

    manifest: Manifest
    groups: tuple[Manifest, ...]
    """All groups of the object, or of its file."""
    group: Manifest
    """The one that changes."""
    rule: Manifest
    before: Manifest | None = None
    """The rule as it is; None for a new one."""
