"""A value before and after, told so short that the difference is still seen."""

import json
from collections.abc import Sequence
from typing import cast

from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import MISSING
from clusterwright.tools.kubernetes.select import size
from clusterwright.tools.manifest import Json, Manifest

LONGEST = 200
"""Characters of a value."""
_AROUND, _LINES = 30, 6


def told_change(before: Json, after: Json) -> tuple[str | None, str | None]:
    """Return two values that are safe to show; None for one that is not there.

    Of two long texts, what they have in common at either end is left out.
    """
    texts = isinstance(before, str) and isinstance(after, str)
    if not texts or max(len(before), len(after)) <= LONGEST:
        return _told(before), _told(after)
    return _lines(before, after) if "\n" in before or "\n" in after else _words(before, after)


def _told(value: Json) -> str | None:
    if value is MISSING:
        return None
    spelled = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(spelled) <= LONGEST:
        return spelled
    if isinstance(value, list):
        return f"[{len(cast('list[Json]', value))} items, {size(value)} bytes]"
    if isinstance(value, dict):
        return f"{{{few(list(cast('Manifest', value)), 8)[:LONGEST]}; {size(value)} bytes}}"
    return f"{spelled[: LONGEST - 1]}…"


def _lines(before: str, after: str) -> tuple[str, str]:
    old, new = before.split("\n"), after.split("\n")
    start, end = _common(old, new)

    def told(lines: list[str]) -> str:
        differing = lines[start : len(lines) - end]
        more = len(differing) - _LINES
        shown = "\n".join(differing[:_LINES])[:LONGEST]
        return f"line {start + 1}: {shown}" + (f"\n… {more} lines more" if more > 0 else "")

    return told(old), told(new)


def _words(before: str, after: str) -> tuple[str, str]:
    start, end = _common(before, after)
    start, end = max(0, start - _AROUND), max(0, end - _AROUND)

    def told(text: str) -> str:
        differing = text[start : len(text) - end]
        left_out = "…" if end or len(differing) > LONGEST else ""
        return f"{'…' if start else ''}{differing[:LONGEST]}{left_out}"

    return told(before), told(after)


def _common(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Return how much two texts, or lists of lines, have in common at their starts and ends."""
    shorter = min(len(one), len(other))
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return start, end
