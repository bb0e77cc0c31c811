"""The part of CEL that is read: names, indexes, calls, lists, comparisons, and what joins them.

Precedence is CEL's (google/cel-spec, doc/langdef.md). What is no such expression is not read at
all: arithmetic, conditions, macros, maps, escapes in strings, comments.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

_LONGEST = 2_000
_DEEPEST = 16
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r"(?P<string>\"[^\"\\\r\n]*\"|'[^'\\\r\n]*')|(?P<number>\d{1,18}\b)|(?P<name>[A-Za-z_]\w*)|"
    r"(?P<sign>&&|\|\||[=!<>]=|[<>!().,\[\]-]))",
    re.ASCII,
)
_RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a whole number, true or false."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Get:
    """A field, or an element by its key."""

    of: "Expression"
    key: "Expression"
    by_name: bool = False
    """Whether it is spelled `.name`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or a method of something."""

    name: str
    of: "Expression | None"
    given: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list."""

    values: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: "Expression"


@dataclass(frozen=True, slots=True)
class Compare:
    """A relation, `in` among them."""

    spelled: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Joined:
    """Several of which one decides: a true one for `||`, a false one for `&&`."""

    parts: "tuple[Expression, ...]"
    decides: bool


Expression: TypeAlias = Literal | Name | Get | Call | Listed | Not | Compare | Joined


class _UnreadError(Exception):
    pass


def parse(spelled: str) -> Expression | None:
    """Read an expression; None where it is more than is read here."""
    try:
        reader = _Reader(_tokens(spelled))
        found = reader.either(0)
        reader.take("end", "")
    except _UnreadError:
        return None
    return found


def _tokens(spelled: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    spelled, place = spelled.rstrip(), 0
    while place < len(spelled):
        token = _TOKEN.match(spelled, place) if len(spelled) <= _LONGEST else None
        if token is None or token.lastgroup is None:
            raise _UnreadError
        found.append((token.lastgroup, token[token.lastgroup]))
        place = token.end()
    return [*found, ("end", "")]


class _Reader:
    """Reads by recursive descent; a method for each level of precedence, the loosest first."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._place = tokens, 0

    def either(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise _UnreadError
        parts = [self._both(depth)]
        while self._next("||"):
            parts.append(self._both(depth))
        return Joined(tuple(parts), decides=True) if len(parts) > 1 else parts[0]

    def _both(self, depth: int) -> Expression:
        parts = [self._relation(depth)]
        while self._next("&&"):
            parts.append(self._relation(depth))
        return Joined(tuple(parts), decides=False) if len(parts) > 1 else parts[0]

    def _relation(self, depth: int) -> Expression:
        found = self._unary(depth)
        for one in _RELATIONS:
            if self._next(one):
                return Compare(one, found, self._unary(depth))
        return found

    def _unary(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise _UnreadError
        if self._next("!"):
            return Not(self._unary(depth + 1))
        if self._next("-"):
            return Literal(-int(self.take("number")))
        found = self._primary(depth)
        for _ in range(_DEEPEST):
            if self._next("."):
                name = self.take("name")
                if self._next("("):
                    found = Call(name, found, self._until(")", depth))
                else:
                    found = Get(found, Literal(name), by_name=True)
            elif self._next("["):
                found = Get(found, self.either(depth + 1))
                self.take("sign", "]")
            else:
                break
        return found

    def _primary(self, depth: int) -> Expression:
        kind, spelled = self._tokens[self._place]
        self._place += 1
        if kind == "string":
            return Literal(spelled[1:-1])
        if kind == "number":
            return Literal(int(spelled))
        if kind == "name":
            called = self._next("(")
            found = Literal(_TRUTHS[spelled]) if spelled in _TRUTHS else Name(spelled)
            return Call(spelled, None, self._until(")", depth)) if called else found
        if spelled == "[":
            return Listed(self._until("]", depth))
        if spelled != "(":
            raise _UnreadError
        found = self.either(depth + 1)
        self.take("sign", ")")
        return found

    def _until(self, end: str, depth: int) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while not self._next(end):
            found.append(self.either(depth + 1))
            if not self._next(","):
                self.take("sign", end)
                break
        return tuple(found)

    def take(self, kind: str, token: str | None = None) -> str:
        """Return what comes next, if it is of a kind."""
        found, spelled = self._tokens[self._place]
        if found != kind or token not in {None, spelled}:
            raise _UnreadError
        self._place += 1
        return spelled

    def _next(self, token: str) -> bool:
        """Go past a sign, or the word `in`, if it comes next."""
        kind, spelled = self._tokens[self._place]
        here = spelled == token and kind in {"sign", "name"}
        self._place += here
        return here
