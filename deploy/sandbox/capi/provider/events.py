"""The Warning events that the originals record."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Manifest, dig, name_of, namespace_of, number, text

_EVERY = 30.0
"""Seconds after which an error that stays is recorded once more."""


@dataclass
class Events:
    """Records events, each once and then again from time to time, counted."""

    api: Api
    clock: Callable[[], float] = time.monotonic
    _recorded: dict[str, float] = field(default_factory=dict[str, float])

    def warn(self, one: Manifest, reason: str, message: str) -> None:
        """Record a Warning about an object."""
        name = _name(one, reason, message)
        last = self._recorded.get(name)
        if last is not None and self.clock() - last < _EVERY:
            return
        self._recorded[name] = self.clock()
        known = self.api.get("v1", "Event", namespace_of(one), name)
        if known:
            change = {"count": number(known, "count") + 1, "lastTimestamp": _now()}
            self.api.patch(known, change)
        else:
            self.api.create(_event(one, name, reason, message))


def _name(one: Manifest, reason: str, message: str) -> str:
    told = f"{text(one, 'metadata', 'uid')} {reason} {message}"
    return f"{name_of(one)}.{sha256(told.encode()).hexdigest()[:16]}"


def _event(one: Manifest, name: str, reason: str, message: str) -> Manifest:
    reference = {key: one.get(key) for key in ("apiVersion", "kind")}
    reference |= {
        "name": name_of(one),
        "namespace": namespace_of(one),
        "uid": dig(one, "metadata", "uid"),
        "resourceVersion": dig(one, "metadata", "resourceVersion"),
    }
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace_of(one)},
        "involvedObject": reference,
        "reason": reason,
        "message": message[:1024],
        "type": "Warning",
        "source": {"component": "sandbox-provider-simulated"},
        "reportingComponent": "sandbox-provider-simulated",
        "firstTimestamp": _now(),
        "lastTimestamp": _now(),
        "count": 1,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
