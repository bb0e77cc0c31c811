"""How much a change can hurt, and how far a server may go on a cluster."""

from enum import StrEnum


class Risk(StrEnum):
    """What is at stake if the change is wrong."""

    LOW = "low"
    """Nothing that serves is touched, and it can be undone."""
    MEDIUM = "medium"
    """Something that serves is touched, or it cannot be undone."""
    HIGH = "high"
    """Data, access or a whole service is at stake."""

    @property
    def rank(self) -> int:
        """How risks are compared."""
        return list(Risk).index(self)


class Access(StrEnum):
    """What a server may do to a cluster."""

    READ = "read"
    PLAN = "plan"
    """Work changes out by dry runs; nothing is ever stored in the cluster."""
    WRITE = "write"

    @property
    def rank(self) -> int:
        """How modes are compared: each may do what those before it may."""
        return list(Access).index(self)
