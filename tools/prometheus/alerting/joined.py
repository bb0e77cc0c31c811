"""Alerts of Prometheus beside those of Alertmanager: what arrived, what did not, and why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
from clusterwright.tools.prometheus.result import Labels

_ON_ITS_WAY = timedelta(minutes=2)
"""An alert is sent when it is evaluated, and again each minute."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Alerts with what Alertmanager makes of them."""

    alerts: tuple[Alert, ...]
    missing: tuple[Alert, ...]
    """Those that fire and that Alertmanager does not hold."""
    by_fingerprint: Mapping[str, Held]
    """What Alertmanager holds, to name what inhibits."""


def join(
    alerts: Iterable[Alert], held: Sequence[Held], external: Labels, now: datetime | None = None
) -> Joined:
    """Return alerts of Prometheus, each with what Alertmanager holds of it.

    On its way an alert gets the external labels, which do not replace labels of its own; others
    that relabelling changed are found by the labels that stayed, if only one is meant.
    """
    exact: dict[frozenset[tuple[str, str]], Held] = {}
    by_name: dict[str, list[Held]] = {}
    for one in held:
        exact[frozenset(one.labels.items())] = one
        by_name.setdefault(one.labels.get("alertname", ""), []).append(one)
    found: list[Alert] = []
    missing: list[Alert] = []
    for one in alerts:
        wanted = {**external, **one.labels}
        match = exact.get(frozenset(wanted.items())) or _like(one, by_name.get(one.name, ()))
        if match:
            found.append(one.held_as(match))
            continue
        found.append(one)
        if one.state == "firing" and not _fresh(one, now):
            missing.append(one)
    return Joined(tuple(found), tuple(missing), {one.fingerprint: one for one in held})


def _like(alert: Alert, held: Sequence[Held]) -> Held | None:
    """Return the only one that has all labels of an alert, or all labels but few."""
    whole = [one for one in held if alert.labels.items() <= one.labels.items()]
    return whole[0] if len(whole) == 1 else None


def _fresh(alert: Alert, now: datetime | None) -> bool:
    return bool(now and alert.since and now - alert.since < _ON_ITS_WAY)
