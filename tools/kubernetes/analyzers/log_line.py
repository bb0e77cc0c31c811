"""Which line of a log tells why a container ended."""

import re
from collections.abc import Sequence

LONGEST_LINE = 500
"""Lines are cut to this before any pattern sees them: a log may hold megabytes in one line."""

_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
_STAMP = re.compile(r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?\]?\s*")
_USAGE = re.compile(r"^\s{0,8}usage:", re.IGNORECASE)
_HELP = 20
_FRAME = re.compile(r"^(?:\s+at |\s*File \"|goroutine \d|\s+/\S+\.go:\d|\tat )")
_SCORES = (
    (re.compile(r"\b(?:FATAL|PANIC|CRITICAL|EMERG)\b|^panic:", re.IGNORECASE), 60),
    (re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception)\b:?"), 55),
    (re.compile(r"refused|no such host|permission denied|not permitted", re.IGNORECASE), 30),
    (re.compile(r"address already in use|no space left|out of memory", re.IGNORECASE), 30),
    (re.compile(r"\b(?:ERROR|ERR|SEVERE)\b|\berror:|level=error", re.IGNORECASE), 25),
    (re.compile(r"exception|cannot|could not|unable to|failed|invalid|missing", re.IGNORECASE), 15),
    (re.compile(r"\b(?:unknown|unrecogni[sz]ed|undefined|unsupported|required)\b", re.I), 15),
    (re.compile(r"\b(?:INFO|DEBUG|TRACE)\b|level=(?:info|debug)", re.IGNORECASE), -25),
)


def telling(lines: Sequence[str]) -> str:
    """Return the line that most likely names the cause, the later one of equals; may be empty."""
    best, best_score, explained = "", -1000.0, 0
    for position, line in enumerate(lines):
        cut = _COLOUR.sub("", line[:LONGEST_LINE])
        if not cut.strip():
            continue
        if _USAGE.match(cut):  # from here on the program explains itself, not what happened
            explained = _HELP
        score = _score(cut) - explained + position / max(len(lines), 1)
        if score >= best_score:
            best, best_score = cut, score
    return _STAMP.sub("", best.strip())


def complains(line: str) -> bool:
    """Return whether a line looks like an error, and not like what any program writes."""
    return _score(line[:LONGEST_LINE]) > 0


def _score(line: str) -> int:
    if _FRAME.match(line):
        return -50
    bare = _STAMP.sub("", line)
    return sum(score for pattern, score in _SCORES if pattern.search(bare))
