"""What names a root cause from run to run, and which one of an earlier look each one is."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from hashlib import sha256

from clusterwright.agents.diagnose.alike import alone
from clusterwright.agents.diagnose.diagnosis import Place, RootCause, SetAside, place_of

_NUMBER = re.compile(r"\d+")
_AGE = re.compile(
    r"(?:\d+(?:\.\d+)? ?(?:s|m|h|d|seconds?|minutes?|hours?|days?|weeks?|times?)(?![a-zA-Z]))+"
    r"|\(x\d+\)"
)
"""A length of time, as 45s, 1h30m, 3 days, or how often: another one in the next look."""


def identity(cluster: str, code: str, subject: str, mark: str = "") -> str:
    """Return what names a root cause from run to run: 16 hexadecimal digits."""
    parts = (cluster, code, subject, *([mark] if mark else []))
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def name_of(one: RootCause | SetAside) -> str:
    """Return the id of a root cause, also of one that was written without."""
    return one.id or identity(one.cluster, one.code, str(one.subject))


def identified(roots: Sequence[RootCause]) -> list[RootCause]:
    """Return the roots with their ids, no two of which are equal.

    The only root of its code on its object is named by these two. Of several each has a mark: its
    title without numbers if that tells it from the others; else its title without ages; and where
    even these are equal, which of them it is by title. What changes an id is therefore: that there
    are several, or no longer; other words in the title of one of several; another number where
    only numbers tell them apart. `paired` knows most of these again.
    """
    twins: defaultdict[Place, list[int]] = defaultdict(list)
    for i in sorted(range(len(roots)), key=lambda i: roots[i].title):
        twins[place_of(roots[i])].append(i)
    marks = dict.fromkeys(range(len(roots)), "")
    for some in twins.values():
        if len(some) > 1:
            marks |= zip(some, _marks([roots[i] for i in some]), strict=True)
    return [
        one.model_copy(update={"id": identity(one.cluster, one.code, str(one.subject), marks[i])})
        for i, one in enumerate(roots)
    ]


def paired(
    now: Sequence[RootCause | SetAside], before: Sequence[RootCause | SetAside]
) -> dict[int, int]:
    """Return which root cause of an earlier look each one is, both as positions.

    It is the one with its title about its object; else the one with its id; else, where there is
    but one such on either side, the one with its title but for numbers.
    """
    times = [Counter(_told(one) for one in some) for some in (now, before)]

    def only(one: RootCause | SetAside) -> object:
        return _told(one) if all(each[_told(one)] == 1 for each in times) else None

    keys: list[Callable[[RootCause | SetAside], object]] = [_exactly, name_of, only]
    found: dict[int, int] = {}
    for key in keys:
        taken = set(found.values())
        left: defaultdict[object, list[int]] = defaultdict(list)
        for i, one in enumerate(before):
            if i not in taken:
                left[key(one)].append(i)
        for i, one in enumerate(now):
            if i not in found and key(one) and left[key(one)]:
                found[i] = left[key(one)].pop(0)
    return found


def _marks(twins: Sequence[RootCause]) -> list[str]:
    """Return what tells each of several roots of one code on one object from the others."""
    often = Counter(_words(one) for one in twins)
    met: Counter[str] = Counter()
    marks: list[str] = []
    for one in twins:
        mark = _words(one) if often[_words(one)] == 1 else _AGE.sub("", one.title)
        met[mark] += 1
        marks.append(mark if met[mark] == 1 else f"{mark} ({met[mark]})")
    return marks


def _words(one: RootCause) -> str:
    """Return what tells a root without numbers; of alerts that are one root, how bad they are."""
    return one.severity.value if alone(one) else _without_numbers(one.title)


def _exactly(one: RootCause | SetAside) -> tuple[Place, str]:
    return place_of(one), one.title


def _told(one: RootCause | SetAside) -> tuple[Place, str]:
    return place_of(one), _without_numbers(one.title)


def _without_numbers(title: str) -> str:
    return _NUMBER.sub("", _AGE.sub("", title))
