"""Durations as the API v1beta1 writes them: 5m0s."""

import re

_PART = re.compile(r"(\d{1,6})(h|m|s)")
_UNITS = {"h": 3600, "m": 60, "s": 1}
_LONGEST = 32


def seconds_of(spelled: str) -> int:
    """Return a duration in whole seconds; 0 for none."""
    return sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(spelled[:_LONGEST]))
