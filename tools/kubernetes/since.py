"""Lengths of time as people write them: 90s, 15m, 2h, 1d."""

import re

from clusterwright.tools.errors import InvalidInputError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPELLED = re.compile(r"(?:\d{1,6}[smhd])+\Z")
_PART = re.compile(r"(\d+)([smhd])")


def seconds(spelled: str) -> int:
    """Return the seconds of a length of time; raise InvalidInputError for anything else."""
    if not _SPELLED.match(spelled):
        raise InvalidInputError(
            f"{spelled[:40]!r} is not a length of time", hint="write 90s, 15m, 2h, 1d or 1h30m"
        )
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(spelled))
