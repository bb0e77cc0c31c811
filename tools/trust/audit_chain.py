"""What is wrong with a chain of lines: which were changed, removed, added or moved, and where.

The lines tell by themselves but for the last ones, whose loss shows only in the sealed end. That
end is a second file beside them: whoever puts both back to an earlier day, or removes both, is
not seen here.
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.trust.audit_line import START, Place, end_of, parsed, place_of


def faults(key: bytes, lines: Sequence[bytes], end: bytes | None) -> Iterator[str]:
    """Yield what is wrong, in the order of the lines; `end` is the sealed end, if there is one."""
    last, strange = START, 0
    for number, line in enumerate(lines, 1):
        place = place_of(key, line)
        if place is None:
            strange += 1
            yield f"line {number} {_strange(line)}"
            continue
        for wrong in _misplaced(place, last, strange):
            yield f"line {number} {wrong}"
        if place.seq > last.seq:
            last, strange = place, 0
    if end is None and lines:
        yield "the end of the chain is not sealed: the file that tells the last line is gone"
    if end is not None:
        yield from _ended(end_of(key, end), last, strange)


def follows(place: Place, last: Place) -> bool:
    """Return whether a line was written right after another."""
    return (place.seq, place.prev) == (last.seq + 1, last.mac)


def _strange(line: bytes) -> str:
    if not line:
        return "is empty: somebody put it in"
    if parsed(line) is not None:
        return "was changed, or was not written here: its seal is not of this key"
    return "is no whole line: its writer was stopped, or it was overwritten"


def _misplaced(place: Place, last: Place, strange: int) -> Iterator[str]:
    """Yield what is wrong with the place of a genuine line.

    Each of the strange lines since the last genuine one may have been one that is missing now.
    """
    missing = place.seq - last.seq - 1
    if missing < 0:
        yield f"has number {place.seq}, after number {last.seq}: it was moved or copied here"
    elif missing > strange:
        yield f"has number {place.seq}, after number {last.seq}: {_removed(missing - strange)}"
    elif missing == 0 and not follows(place, last):
        yield "follows another line than the one before it: it is of another copy of this audit"
    if place.unsealed:
        yield "was written when the end was not sealed: lines before it may have been cut off"


def _ended(end: Place | None, last: Place, strange: int) -> Iterator[str]:
    if end is None:
        yield "the end of the chain was sealed with another key, or changed"
        return
    missing = end.seq - last.seq
    if missing > strange:
        yield f"number {end.seq} was written last: {_removed(missing - strange)} at the end"
    elif missing == 0 and end.mac != last.mac:
        yield f"number {end.seq} is not the line that was written last: it is of another copy"
    elif missing < 0 and not follows(last, end):  # which is a writer stopped before it sealed
        yield f"the end was sealed at number {end.seq}: an earlier seal was put back"


def _removed(lines: int) -> str:
    return "a line was removed" if lines == 1 else f"{lines} lines were removed"
