"""Pick the line of a log that says why a program ended."""

import re
from collections.abc import Sequence

LONGEST_LINE = 400
_LAST_LINES = 200

_SIGNS = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in (
        (r"(?i)\b(?:fatal|panic|emerg(?:ency)?|critical)\b", 6),
        (r"^\s*(?:\w{1,60}\.){0,8}\w{0,60}(?:Error|Exception)\b", 5),
        (r"(?i)\b(?:uncaught|unhandled)\b", 4),
        (r"(?i)\berror\b|level=error|\"error\"|\bERR\b", 4),
        (r"(?i)\b(?:refused|no such host|permission denied|no such file|not found|denied)\b", 3),
        (r"(?i)\b(?:timed? ?out|expired|missing|required|invalid|unable|cannot|failed)\b", 2),
        (r"(?i)\b(?:refusing|exiting|aborting|giving up|terminating)\b", 2),
        (r"(?i)\bwarn(?:ing)?\b|level=warn", -3),
        (r"(?i)\b(?:info|debug|trace)\b", -3),
        (r"^\s*(?:at |File \"|goroutine \d|\.\.\. \d)", -6),
        (r"^Traceback \(most recent call last\)", -6),
    )
)


def telling_line(lines: Sequence[str]) -> str:
    """Return the line that best tells the cause, the last of the best; empty without any text.

    Lines are cut before any pattern sees them, so that no line can cost more than its first part.
    """
    best, best_score = "", -100
    for line in lines[-_LAST_LINES:]:
        cut = line[:LONGEST_LINE].strip()
        if not cut:
            continue
        score = sum(weight for sign, weight in _SIGNS if sign.search(cut))
        # A line without any sign is telling only if nothing else is, and then the last one is.
        if score >= best_score:
            best, best_score = cut, score
    return best
