"""Rules and their groups as Prometheus evaluates them.

Source of the shapes: Prometheus, web/api/v1/api.go, `RuleGroup`, `AlertingRule`, `RecordingRule`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from clusterwright.tools.manifest import Json, items, number, strings, text
from clusterwright.tools.prometheus.alerting.alert import Alert, alert_of
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.wire import duration, moment, real

RuleHealth = Literal["ok", "err", "unknown"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `unknown` until it was first evaluated."""

    kind: Literal["alerting", "recording"]
    name: str
    """Of the alert, or of the metric that it records."""
    query: str
    health: RuleHealth = "unknown"
    error: str = ""
    """Of the last evaluation, as Prometheus words it."""
    labels: Labels = field(default_factory=dict[str, str])
    annotations: Labels = field(default_factory=dict[str, str])
    waits: float = 0.0
    """Seconds that an alert is pending, its `for`."""
    took: float | None = None
    """Seconds of the last evaluation."""
    evaluated: datetime | None = None
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that are evaluated one after the other, each `interval`."""

    name: str
    file: str
    rules: tuple[Rule, ...] = ()
    interval: float | None = None
    """Seconds."""
    took: float | None = None
    """Seconds of the last evaluation of all its rules."""
    evaluated: datetime | None = None
    limit: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others: groups of several files may have one name."""
        return (self.file, self.name)


def read_rules(answer: Json) -> tuple[RuleGroup, ...]:
    """Return the groups that `data` of `rules` holds; odd parts of it are left out."""
    return tuple(
        RuleGroup(
            name=text(one, "name"),
            file=text(one, "file"),
            rules=tuple(_rule(rule) for rule in items(one, "rules")),
            interval=real(one, "interval"),
            took=real(one, "evaluationTime"),
            evaluated=moment(one, "lastEvaluation"),
            limit=number(one, "limit"),
        )
        for one in items(answer, "groups")
    )


def _rule(raw: Json) -> Rule:
    health = text(raw, "health")
    return Rule(
        kind="recording" if text(raw, "type") == "recording" else "alerting",
        name=text(raw, "name"),
        query=text(raw, "query"),
        health="ok" if health == "ok" else "err" if health == "err" else "unknown",
        error=text(raw, "lastError"),
        labels=strings(raw, "labels"),
        annotations=strings(raw, "annotations"),
        waits=duration(raw, "duration") or 0.0,
        took=real(raw, "evaluationTime"),
        evaluated=moment(raw, "lastEvaluation"),
        alerts=tuple(alert_of(one) for one in items(raw, "alerts")),
    )
