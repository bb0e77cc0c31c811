"""Regular expressions of which a reader can tell what they match: names, and names that begin so.

Alertmanager anchors them, and takes any that RE2 does. Here they are a list of names, or of
beginnings of at least three characters with simple wildcards after them.
"""

import re

from clusterwright.tools.errors import RefusedError

LEAST = 3
"""Characters that a name begins with before the first wildcard."""
MOST_NAMES, MOST_WILDCARDS = 20, 4
_CHARACTER = r"(?:[A-Za-z0-9_:/@ -]|\\[-.+*?()|\[\]{}^$\\/])"
_WILDCARD = r"(?:(?:\.|\[[A-Za-z0-9_-]+\]|\\d)(?:[*+?]|\{\d{1,2}(?:,\d{1,2})?\})?)"
_NAME = re.compile(rf"{_CHARACTER}+\Z")
_BEGINNING = re.compile(rf"{_CHARACTER}{{{LEAST},}}{_WILDCARD}(?:{_CHARACTER}|{_WILDCARD})*\Z")
_WILD = re.compile(rf"({_WILDCARD})|\\.")
_WHOLE = re.compile(r"\^?(?:\((?:\?:)?(?P<inner>[^()]*)\)|(?P<bare>.*?))\$?\Z", re.DOTALL)
_SEPARATOR = re.compile(r"(?<!\\)\|")


def check_bounded(pattern: str, where: str) -> None:
    """Raise RefusedError for a regular expression that could match anything."""
    whole = _WHOLE.match(pattern)
    inner = (whole["inner"] if whole["inner"] is not None else whole["bare"]) if whole else ""
    names = _SEPARATOR.split(inner)
    if len(names) > MOST_NAMES:
        raise _refused(pattern, where, f"it has {len(names)} alternatives, over {MOST_NAMES}")
    for one in names:
        if not one:
            raise _refused(pattern, where, "it also matches nothing at all, which every alert has")
        if _NAME.match(one):
            continue
        if not _BEGINNING.match(one):
            raise _refused(pattern, where, f"nobody can tell what {one[:80]!r} matches")
        if sum(bool(found[1]) for found in _WILD.finditer(one)) > MOST_WILDCARDS:
            raise _refused(pattern, where, f"it has more than {MOST_WILDCARDS} wildcards")
    try:
        re.compile(pattern)
    except re.error as error:  # as [z-a] and .{5,2}, which nothing can match
        raise _refused(pattern, where, str(error)) from error


def has_wildcard(pattern: str) -> bool:
    """Return whether a bounded one matches more than the names it writes out."""
    return any(found[1] for found in _WILD.finditer(pattern))


def _refused(pattern: str, where: str, why: str) -> RefusedError:
    return RefusedError(
        f"the regular expression {pattern[:120]!r} of {where} is not bounded: {why}",
        hint="write names, as in a|b, or beginnings of at least three characters, as in cart-.*",
    )
