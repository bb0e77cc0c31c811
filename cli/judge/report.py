"""What the judge reports: a row for each scenario, and one line that sums them up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.tools.finding import Finding


@dataclass
class Row:
    """One scenario's outcome; filled in while it is judged."""

    name: str
    trap: bool
    developed: float | None = None
    """Seconds until the fault, or the trap, was really there."""
    missed: tuple[Truth, ...] = ()
    wrong: list[Finding] = field(default_factory=list[Finding])
    silent: float | None = None
    """Seconds from the cure until nothing was reported any more; not for a trap."""
    failure: str = ""
    """Why it could not be judged to the end."""

    @property
    def right(self) -> bool:
        """Whether all that is true was told, nothing else, and nothing after the cure."""
        if self.failure or self.developed is None or self.missed or self.wrong:
            return False
        return self.trap or self.silent is not None


@dataclass(frozen=True)
class JudgeReport:
    """All rows."""

    rows: Sequence[Row]

    @property
    def right(self) -> bool:
        """Whether every scenario came out right; with no rows nothing did."""
        return bool(self.rows) and all(row.right for row in self.rows)

    def summary(self) -> str:
        """Return the last line."""
        faults = [row for row in self.rows if not row.trap]
        traps = [row for row in self.rows if row.trap]
        return (
            f"scenarios: {sum(row.right for row in faults)} faults found of {len(faults)}, "
            f"{sum(row.right for row in traps)} traps silent of {len(traps)}"
        )
