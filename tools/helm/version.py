"""Versions of charts, by which they are told older or newer (SemVer 2)."""

import re

_NUMBERS = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")


def numbers(version: str) -> tuple[int, ...]:
    """Return major, minor and patch; nothing for what is no version."""
    found = _NUMBERS.match(version)
    return tuple(int(one or 0) for one in found.groups()) if found else ()
