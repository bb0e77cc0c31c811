"""Names and values that are spelled much like one that is not there."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_LEAST = 0.6
_WITHIN = 0.7
"""What a name counts in which another is whole, as `apiserver` in `kube-apiserver`."""
_SHARE = 0.25
"""Of its letters at least."""
_CANDIDATES = 400
"""Compared letter by letter, which takes about 50 us each."""
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST = 200


def nearest(name: str, among: Iterable[str], most: int = 5) -> list[str]:
    """Return the likest first; names that share words count before those that share letters."""
    words, low = parts(name), name.lower()
    scored = [(_first_look(low, words, one), one) for one in among if one != name]
    scored.sort(key=lambda pair: (-pair[0], abs(len(pair[1]) - len(name)), pair[1]))
    found: list[tuple[float, str]] = []
    for shared, one in scored[:_CANDIDATES]:
        letters = SequenceMatcher(None, low[:_LONGEST], one[:_LONGEST].lower()).ratio()
        found.append((max(letters, shared), one))
    found.sort(key=lambda pair: (-pair[0], abs(len(pair[1]) - len(name)), pair[1]))
    return [one for score, one in found[:most] if score >= _LEAST]


def _first_look(name: str, words: frozenset[str], other: str) -> float:
    theirs = parts(other)
    shared = len(words & theirs) / (len(words | theirs) or 1)
    within = len(name) >= _SHARE * len(other) and name in other.lower()
    return max(shared, _WITHIN) if within else shared


def parts(name: str) -> frozenset[str]:
    """Return the words in a name, in small letters and without a plural's s."""
    return frozenset(one.lower().rstrip("s") for one in _PART.findall(name[:_LONGEST]))
