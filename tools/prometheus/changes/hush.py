"""What a silence is worked out from: what fires, what would be muted, and other silences."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusterwright.tools.errors import ConflictError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.alertmanager_state import Alert, Silence
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

WATCHDOGS = frozenset({"Watchdog", "DeadMansSwitch"})
"""Alerts that always fire: whoever stops hearing them knows that alerting is broken."""
ALWAYS = WATCHDOGS | {"InfoInhibitor"}
_WORST = ("critical", "page", "error", "major", "high", "warning", "minor", "info", "none")
_SHOWN = 12


@dataclass(frozen=True)
class Hush:
    """An Alertmanager as it is, for one change."""

    alertmanager: str
    """As it is called; empty where it was not asked for by name."""
    alerts: tuple[Alert, ...] = ()
    """All that it has."""
    matched: tuple[Alert, ...] = ()
    """Those that the matchers of the change match, as Alertmanager itself says."""
    silences: tuple[Silence, ...] = ()
    """Those that have not ended."""
    ended: tuple[Silence, ...] = ()
    rules: tuple[Labels, ...] | None = ()
    """The labels of each rule that alerts, `alertname` among them; None if they cannot be read."""
    shared: bool = False
    """Whether it was configured for no cluster in particular, and may hear of others as well."""

    def only_by(self, identifier: str) -> tuple[Alert, ...]:
        """Return the alerts that nothing but one silence keeps quiet."""
        return tuple(
            one
            for one in self.alerts
            if one.silenced_by == (identifier,) and not one.inhibited_by and not one.muted_by
        )


def hush_of(scene: Scene, ref: Ref) -> Hush:
    """Return what the survey found for a change of silences."""
    found = scene.prepared.get(ref)
    if not isinstance(found, Hush):
        raise ConflictError(f"nothing is known of {ref}", hint="this is a fault of ours")
    return found


def name_of(alert: Alert) -> str:
    """Return the name of an alert."""
    return alert.labels.get("alertname", "")


def severity_of(alert: Alert) -> str:
    """Return the severity of an alert, by convention one of a few words."""
    return alert.labels.get("severity", "")


def counted(alerts: Iterable[Alert]) -> Json:
    """Return what a plan is bound to of alerts, which is what it shows: names and how many."""
    found = Counter((name_of(one), severity_of(one)) for one in alerts)
    return [[name, severity, many] for (name, severity), many in sorted(found.items())]


def told(alerts: Sequence[Alert]) -> str:
    """Return alerts by name, the worst first, as the plan shows them."""
    found = Counter((name_of(one), severity_of(one)) for one in alerts)
    rows = sorted(found.items(), key=lambda one: (_rank(one[0][1]), -one[1], one[0]))
    names = [
        f"{word(name)} x{many} ({word(severity) or 'no severity'})"
        for (name, severity), many in rows
    ]
    more = f" and {len(names) - _SHOWN} names more" if len(names) > _SHOWN else ""
    return one_line(", ".join(names[:_SHOWN]), 1_500) + more if names else "nothing"


def worst(alerts: Iterable[Alert]) -> str:
    """Return the worst severity; empty without any."""
    return min((severity_of(one) for one in alerts), key=_rank, default="")


def is_grave(alerts: Iterable[Alert]) -> bool:
    """Return whether somebody would be woken for one of the alerts."""
    return wakes(worst(alerts))


def wakes(severity: str) -> bool:
    """Return whether somebody would be woken for an alert of that severity."""
    return _rank(severity) < _WORST.index("warning")


def _rank(severity: str) -> int:
    lowered = severity.lower()
    return _WORST.index(lowered) if lowered in _WORST else len(_WORST)
