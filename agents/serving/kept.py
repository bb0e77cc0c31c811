"""What an answer of several pages is of, kept until its last page has been asked for."""

from collections import OrderedDict
from typing import Generic, TypeVar

import anyio

_MOST = 4
_SECONDS = 120.0
_V = TypeVar("_V")


class Kept(Generic[_V]):
    """The last few, each for two minutes."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: OrderedDict[str, tuple[float, _V]] = OrderedDict()

    def keep(self, token: str, value: _V) -> None:
        """Keep a value from now on, at the cost of the oldest."""
        keep(self._kept, token, (anyio.current_time() + _SECONDS, value), _MOST)

    def get(self, token: str) -> _V | None:
        """Return what an earlier page was of, unless that is too long ago."""
        until, value = self._kept.get(token, (0.0, None))
        return value if anyio.current_time() < until else None


def keep(kept: OrderedDict[str, _V], key: str, value: _V, most: int) -> None:
    """Keep a value as the latest, at the cost of the oldest."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
