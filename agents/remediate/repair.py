"""What came of each root cause that was to be repaired."""

from dataclasses import dataclass, field
from enum import StrEnum

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.tools.finding import Remedy


class Result(StrEnum):
    """How a repair ended."""

    FIXED = "fixed"
    """The finding is gone, and nothing new has appeared."""
    PLANNED = "planned"
    """It would be changed; this was a dry run."""
    ASKS = "asks"
    """A value is needed that only a person can know."""
    REFUSED = "refused"
    """It must not be done here; the reasons tell where."""
    DECLINED = "declined"
    """Nobody approved it."""
    UNDONE = "undone"
    """It did not help, or made something worse, and was undone."""
    FAILED = "failed"
    """It did not work, and something stands that was done."""
    NO_REMEDY = "no remedy"
    """Nothing is known that would repair it; it needs a person."""

    @property
    def touched(self) -> bool:
        """Whether the cluster was written to."""
        return self in {Result.FIXED, Result.UNDONE, Result.FAILED}


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
