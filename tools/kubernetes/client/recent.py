"""What was worked out a moment ago, for whoever asks for its next page."""

import secrets
import time
from typing import TypeVar

_T = TypeVar("_T")

_SECONDS = 120.0
_MOST = 16


class Recent:
    """Keeps a few values for a short time, each under a token that nobody can guess."""

    def __init__(self, *, seconds: float = _SECONDS, most: int = _MOST) -> None:
        """Keep the latest `most` values, none longer than `seconds`."""
        self._seconds = seconds
        self._most = most
        self._kept: dict[str, tuple[float, object]] = {}

    def keep(self, value: object) -> str:
        """Keep a value, at the cost of the oldest; return its token."""
        token = secrets.token_urlsafe(9)
        self._kept[token] = (time.monotonic() + self._seconds, value)
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return token

    def get(self, token: str, kind: type[_T]) -> _T | None:
        """Return the value of a token if it is still kept and of that kind."""
        until, value = self._kept.get(token, (0.0, None))
        if time.monotonic() > until:
            self._kept.pop(token, None)
            return None
        return value if isinstance(value, kind) else None
