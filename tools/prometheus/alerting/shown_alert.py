"""How a group of alerts is worded: what others wrote is cut, and stands in marks."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.alerting.grouped import Group
from clusterwright.tools.prometheus.summary.hidden import without_secrets
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
    from clusterwright.tools.prometheus.alertmanager_state import Silence
    from clusterwright.tools.prometheus.read_alerts import Alerting
    from clusterwright.tools.prometheus.result import Labels

_NAME, _SUMMARY, _VALUE = 80, 200, 60
_REFS, _LABELS, _MEMBERS = 5, 6, 3
_SUMMARIES = ("summary", "description", "message")
_RUNBOOKS = ("runbook_url", "runbook")
_LINK = re.compile(r"https?://[\w./:~%?&=#+-]+")
_INHIBITORS = ("alertname", "namespace", "node", "pod", "instance", "cluster")


@dataclass(frozen=True)
class Shown:
    """What all groups of an answer share."""

    found: "Alerting"
    gone: frozenset[Ref]

    def name(self, text: str) -> str:
        """Return a name that a rule's author chose."""
        return word(one_line(text, _NAME))

    def since(self, one: Group) -> str:
        """Return how long ago the first of them began."""
        return span(self.found.now - one.since) if one.since else ""

    def value(self, one: Group) -> str | None:
        """Return the value, or the least and the most of them."""
        values = [alert.value for alert in one.alerts if alert.value is not None]
        real = sorted(value for value in values if not math.isnan(value))
        if not values:
            return None
        if not real:
            return "NaN"
        return f"{real[0]:.4g}" if real[0] == real[-1] else f"{real[0]:.4g} to {real[-1]:.4g}"

    def summary(self, alert: Alert) -> str | None:
        """Return what its rule says of it."""
        said = next((alert.annotations[k] for k in _SUMMARIES if alert.annotations.get(k)), "")
        return one_line(said, _SUMMARY) or None

    def about(self, one: Group) -> tuple[Ref, ...]:
        """Return the first objects that it is about."""
        return one.refs[:_REFS]

    def labels(self, one: Group) -> dict[str, str]:
        """Return labels that all of them have and that the objects do not tell."""
        told = {part for ref in one.refs for part in (ref.name, ref.namespace)}
        safe = without_secrets(one.common)
        left = {k: v for k, v in safe.items() if v not in told}
        return dict([(word(_cut(k)), word(_cut(v))) for k, v in left.items()][:_LABELS])

    def members(self, one: Group) -> tuple[str, ...]:
        """Return what tells them apart, where no objects do."""
        if one.refs or len(one.alerts) == 1:
            return ()
        return tuple(_labelled(one.own(alert)) for alert in one.alerts[:_MEMBERS])

    def quiet(self, alert: Alert) -> str | None:
        """Return by what it is kept quiet: silences with author, end and comment; or alerts."""
        if alert.silences:
            return "; ".join(self._silence(one) for one in alert.silences[:2])
        if alert.inhibitors:
            held = self.found.joined.by_fingerprint
            return f"inhibited by {few([_inhibitor(held, one) for one in alert.inhibitors], 2)}"
        if alert.muted_by:
            return f"muted by the time interval {few([word(one) for one in alert.muted_by])}"
        return None

    def told(self, alert: Alert) -> str | None:
        """Return who is told of it, or that nobody is."""
        routing = self.found.routing
        if alert.state == "pending" or not self.found.asked:
            return None
        names = alert.receivers
        if names is None:
            if alert.state != "firing":
                return None
            would = routing.receivers(alert.labels) if routing else None
            there = f"; it would go to {_names(would)}" if would else ""
            if alert not in self.found.joined.missing:
                return f"not yet in Alertmanager{there}"
            return f"nobody is told: Alertmanager does not hold it{there}"
        silent = routing.silent if routing else frozenset[str]()
        if all(one in silent for one in names):
            return f"nobody is told: receiver {_names(names)} notifies nowhere"
        return f"goes to {_names(names)}" if alert.state == "firing" else None

    def runbook(self, one: Group) -> str | None:
        """Return the runbook that it links to; else that of the catalogue."""
        linked = next((v for k in _RUNBOOKS if (v := one.first.annotations.get(k))), "")
        shown = one_line(linked, _SUMMARY)
        own = shown if _LINK.fullmatch(shown) else quoted(shown) if shown else ""
        return own or (one.known.link if one.known else "") or None

    def _silence(self, identifier: str) -> str:
        silence: Silence | None = self.found.silences.get(identifier)
        if silence is None:
            return f"silenced by {word(one_line(identifier, _NAME))}"
        comment = f": {quoted(one_line(silence.comment, _SUMMARY))}" if silence.comment else ""
        by = word(one_line(silence.created_by, _NAME)) or "nobody named"
        until = _until(silence.ends_at)
        return f"silenced until {until} by {by}{comment} (id {silence.id[:_NAME]})"


def _until(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if moment else "it is ended"


def _inhibitor(held: "Mapping[str, Held]", fingerprint: str) -> str:
    found = held.get(fingerprint)
    if found is None:
        return f"an alert that is gone ({word(fingerprint[:_NAME])})"
    labels = [f"{k}={word(_cut(found.labels[k]))}" for k in _INHIBITORS[1:] if k in found.labels]
    name = word(one_line(found.labels.get("alertname", "?"), _NAME))
    return f"{name} ({', '.join(labels[:3])})" if labels else name


def _names(names: "tuple[str, ...] | None") -> str:
    return few([word(one_line(one, _NAME)) for one in names or ()], 3)


def _labelled(labels: "Labels") -> str:
    return ", ".join(
        [f"{word(_cut(k))}={word(_cut(v))}" for k, v in without_secrets(labels).items()][:_LABELS]
    )


def _cut(text: str) -> str:
    return one_line(text, _VALUE)
