"""Alerts as Prometheus raises them and as Alertmanager holds them, each in its own words.

Source of the shapes: Prometheus, web/api/v1/api.go, `Alert`; Alertmanager, api/v2/openapi.yaml,
`gettableAlert`, `alertStatus`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from clusterwright.tools.manifest import Json, items, strings, text, texts
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.wire import moment, sample

State = Literal["firing", "pending", "silenced", "inhibited"]
_PLACED = {"firing": 0, "pending": 1, "inhibited": 2, "silenced": 3}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; one that only Prometheus was asked about is never silenced or inhibited."""

    name: str
    state: State
    labels: Labels
    """`alertname` included."""
    annotations: Labels = field(default_factory=dict[str, str])
    since: datetime | None = None
    """When its expression began to hold; as Alertmanager tells it, when it began to fire."""
    value: float | None = None
    """Of its expression; may be NaN or infinite. Alertmanager does not know it."""
    silences: tuple[str, ...] = ()
    """Ids of those that keep it quiet."""
    inhibitors: tuple[str, ...] = ()
    """Fingerprints of the alerts that keep it quiet."""
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

    def quieted(self, held: "Alert") -> "Alert":
        """Return this one of Prometheus with what Alertmanager knows of it."""
        return replace(
            self,
            state=self.state if held.state == "firing" else held.state,
            silences=held.silences,
            inhibitors=held.inhibitors,
            receivers=held.receivers,
            fingerprint=held.fingerprint,
        )


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


def read_held(answer: Json) -> tuple[Alert, ...]:
    """Return what Alertmanager's `alerts` answers: those firing, silenced or inhibited."""
    return tuple(_held(one) for one in items({"alerts": answer}, "alerts"))


def _held(raw: Json) -> Alert:
    labels = strings(raw, "labels")
    silences, inhibitors = (
        tuple(texts(raw, "status", key)) for key in ("silencedBy", "inhibitedBy")
    )
    state: State = "silenced" if silences else "inhibited" if inhibitors else "firing"
    return Alert(
        name=labels.get("alertname", ""),
        state=state,
        labels=labels,
        annotations=strings(raw, "annotations"),
        since=moment(raw, "startsAt"),
        silences=silences,
        inhibitors=inhibitors,
        receivers=tuple(text(one, "name") for one in items(raw, "receivers")),
        fingerprint=text(raw, "fingerprint"),
    )
