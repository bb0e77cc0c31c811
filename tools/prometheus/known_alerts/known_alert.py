"""What is known of an alert by its name alone."""

from dataclasses import dataclass

RUNBOOKS = "https://runbooks.prometheus-operator.dev/runbooks/"


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """One alert that many clusters have, as the mixins ship it."""

    name: str
    means: str
    """One sentence."""
    check: str
    """What to do next, with the tool that does it."""
    causes: tuple[str, ...]
    """The usual ones, most frequent first."""
    subject: tuple[str, ...] = ()
    """Labels that name what it is about, the most specific first; none: the whole cluster."""
    codes: tuple[str, ...] = ()
    """Findings that usually explain it."""
    runbook: str = ""
    """Path in prometheus-operator/runbooks; empty where there is none."""
    healthy: bool = False
    """Whether it fires where all is well, by design."""

    @property
    def link(self) -> str:
        """The runbook's address; empty where there is none."""
        return f"{RUNBOOKS}{self.runbook.lower()}" if self.runbook else ""
