"""Alerts of Prometheus beside those of Alertmanager: what arrived, what did not, and why not."""

from collections import defaultdict
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
    known = _Index(held)
    found: list[Alert] = []
    missing: list[Alert] = []
    for one in alerts:
        match = known.find(one.labels, external)
        found.append(one.held_as(match) if match else one)
        if not match and one.state == "firing" and not _fresh(one, now):
            missing.append(one)
    return Joined(tuple(found), tuple(missing), {one.fingerprint: one for one in held})


class _Index:
    """What Alertmanager holds, by all labels together and by each."""

    def __init__(self, held: Sequence[Held]) -> None:
        self._exact = {frozenset(one.labels.items()): one for one in held}
        self._by_label: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._held = held
        for place, one in enumerate(held):
            for label in one.labels.items():
                self._by_label[label].add(place)

    def find(self, labels: Labels, external: Labels) -> Held | None:
        """Return the one that has exactly these labels, or the only one that has all of them."""
        exact = self._exact.get(frozenset({**external, **labels}.items()))
        if exact or not labels:
            return exact
        sets = sorted((self._by_label.get(one, set[int]()) for one in labels.items()), key=len)
        whole = sets[0].intersection(*sets[1:])
        return self._held[whole.pop()] if len(whole) == 1 else None


def _fresh(alert: Alert, now: datetime | None) -> bool:
    return bool(now and alert.since and now - alert.since < _ON_ITS_WAY)
