"""What a change comes to: steps that each write one object, and what will prove their success."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clusterwright.tools.change import FieldChange
from clusterwright.tools.field_path import Path
from clusterwright.tools.kubernetes.changes.write import Write
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk


@dataclass(frozen=True, slots=True)
class Met:
    """What a check asks for is so."""

    how: str = ""
    """What shows it, where that is more than the check itself says."""


@dataclass(frozen=True, slots=True)
class Pending:
    """It is not so yet."""

    why: str
    stuck: bool = False
    """Something says that it does not work: waiting for long will hardly help."""


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

    `judge` gets the object, None when there is none, and the objects of `listings`, one after the
    other. `seconds` is for what takes longer than a policy gives to proofs in general.
    """

    say: str
    ref: Ref
    judge: Callable[[Manifest | None, Sequence[Manifest]], Verdict]
    listings: tuple[Listing, ...] = ()
    seconds: float = 0
    beyond: Manifest | None = None
    """What the domain's `look` is asked for, whose answer is judged in place of the object."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was read of another cluster, or why nothing could be."""

    snapshot: Snapshot | None
    identity: str = ""
    why_not: str = ""


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
    identity: str = ""
    """What tells the cluster from any other."""
    elsewhere: Mapping[Ref, Elsewhere] = field(default_factory=dict["Ref", Elsewhere])
    """Other clusters that the change is felt on, by the object that stands for them here."""
    prepared: Mapping[Ref, object] = field(default_factory=dict["Ref", object])
    """What a domain's survey worked out for its own kinds, by what it is about."""


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
    passing: bool = False
    """Its object goes thereby, so that what was written there is not expected to stay."""
    predicate: bool = False
    """One of a set that is evaluated anew: a plan is not bound to its members."""
    notes: tuple[str, ...] = field(default=())
    """What whoever approves should know."""
    risks: tuple[tuple[Risk, str], ...] | None = None
    """What is at stake, where the change itself knows; None: the general rules judge it."""
    copy_of: Manifest | None = None
    """What a new object is a copy of: what is in both is not shown once more."""
    rests_on: Json = None
    """What else it was worked out from: the plan does not hold once that is different."""
    follows: bool = False
    """It writes an object that an earlier step of its change wrote; `before` is as that left it."""
    remade: bool = False
    """What it ends is made again by itself: the other steps can be undone without it."""
    carried_by: Ref | None = None
    """The run of a program in the same plan that writes it: it is tried, and not written here."""
    told: tuple[FieldChange, ...] = ()
    """What a run changes beside the objects that it writes, as it may be shown."""
    inverse: Manifest | None = None
    """The change that undoes a run."""
    back: Manifest | None = None
    """What the way back has to know, beside the fields: a domain's own inverse proves by it."""
    secrets: frozenset[str] = frozenset()
    """Texts that are not to be told of it, wherever they stand."""
    random: tuple[Path, ...] = ()
    """Fields that come out otherwise each time: shown, and not what a plan is bound to."""

    @property
    def ref(self) -> Ref:
        """The object that it writes."""
        return self.write.ref
