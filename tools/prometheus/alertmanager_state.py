"""What an Alertmanager holds: alerts with why they are not sent, silences, and its own state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition of a silence."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __str__(self) -> str:
        """Return it as Prometheus writes it: `severity=~"warn.*"`."""
        sign = (
            ("=~" if self.is_regex else "=") if self.is_equal else ("!~" if self.is_regex else "!=")
        )
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{sign}"{escaped}"'


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as Alertmanager has it."""

    labels: Labels
    annotations: Labels
    fingerprint: str
    state: Literal["active", "suppressed", "unprocessed"]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    updated_at: datetime | None = None
    silenced_by: tuple[str, ...] = ()
    """Ids of silences."""
    inhibited_by: tuple[str, ...] = ()
    """Fingerprints of alerts."""
    muted_by: tuple[str, ...] = ()
    """Names of time intervals; told since Alertmanager 0.28."""
    receivers: tuple[str, ...] = ()
    generator_url: str = ""


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Alerts that are notified together."""

    labels: Labels
    receiver: str
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence; Alertmanager keeps those that have expired for days."""

    id: str
    state: Literal["expired", "active", "pending"]
    matchers: tuple[Matcher, ...]
    created_by: str = ""
    comment: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertmanagerStatus:
    """What an Alertmanager says of itself."""

    version: str
    config: str
    """YAML, without what is secret in it."""
    cluster: str = ""
    """`ready`, `settling` or `disabled`."""
    peers: int = 0
    uptime_since: datetime | None = None
