"""What a provider's condition or message means: one row of a table, and how it is matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_LONGEST = 2_000
"""Characters of a message that are searched; providers put the cloud's error first."""


class Fault(StrEnum):
    """What kind of thing is wrong, whichever provider says it."""

    CREDENTIAL = "credential"
    """The identity is missing, wrong, or may not do what is asked."""
    QUOTA = "quota"
    """The account may not have more of it."""
    CAPACITY = "capacity"
    """The cloud itself has none left, here and now."""
    SIZE = "size"
    """The machine type is unknown, or not offered here."""
    IMAGE = "image"
    NETWORK = "network"
    BOOTSTRAP = "bootstrap"
    """The machine's first data or first commands: certificates, cloud-init, SSH."""
    HOST = "host"
    """A physical machine: none is free, or it cannot be driven."""
    GONE = "gone"
    """It was there, and somebody or something removed or stopped it."""
    PROGRESS = "progress"
    """Nothing is wrong: it takes its time."""


@dataclass(frozen=True, slots=True)
class Row:
    """A condition that says something; what is empty fits anything."""

    fault: Fault
    do: str
    """What to do about it, in words."""
    conditions: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    """One of these is in the message; lower case. Plain words, so that a search is linear."""
    whole: bool = False
    """It holds for all machines of a Cluster, not for the one that says it."""
    patience: timedelta | None = None
    """How long this takes at most where all is well; only for what takes its time."""

    def fits(self, condition: str, reason: str, message: str) -> bool:
        """Return whether a condition says this; `message` in lower case."""
        return (
            (not self.conditions or condition in self.conditions)
            and (not self.reasons or reason in self.reasons)
            and (not self.words or any(word in message for word in self.words))
        )


@dataclass(frozen=True, slots=True)
class Provider:
    """The kinds of one provider, and what their conditions mean: the first row that fits counts."""

    name: str
    kinds: tuple[str, ...]
    """How the names of its kinds begin."""
    source: str
    """Project, version and files that the names and words were read in."""
    rows: tuple[Row, ...]


def meaning(
    providers: Sequence[Provider], kind: str, condition: str, reason: str, message: str
) -> Row | None:
    """Return what a condition of an object of a kind means; None where no table says it."""
    said = message[:_LONGEST].lower()
    for provider in providers:
        if kind.startswith(provider.kinds):
            return next((row for row in provider.rows if row.fits(condition, reason, said)), None)
    return None


def any_of(*words: str) -> frozenset[str]:
    """Return names of conditions or reasons, any of which is meant."""
    return frozenset(words)
