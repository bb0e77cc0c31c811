"""Alerts of one name that are in one state for one reason: told together, as one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.cursor import question
from clusterwright.tools.prometheus.alerting.about import NOWHERE, Places, about
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.known_alerts import KNOWN_ALERTS
from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.ref import Ref

_SEVERITIES = ("critical", "error", "warning", "info", "none")
_TOLD = frozenset({"alertname", "severity"})
_NAME = 80
"""Characters of a name in a cursor; the digest knows the others."""
Key = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts that differ in what they are about only."""

    alerts: tuple[Alert, ...]
    """Those that began first come first."""
    refs: tuple[Ref, ...]
    """What each is about first of all, without repeats."""
    common: Labels
    """Labels that all have, but for name and severity."""
    single: bool = False
    """Whether it was asked for each alert by itself."""

    @property
    def first(self) -> Alert:
        """The one that began first."""
        return self.alerts[0]

    @property
    def known(self) -> KnownAlert | None:
        """What is known of it by its name."""
        return KNOWN_ALERTS.get(self.first.name)

    @property
    def healthy(self) -> bool:
        """Whether it fires where all is well."""
        return bool(self.known and self.known.healthy)

    @property
    def since(self) -> datetime | None:
        """When the first of them began."""
        return next((one.since for one in self.alerts if one.since), None)

    @property
    def key(self) -> Key:
        """Where it stands in the answer: by state, severity, name, and a digest of the rest."""
        one = self.first
        severity = one.severity if one.severity in _SEVERITIES else "warning"
        rest = question(_labelled(one) if self.single else repr(_apart(one)))
        return (one.order, _SEVERITIES.index(severity), one.name[:_NAME], rest)

    def own(self, alert: Alert) -> Labels:
        """Return the labels of an alert that the others do not share."""
        own = {k: v for k, v in alert.labels.items() if k not in self.common and k not in _TOLD}
        return dict(sorted(own.items()))


def grouped(
    alerts: Iterable[Alert], places: Places = NOWHERE, *, single: bool = False
) -> list[Group]:
    """Return alerts in groups, or each by itself, in the order of an answer."""
    groups: dict[object, list[Alert]] = defaultdict(list)
    for one in alerts:
        groups[_labelled(one) if single else _apart(one)].append(one)
    found = [_group(ones, places, single=single) for ones in groups.values()]
    return sorted(found, key=lambda one: one.key)


def _group(alerts: Sequence[Alert], places: Places, *, single: bool) -> Group:
    ordered = sorted(alerts, key=lambda one: (_began(one), _labelled(one)))
    refs = [ref for one in ordered for ref in about(one.labels, places)[: None if single else 1]]
    pairs = set(ordered[0].labels.items())
    for one in ordered[1:]:
        pairs &= one.labels.items()
    common = {name: value for name, value in sorted(pairs) if name not in _TOLD}
    return Group(tuple(ordered), tuple(dict.fromkeys(refs)), common, single)


def _apart(one: Alert) -> tuple[object, ...]:
    quiet = (one.silences, one.inhibitors, one.muted_by)
    return (one.name, one.state, one.severity, *quiet, one.receivers)


def _labelled(one: Alert) -> str:
    return repr(sorted(one.labels.items()))


def _began(one: Alert) -> float:
    return one.since.timestamp() if one.since else float("inf")
