"""Text of a cluster made short. What is cut loses its secrets first: half a key looks like none."""

from collections.abc import Sequence

from clusterwright.tools.neutral import neutral
from clusterwright.tools.redaction import redact_text

_SHORTENED = 100


def one_line(text: str, longest: int = 300) -> str:
    """Return text as one neutral line of at most `longest` characters."""
    if "\n" in text or len(text) > longest:  # where a line ends tells where a secret does
        text = redact_text(text)
    line = " ".join(neutral(text, None).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def counted(count: int, what: str) -> str:
    """Return a count with its noun: `1 root cause`, `2 root causes`."""
    return f"{count} {what}{'s' * (count != 1)}"


def few(names: Sequence[str], most: int = 5) -> str:
    """Return the first names, with how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def shorten(text: str, longest: int = _SHORTENED) -> str:
    """Return a text of at most `longest` characters; a long one loses its middle.

    The messages of a kubelet name the action first and the cause last.
    """
    shown = text if len(text) <= longest else redact_text(text)
    if len(shown) <= longest:
        return shown
    head = longest * 2 // 5
    return f"{shown[:head]}…{shown[head + 1 - longest :]}"
