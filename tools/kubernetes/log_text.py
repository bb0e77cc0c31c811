"""Log lines made fewer without losing what they say: searched, folded, cut to a budget."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]?\d*(?:Z|[+-]\d\d:?\d\d)?|\d\d:\d\d:\d\d\S*"
)
_NUMBER = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+", re.IGNORECASE)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Folded:
    """What is shown of a log, oldest first, and how many lines stand for others."""

    lines: tuple[str, ...]
    folded: int
    dropped: int


def matching(lines: Iterable[str], wanted: str | None) -> list[str]:
    """Return the lines that contain a text, whatever its case."""
    if not wanted:
        return list(lines)
    needle = wanted.casefold()
    return [line for line in lines if needle in line.casefold()]


def fold(lines: Sequence[str], room: int) -> Folded:
    """Return the last lines that fit into `room` bytes, neighbours that repeat counted as one.

    Lines are the same when they differ in times, long numbers and addresses only.
    """
    runs = list(_runs(lines))
    shown: list[str] = []
    for text, count in reversed(runs):
        line = _cut(text) + (f"  [x{count}]" if count > 1 else "")
        room -= len(line.encode()) + 1
        if room < 0:
            break
        shown.append(line)
    kept = runs[len(runs) - len(shown) :]
    told = sum(count for _, count in kept)
    return Folded(tuple(reversed(shown)), told - len(kept), len(lines) - told)


def _runs(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the last line of each run of equal ones, and how many there were."""
    last, shape, count = "", "", 0
    for line in lines:
        found = _NUMBER.sub("0", _STAMP.sub("", line))
        if count and found == shape:
            count += 1
        else:
            if count:
                yield last, count
            shape, count = found, 1
        last = line
    if count:
        yield last, count


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
