"""JSON of others kept to a depth and a size that reading it costs little, whoever made it."""

from typing import cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json
from clusterwright.tools.redaction import TOO_DEEP

_DEEPEST = 80
"""Levels that are kept: more than are shown, and far fewer than Python can descend."""
_MOST = 2_000_000
"""Values in all. A record of one megabyte holds fewer, unless its aliases multiply."""

_SCALARS = (str, int, float, bool, type(None))


def bounded(value: Json, most: int = _MOST) -> Json:
    """Return a copy of which what is too deep is left out; keys are strings, as JSON has them.

    What YAML alone knows, such as a date or a set, becomes a string as well.
    Raises InvalidInputError for what holds more than `most` values: aliases of YAML that stand for
    one another take a line each, and memory without end once they are read.
    """
    return _Copy(most).of(value, 0)


class _Copy:
    def __init__(self, most: int) -> None:
        self._left = most

    def of(self, value: Json, depth: int) -> Json:
        self._left -= 1
        if self._left < 0:
            raise InvalidInputError(
                "it holds more values than are read, as aliases of YAML do that multiply",
                hint="read the record itself with helm get, apart from the cluster",
            )
        if not isinstance(value, dict | list):
            return value if isinstance(value, _SCALARS) else str(value)
        if depth == _DEEPEST:
            return TOO_DEEP
        if isinstance(value, list):
            return [self.of(one, depth + 1) for one in cast("list[Json]", value)]
        members = cast("dict[Json, Json]", value)
        return {_key(key): self.of(one, depth + 1) for key, one in members.items()}


def _key(key: Json) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)
