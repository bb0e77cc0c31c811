"""Versions of charts in the order of SemVer 2, read as leniently as Helm does (`v1`, `1.2`)."""

import re
from collections.abc import Iterable

_FORM = re.compile(
    r"v?(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
Key = tuple[bool, tuple[int, ...], bool, tuple[tuple[bool, int, str], ...], str]


def order(version: str) -> Key:
    """Return a key by which older versions come first, and what is no version before them all."""
    form = _FORM.fullmatch(version)
    if form is None:
        return (False, (), False, (), version)
    core = tuple(int(one or 0) for one in form.groups()[:3])
    parts = form[4].split(".") if form[4] else []
    before = tuple(_part(one) for one in parts)
    return (True, core, not parts, before, version)


def older(version: str, than: str) -> bool:
    """Return whether a version comes before another; two builds of one version are as old."""
    return order(version)[:-1] < order(than)[:-1]


def major(version: str) -> int:
    """Return the first number of a version; -1 for what is none."""
    return next(iter(order(version)[1]), -1)


def _part(spelled: str) -> tuple[bool, int, str]:
    """Numbers come before words, and in their own order."""
    return (False, int(spelled), "") if spelled.isdecimal() else (True, 0, spelled)


def stable(version: str) -> bool:
    """Return whether it is a version, and none before a release."""
    known, _, released, _, _ = order(version)
    return known and released


def newest(versions: Iterable[str]) -> str:
    """Return the newest that is stable, else the newest of all, as `helm install` would choose it.

    Helm itself fails where all are before a release; empty where there is none.
    """
    found = sorted(versions, key=lambda one: (stable(one), order(one)))
    return found[-1] if found else ""
