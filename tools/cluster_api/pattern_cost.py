"""What it takes at most to look for a pattern in a text, which Python does by trying every way.

Only patterns that Go and Python read alike are counted: of characters, classes, groups,
alternatives, repeats and anchors. Go's RE2 takes linear time for any; Python's `re` may take
exponential time.
"""

import re
from dataclasses import dataclass, field
from math import comb

_LONGEST = 1_000
"""Characters of a pattern that is counted: to compile one takes time too."""
_FEW = 4
"""Choices of a repeat that are counted as such; one of more is a place to divide a text at."""
_MOST_WAYS, _MOST_PLACES = 10**9, 8
"""Where counting ends."""
_ESCAPED = r"\\(?:[dDwWsSnrtfv]|[!-/:-@\[-`{-~])"
_CLASS = rf"\[\^?(?:(?!--|&&|~~|\|\|)(?:{_ESCAPED}|[^\[\]\\]))+\]"
"""Not a class in a class nor a difference of classes, which Python may come to read."""
_TOKEN = re.compile(
    r"(?P<open>\((?:\?:|(?!\?)))|(?P<close>\))|(?P<either>\|)|(?P<anchor>[\^$]|\\[bB])"
    rf"|(?P<one>{_CLASS}|{_ESCAPED}|[^()\[\]{{}}*+?|\\^$])"
    r"|(?P<repeat>(?:[*+?]|\{(?P<least>\d{1,3})(?P<to>,(?P<most>\d{0,3}))?\})\??)|(?P<odd>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: in how many ways it may be tried, each in how many steps."""

    ways: int = 1
    places: int = 0
    """At which each of these ways may divide the text at will."""
    steps: int = 0
    single: bool = False
    """Whether it is just one character."""

    def then(self, other: "_Part") -> "_Part":
        places = self.places + other.places
        return _Part(self.ways * other.ways, places, self.steps + other.steps)

    def otherwise(self, other: "_Part") -> "_Part":
        places = max(self.places, other.places)
        return _Part(self.ways + other.ways, places, self.steps + other.steps)

    def repeated(self, least: int, most: int | None, length: int) -> "_Part | None":
        """Return a repeat; None of one without an end that can be read in more than one way."""
        choices = None if most is None else max(1, most - least + 1)
        if self.single:
            few = choices is not None and choices <= _FEW
            return _Part(choices or 1, 0, 1) if few else _Part(1, 1, 1)
        if most is not None and choices is not None:
            return _Part(choices * self.ways**most, self.places * most, self.steps * most + 1)
        if (self.ways, self.places) != (1, 0):
            return None
        # Each time takes a character, but for the least number of times and one at the end.
        return _Part(2, 1, self.steps * (least + length + 1))


@dataclass(slots=True)
class _Group:
    """A group that is being read: its other alternatives, this one, and the last part of it."""

    others: _Part | None = None
    before: _Part = field(default_factory=_Part)
    last: _Part | None = None
    """What a repeat that follows is of; None where none may follow."""

    def add(self, part: _Part, *, repeatable: bool = True) -> None:
        self.before = self.before.then(self.last or _Part())
        self.last = part if repeatable else None
        if not repeatable:
            self.before = self.before.then(part)

    def whole(self) -> _Part:
        own = self.before.then(self.last or _Part(steps=1))
        return self.others.otherwise(own) if self.others else own


def pattern_cost(pattern: str, length: int) -> int | None:
    """Return how many steps a search in a text takes at most, each of a few nanoseconds.

    None of a pattern that is not counted, as it is not read alike, is long, or may take a number
    of steps that explodes.

    The bound: repeats of a character divide a text of n characters at p places in at most
    comb(n + p, p) ways; other choices multiply, alternatives add up. A repeat without an end of
    anything else is counted only where that can be read in one way.

    Args:
        pattern: of a search, which may begin anywhere in the text unless it begins with `^`.
        length: of the text, in characters.
    """
    if len(pattern) > _LONGEST:
        return None
    groups = [_Group()]
    for token in _TOKEN.finditer(pattern):
        if not _read(groups, token, length):
            return None
        whole = groups[-1].whole()
        if whole.ways > _MOST_WAYS or whole.places > _MOST_PLACES:
            return None
    if len(groups) > 1 or not _compiles(pattern):
        return None
    whole = groups[0].whole()
    anchored = pattern.startswith("^") and groups[0].others is None
    starts = 1 if anchored else length + 1
    return starts * whole.ways * comb(length + whole.places, whole.places) * whole.steps


def _read(groups: list[_Group], token: re.Match[str], length: int) -> bool:
    """Read a token into the groups that are open; return whether it may be there."""
    group = groups[-1]
    match token.lastgroup:
        case "open":
            groups.append(_Group())
        case "close" if len(groups) > 1:
            groups.pop()
            groups[-1].add(group.whole())
        case "either":
            groups[-1] = _Group(others=group.whole())
        case "one":
            group.add(_Part(steps=1, single=True))
        case "anchor":
            group.add(_Part(steps=1), repeatable=False)
        case "repeat" if group.last is not None:
            repeat = group.last.repeated(*_times(token), length)
            if repeat is None:
                return False
            group.last = None
            group.before = group.before.then(repeat)
        case _:
            return False
    return True


def _times(repeat: re.Match[str]) -> tuple[int, int | None]:
    """Return how often at least and at most; None is without an end."""
    if not repeat["least"]:
        return (int(repeat[0][0] == "+"), 1 if repeat[0][0] == "?" else None)
    least = int(repeat["least"])
    if not repeat["to"]:
        return least, least
    return least, int(repeat["most"]) if repeat["most"] else None


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError):  # as a range that ends before it begins
        return False
    return True
