"""Keeps what Alertmanager sends, so that it can be looked at: the receiver of the sandbox."""

import json
import threading
from collections import deque
from collections.abc import Sequence

from clusterwright.tools.manifest import Json

_KEPT = 200


class Notifications:
    """The last notifications, the newest last."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._kept: deque[Json] = deque(maxlen=_KEPT)

    def take(self, receiver: str, body: bytes) -> None:
        """Keep a notification; raise ValueError for what is not JSON."""
        with self._lock:
            self._kept.append({"receiver": receiver, "body": json.loads(body)})

    def all(self) -> Sequence[Json]:
        """Return those that are kept."""
        with self._lock:
            return list(self._kept)
