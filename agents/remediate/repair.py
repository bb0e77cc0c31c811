"""What came of each root cause that was to be repaired."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from clusterwright.agents.diagnose.diagnosis import RootCause, Symptom, named
from clusterwright.agents.remediate.told import Planned
from clusterwright.tools.finding import Remedy

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class Result(StrEnum):
    """How a repair ended."""

    FIXED = "fixed"
    """The finding is gone, and nothing new has appeared but what it may have hidden."""
    GONE = "gone"
    """It went away by itself, as a rule with what was repaired before it."""
    PLANNED = "planned"
    """It would be changed; this was a dry run."""
    ASKS = "asks"
    """A value is needed that only a person can know."""
    REFUSED = "refused"
    """It must not be done here, or no more as it was planned; the reasons tell where, and why."""
    DECLINED = "declined"
    """Nobody approved it."""
    UNDONE = "undone"
    """It did not help, made something worse or could not be proven, and was undone."""
    FAILED = "failed"
    """It did not work, and something stands that was done, or nobody knows what was."""
    NOT_TRIED = "not tried"
    """Who told of it did not answer again, so nobody knows whether it is gone."""
    NO_REMEDY = "no remedy"
    """Nothing is known that would repair it; it needs a person."""

    @property
    def touched(self) -> bool:
        """Whether the cluster was written to."""
        return self in {Result.FIXED, Result.UNDONE, Result.FAILED}


class Happened(StrEnum):
    """What a moment of a repair was."""

    BEGAN = "began"
    """The cause, as far as the cluster tells."""
    SEEN = "seen"
    PLANNED = "planned"
    REFUSED = "refused"
    APPROVED = "approved"
    APPLIED = "applied"
    """All steps took place, and the server's own proofs held."""
    PROVEN = "proven"
    """The finding is gone, and what stays or shows only now is told."""
    UNDONE = "undone"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, and when, in UTC."""

    at: datetime
    what: Happened
    said: str = ""


def began(root: RootCause) -> list[Moment]:
    """Return when a root cause began, if that is known."""
    return [Moment(root.since, Happened.BEGAN, root.title)] if root.since else []


@dataclass(frozen=True, slots=True)
class Left:
    """What was there after a cause was repaired: a symptom that stays, or what shows only now."""

    symptom: Symptom
    why: str = ""
    """What else explains that it is; empty: nothing known."""
    shows: bool = False
    """Whether it is no symptom, but a problem of the same object that was not told before."""


@dataclass
class Repair:
    """One root cause, and what was done about it."""

    root: RootCause
    result: Result = Result.NO_REMEDY
    remedy: Remedy | None = None
    plan: str = ""
    told: list[str] = field(default_factory=list[str])
    """What was planned and done, in lines of the server's own answers."""
    reasons: list[str] = field(default_factory=list[str])
    """Why it ended as it did."""
    server: str = ""
    """The server that planned it."""
    planned: Planned | None = None
    proven: list[str] = field(default_factory=list[str])
    """Proofs that held after the change."""
    left: list[Left] = field(default_factory=list[Left])
    """Symptoms that had not gone when it was proven, and what its object shows only since."""
    moments: list[Moment] = field(default_factory=list[Moment])
    asked: list[str] = field(default_factory=list[str])
    """What only a person can tell or decide."""
    elsewhere: list[str] = field(default_factory=list[str])
    """Where the change belongs, if not where it was asked for."""

    @property
    def shows(self) -> list[str]:
        """What the object of a cause that is gone shows only now."""
        shown = (one.symptom for one in self.left if one.shows and self.result is Result.FIXED)
        return [f"{named(one.code, one.subject)} ({one.severity})" for one in shown]
