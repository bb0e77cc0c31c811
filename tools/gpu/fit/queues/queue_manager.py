"""What a queue manager is here: how its pods are known, and what it says of one that waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.snapshot import Snapshot

_LONGEST = 240


@dataclass(frozen=True, slots=True)
class QueueManager:
    """A program that lets pods run in an order of its own."""

    name: str
    kinds: tuple[str, ...]
    """What it writes its reasons into, as a Ref spells kinds; they may not be served."""
    manages: Callable[[Manifest], bool]
    held: Callable[[Manifest, Snapshot], Iterator[str]]
    """Yields why a pod is kept back, with what would help."""
    ignored: frozenset[str] = frozenset()
    """Resources that it hands out itself, so that no node need offer them."""
    unjudged: tuple[str, ...] = ()
    """What it looks at beyond the scheduler's own rules."""


def said(condition: Manifest) -> str:
    """Return the reason and the message of a condition, as the words of others."""
    reason, message = word(text(condition, "reason")), text(condition, "message")
    words = f": {quoted(one_line(message, _LONGEST))}" if message else ""
    return f"{reason or 'no reason'}{words}"
