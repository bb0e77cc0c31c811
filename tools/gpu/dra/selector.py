"""Selectors of devices, as far as they are comparisons: of drivers, attributes and capacities.

They are CEL, and what is read of it binds as in CEL (google/cel-spec, doc/langdef.md). Those of the
vendors' own DeviceClasses, and what their documents show, are comparisons joined by `&&`, `||` and
`!`. Of anything else it is said that it was not evaluated: arithmetic, conditions, macros, maps,
escapes in strings, comments.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from clusterwright.tools.gpu.dra.device import Device
from clusterwright.tools.gpu.dra.values import (
    RELATIONS,
    Answer,
    Listed,
    Subject,
    called,
    compared,
    get,
    has,
    joined,
)

_LONGEST = 2_000
_DEEPEST = 16
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r"(?P<string>\"[^\"\\\r\n]*\"|'[^'\\\r\n]*')|(?P<number>\d{1,18}\b)|(?P<name>[A-Za-z_]\w*)|"
    r"(?P<sign>&&|\|\||[=!<>]=|[<>!().,\[\]-]))",
    re.ASCII,
)
_TRUTHS = {"true": True, "false": False}
Term = Callable[[Subject], object]


def holds(expression: str, device: Device) -> Answer:
    """Return whether a selector takes a device; None where that cannot be told."""
    if expression not in device.answers:
        device.answers[expression] = _answer(expression, Subject(device.driver, device))
    return device.answers[expression]


def may_be_of(expression: str, driver: str) -> bool:
    """Return whether a selector may take a device of a driver; False where it surely takes none."""
    return _answer(expression, Subject(driver, None)) is not False


def _answer(expression: str, subject: Subject) -> Answer:
    read = _read(expression)
    found = read(subject) if read else None
    return found if isinstance(found, bool) else None


class _UnreadError(Exception):
    pass


@lru_cache(maxsize=512)
def _read(spelled: str) -> Term | None:
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

    def either(self, depth: int) -> Term:
        if depth > _DEEPEST:
            raise _UnreadError
        parts = [self._both(depth)]
        while self._next("||"):
            parts.append(self._both(depth))
        return _join(parts, decides=True)

    def _both(self, depth: int) -> Term:
        parts = [self._relation(depth)]
        while self._next("&&"):
            parts.append(self._relation(depth))
        return _join(parts, decides=False)

    def _relation(self, depth: int) -> Term:
        left = self._unary(depth)
        for one in (*RELATIONS, "in"):
            if self._next(one):
                right = self._unary(depth)
                return lambda of: compared(one, left(of), right(of))
        return left

    def _unary(self, depth: int) -> Term:
        if depth > _DEEPEST:
            raise _UnreadError
        if self._next("!"):
            inner = self._unary(depth + 1)
            return lambda of: _not(inner(of))
        if self._next("-"):
            return _constant(-int(self.take("number")))
        return self._member(depth)

    def _member(self, depth: int) -> Term:
        found = self._primary(depth)
        for _ in range(_DEEPEST):
            if self._next("."):
                name = self.take("name")
                own = [found, *self._until(")", depth)] if self._next("(") else None
                found = _call(name, own) if own else _Field(found, _constant(name), by_name=True)
            elif self._next("["):
                found = _Field(found, self.either(depth + 1), by_name=False)
                self.take("sign", "]")
            else:
                break
        return found

    def _primary(self, depth: int) -> Term:
        kind, spelled = self._tokens[self._place]
        self._place += 1
        if kind == "string":
            return _constant(spelled[1:-1])
        if kind == "number":
            return _constant(int(spelled))
        if kind == "name":
            return self._named(spelled, depth)
        if spelled == "[":
            values = self._until("]", depth)
            return lambda of: Listed(tuple(one(of) for one in values))
        if spelled != "(":
            raise _UnreadError
        found = self.either(depth + 1)
        self.take("sign", ")")
        return found

    def _named(self, name: str, depth: int) -> Term:
        if not self._next("("):
            known = _constant(_TRUTHS.get(name))
            return (lambda of: of) if name == "device" else known
        given = self._until(")", depth)
        if name == "has" and len(given) == 1 and isinstance(field := given[0], _Field):
            return lambda of: has(field.of(of), field.key(of)) if field.by_name else None
        return _call(name, given)

    def _until(self, end: str, depth: int) -> list[Term]:
        found: list[Term] = []
        while not self._next(end):
            found.append(self.either(depth + 1))
            if not self._next(","):
                self.take("sign", end)
                break
        return found

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


@dataclass(frozen=True, slots=True)
class _Field:
    of: Term
    key: Term
    by_name: bool
    """Whether it is spelled `.name`, as `has` wants it."""

    def __call__(self, subject: Subject) -> object:
        return get(self.of(subject), self.key(subject))


def _constant(value: object) -> Term:
    return lambda _: value


def _call(name: str, given: Sequence[Term]) -> Term:
    return lambda of: called(name, *(one(of) for one in given))


def _join(parts: Sequence[Term], *, decides: bool) -> Term:
    if len(parts) == 1:
        return parts[0]
    return lambda of: joined((one(of) for one in parts), decides=decides)


def _not(value: object) -> Answer:
    return not value if isinstance(value, bool) else None
