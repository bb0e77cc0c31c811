"""Alerts as Prometheus raises them with what Alertmanager makes of them.

Source of the shape: Prometheus, web/api/v1/api.go, `Alert`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from clusterwright.tools.manifest import Json, items, strings, text
from clusterwright.tools.prometheus import alertmanager_state
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.wire import moment, sample

State = Literal["firing", "pending", "silenced", "inhibited", "muted"]
"""Muted: by a time interval of its route."""
_PLACED = {"firing": 0, "pending": 1, "muted": 2, "inhibited": 3, "silenced": 4}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; without Alertmanager it is firing or pending."""

    name: str
    state: State
    labels: Labels
    """`alertname` included."""
    annotations: Labels = field(default_factory=dict[str, str])
    since: datetime | None = None
    """When its expression began to hold."""
    value: float | None = None
    """Of its expression; may be NaN or infinite."""
    silences: tuple[str, ...] = ()
    """Ids of those that keep it quiet."""
    inhibitors: tuple[str, ...] = ()
    """Fingerprints of the alerts that keep it quiet."""
    muted_by: tuple[str, ...] = ()
    """Names of time intervals."""
    receivers: tuple[str, ...] | None = None
    """Who is told; None where Alertmanager does not hold it or was not asked."""
    fingerprint: str = ""
    """As Alertmanager names it."""

    @property
    def severity(self) -> str:
        """The label by convention: `critical`, `warning`, `info`, `none`."""
        return self.labels.get("severity", "")

    @property
    def order(self) -> int:
        """Where its state stands in an answer: what fires comes first."""
        return _PLACED[self.state]

    def held_as(self, held: alertmanager_state.Alert) -> "Alert":
        """Return this one of Prometheus with what Alertmanager knows of it."""
        return replace(
            self,
            state=_state(held) if self.state == "firing" else self.state,
            silences=held.silenced_by,
            inhibitors=held.inhibited_by,
            muted_by=held.muted_by,
            receivers=held.receivers,
            fingerprint=held.fingerprint,
        )


def _state(held: alertmanager_state.Alert) -> State:
    if held.silenced_by:
        return "silenced"
    if held.inhibited_by:
        return "inhibited"
    return "muted" if held.muted_by else "firing"


def alert_of(raw: Json) -> Alert:
    """Return an alert of `alerts` or of a rule of `rules`."""
    labels = strings(raw, "labels")
    return Alert(
        name=labels.get("alertname", ""),
        state="firing" if text(raw, "state") == "firing" else "pending",
        labels=labels,
        annotations=strings(raw, "annotations"),
        since=moment(raw, "activeAt"),
        value=sample(raw, "value"),
    )


def read_alerts(answer: Json) -> tuple[Alert, ...]:
    """Return what `data` of Prometheus' `alerts` holds: those pending and those firing."""
    return tuple(alert_of(one) for one in items(answer, "alerts"))
