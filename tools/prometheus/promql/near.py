"""Names and values that are spelled much like one that is not there."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_LEAST = 0.6
_CANDIDATES = 400
"""Compared letter by letter, which takes about 50 us each."""
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST = 200


def nearest(name: str, among: Iterable[str], most: int = 5) -> list[str]:
    """Return the likest first; names that share words count before those that share letters."""
    words = parts(name)
    scored = [
        (len(words & parts(one)) / (len(words | parts(one)) or 1), one)
        for one in among
        if one != name
    ]
    scored.sort(key=lambda pair: (-pair[0], abs(len(pair[1]) - len(name)), pair[1]))
    found: list[tuple[float, str]] = []
    for shared, one in scored[:_CANDIDATES]:
        letters = SequenceMatcher(None, name[:_LONGEST].lower(), one[:_LONGEST].lower()).ratio()
        found.append((max(letters, shared), one))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return [one for score, one in found[:most] if score >= _LEAST]


def parts(name: str) -> frozenset[str]:
    """Return the words in a name, in small letters and without a plural's s."""
    return frozenset(one.lower().rstrip("s") for one in _PART.findall(name[:_LONGEST]))
