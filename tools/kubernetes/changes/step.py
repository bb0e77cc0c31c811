"""What a change comes to: steps that each write one object, and what will prove their success."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clusterwright.tools.field_path import Path
from clusterwright.tools.kubernetes.changes.write import Write
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk


@dataclass(frozen=True, slots=True)
class Met:
    """What a check asks for is so."""


@dataclass(frozen=True, slots=True)
class Pending:
    """It is not so yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not come about by waiting."""

    why: str


Verdict = Met | Pending | Failed


@dataclass(frozen=True, slots=True)
class Listing:
    """Objects that a check looks at beside its own: all of a kind, by label or on a node."""

    kind: str
    namespace: str = ""
    labels: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A proof of success: what must be true of an object, and stay true, after the writes.

    `judge` gets the object, None when there is none, and the objects of `listing`.
    """

    say: str
    ref: Ref
    judge: Callable[[Manifest | None, Sequence[Manifest]], Verdict]
    listing: Listing | None = None


@dataclass(frozen=True)
class Scene:
    """All that steps are worked out from, as it was read for this purpose just now."""

    cluster: str
    stamp: datetime
    """When the plan was made: the same when it is worked out again to be applied."""
    live: Mapping[Ref, Manifest]
    """The objects that change, with managedFields; those that do not exist are not in it."""
    around: Snapshot
    """What surrounds them: pods, their workloads, budgets, autoscalers."""


@dataclass(frozen=True, slots=True)
class Step:
    """One write, why it is made, and how to go back."""

    say: str
    write: Write
    before: Manifest | None = None
    """The object as it is now; None when there is none."""
    paths: tuple[Path, ...] | None = ()
    """Fields that an owner of the object might want back; None: the object as a whole."""
    checks: tuple[Check, ...] = ()
    irreversible: str = ""
    """Why it cannot be undone; empty when it can."""
    at_stake: Risk = Risk.MEDIUM
    """What that it cannot be undone puts at risk."""
    predicate: bool = False
    """One of a set that is evaluated anew: a plan is not bound to its members."""
    notes: tuple[str, ...] = field(default=())
    """What whoever approves should know."""

    @property
    def ref(self) -> Ref:
        """The object that it writes."""
        return self.write.ref
