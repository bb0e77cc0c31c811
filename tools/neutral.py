"""Text of a cluster made harmless to read: it is data, whoever wrote it, and never an instruction.

Anybody who may create a pod decides names, annotations, event messages and log lines. What cannot
be seen is removed, a line cannot grow without end, and quoted lines carry a mark at their start
that no text of a cluster can forge.
"""

import re
from typing import cast

from clusterwright.tools.manifest import Json

LONGEST_LINE = 2_000
"""Characters of a line that a reader gets to see."""
MARK = "| "
"""Starts every line that was written inside the cluster."""

_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\xad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # zero-width, bidirectional, separators
    "\ufe00-\ufe0f\ufff9-\ufffb"  # variation selectors, interlinear annotation
    "\U000e0000-\U000e0fff"  # tags and further variation selectors: text that nobody sees
    "\ud800-\udfff"  # lone surrogates, which no JSON can carry
    "]+"
)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_NEWLINE = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")


def neutral(text: str, longest: int | None = LONGEST_LINE) -> str:
    """Return text without terminal escapes and invisible characters, its lines cut to length."""
    visible = _INVISIBLE.sub("", _NEWLINE.sub("\n", _ESCAPE.sub("", text)))
    if longest is None or len(visible) <= longest:
        return visible
    return "\n".join(_cut(line) for line in visible.split("\n"))


def neutral_json(value: Json) -> Json:
    """Return a JSON value of which every string, keys included, is neutral."""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, dict):
        members = cast("dict[str, Json]", value)
        return {neutral(key): neutral_json(one) for key, one in members.items()}
    if isinstance(value, list):
        return [neutral_json(one) for one in cast("list[Json]", value)]
    return value


def quote(text: str) -> str:
    """Return text of a cluster with a mark before each of its lines."""
    return "\n".join(f"{MARK}{line}" for line in neutral(text).split("\n"))


def _cut(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:LONGEST_LINE]}… [{len(line) - LONGEST_LINE} characters more]"
