"""An answer over HTTP as it came, whatever brought it."""

from collections.abc import Mapping
from dataclasses import dataclass

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is an answer of the kind that was asked for."""
        return self.status in _SUCCESS

    @property
    def is_redirect(self) -> bool:
        """Whether it leads elsewhere."""
        return self.status in _REDIRECTS and "location" in self.headers
