"""How far a root cause reaches: what is new of it, and the symptoms that it does not list."""

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.tools.excerpt import few

_MOST_NAMED = 3


def unlisted(root: RootCause) -> list[str]:
    """Return a line for the symptoms that are listed under other root causes only, if any."""
    return [f"and {root.more_symptoms} more, as of other root causes"] * bool(root.more_symptoms)


def new_line(root: RootCause) -> str:
    """Return what is new of a root cause that was there before: the first of it, or ""."""
    return few(root.grown_by, _MOST_NAMED)
