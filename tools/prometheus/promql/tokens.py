"""The words of a query with their places, however broken it is: the parser itself tells no place.

Strings, comments, durations and names follow Prometheus, promql/parser/lex.go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "string", "duration", "number", "variable", "name", "operator", "open", "close", "odd"
]

CLOSING = {"(": ")", "[": "]", "{": "}"}
_WORDS = r"""
    (?P<skip>[\s\ufeff]+|\#[^\r\n]*)
  | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
  | (?P<variable>\$\{[^}\n]*\}|\$\w+)
  | (?P<duration>(?:\d+(?:ms|[smhdwy]))+(?!\w))
  | (?P<number>0[xX][\da-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>%s)
  | (?P<operator>===?|!==|=~|!~|==|!=|=>|=<|<>|>=|<=|&&|\|\||\*\*|[-+*/%%^@=<>!,:;&|])
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<odd>.)
"""
_OUTSIDE = re.compile(_WORDS % r"[A-Za-z_:][A-Za-z0-9_:]*", re.VERBOSE | re.DOTALL)
_INSIDE = re.compile(_WORDS % r"[A-Za-z_][A-Za-z0-9_]*", re.VERBOSE | re.DOTALL)
"""In brackets and braces a colon is no part of a name."""
_KINDS: dict[str, Kind] = {
    "string": "string",
    "duration": "duration",
    "number": "number",
    "variable": "variable",
    "name": "name",
    "operator": "operator",
    "open": "open",
    "close": "close",
    "odd": "odd",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a query."""

    kind: Kind
    text: str
    start: int
    """In characters from 0."""
    within: str
    """The innermost bracket that is open here: `(`, `[`, `{`, or nothing."""


def tokens(query: str) -> Iterator[Token]:
    """Yield the words in order; a bracket closes whatever is open, fitting or not."""
    opened: list[str] = []
    at = 0
    while at < len(query):
        within = opened[-1] if opened else ""
        pattern = _INSIDE if within in {"[", "{"} else _OUTSIDE
        found = pattern.match(query, at)
        if found is None or found.lastgroup is None:
            return
        at = found.end()
        if found.lastgroup == "skip":
            continue
        kind = _KINDS[found.lastgroup]
        if kind == "close" and opened:
            opened.pop()
        yield Token(kind, found.group(), found.start(), within)
        if kind == "open":
            opened.append(found.group())
