"""One phase of an operation: how far it is, what it waits for, and whether it takes too long."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.cluster_api.cause import Cause
from clusterwright.tools.cluster_api.phases.usual import Limit
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_LONGEST_MESSAGE = 240


class Operation(StrEnum):
    """What happens to a Cluster."""

    CREATION = "creation"
    UPGRADE = "upgrade"
    ROLLOUT = "rollout"
    SCALING = "scaling"
    DELETION = "deletion"
    NONE = "none"


class State(StrEnum):
    """How far a phase is."""

    DONE = "done"
    UNDER_WAY = "under way"
    WAITING = "waiting"
    """A phase before it is not done yet."""
    BLOCKED = "blocked"
    """It does not go on by itself, as far as can be seen."""


class Awaited(BaseModel):
    """The lowest object that a phase waits for, and what that says."""

    model_config = ConfigDict(frozen=True)

    ref: Ref
    reason: str = ""
    message: str = ""
    since: datetime | None = None

    def __str__(self) -> str:
        """Return it as the end of a sentence, the object's words in marks."""
        said = f" {quoted(self.message)}" if self.message else ""
        reason = f": {word(self.reason)}" if self.reason else ""
        return f"{self.ref}{reason}{said}"


class Phase(BaseModel):
    """One phase, in the order in which Cluster API does them."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="As in: control plane initialized, pool gpu.")
    state: State
    done: int | None = Field(default=None, description="Machines that are through.")
    of: int | None = Field(default=None, description="Machines in all.")
    old: int = Field(default=0, description="Machines that are still to go.")
    waits_for: Awaited | None = Field(default=None, description="The lowest object, in its words.")
    since: datetime | None = Field(default=None, description="When it began.")
    limit_seconds: int | None = Field(
        default=None, description="The longest that the provider's own tests wait."
    )
    limit_source: str = Field(default="", description="The file that says so.")
    late: bool = Field(default=False, description="Takes longer than that.")

    @property
    def open(self) -> bool:
        """Whether it is this phase that something has to happen in."""
        return self.state in {State.UNDER_WAY, State.BLOCKED}

    @property
    def counted(self) -> str:
        """How many machines are through, where that is known."""
        old = f", {self.old} to go" if self.old else ""
        return old.lstrip(", ") if self.of is None else f"{self.done or 0} of {self.of}{old}"

    def line(self, now: datetime) -> str:
        """Return a line for a reader."""
        count = f" {self.counted}" if self.counted else ""
        since = f" for {span(now - self.since)}" if self.since and self.open else ""
        limit = f", at most {_minutes(self.limit_seconds)} in its provider's tests" * (
            self.open and self.limit_seconds is not None
        )
        late = ", LATE" if self.late else ""
        waits = f"\n      waits for {self.waits_for}" if self.waits_for else ""
        return f"{_SIGNS[self.state]} {self.name}{count}: {self.state}{since}{limit}{late}{waits}"


_SIGNS = {State.DONE: "  ", State.UNDER_WAY: "> ", State.WAITING: "  ", State.BLOCKED: "! "}


def awaited(cause: Cause | None) -> Awaited | None:
    """Return what a cause says, as a phase tells it."""
    if cause is None:
        return None
    message = one_line(cause.message, _LONGEST_MESSAGE)
    return Awaited(ref=cause.ref, reason=cause.reason, message=message, since=cause.since)


def timed(phase: Phase, since: datetime | None, limit: Limit | None, now: datetime) -> Phase:
    """Return a phase with when it began, and whether it takes longer than it should."""
    if phase.state in {State.DONE, State.WAITING}:
        return phase
    seconds = limit.seconds if limit else None
    late = seconds is not None and since is not None and (now - since).total_seconds() > seconds
    told: dict[str, object] = {"since": since, "late": late}
    if limit is not None:
        told |= {"limit_seconds": limit.seconds, "limit_source": limit.source}
    return phase.model_copy(update=told)


def _minutes(seconds: int | None) -> str:
    return f"{(seconds or 0) // 60}m"
