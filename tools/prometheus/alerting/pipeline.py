"""Whether alerts reach who should be told: from a rule to a receiver, and where the way ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.excerpt import few
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.result import Labels

WATCHDOG = "Watchdog"


@dataclass(frozen=True, slots=True)
class Way:
    """What was found out on the way; None for what was not read."""

    firing: int
    missing: Sequence[Alert] = ()
    """Fire, and are not held by the Alertmanager that was asked."""
    asked: bool = False
    """Whether an Alertmanager was asked."""
    configured: bool | None = None
    """Whether the configuration names any Alertmanager."""
    active: int | None = None
    """Alertmanagers that Prometheus sends to."""
    errors: Mapping[str, float] = field(default_factory=dict[str, float])
    """Alerts each second that fail, by Alertmanager; those dropped under an empty name."""
    relabelled: bool = False
    watchdog: bool = False
    """Whether the alert fires."""
    watchdog_rule: bool | None = None
    """Whether there is a rule of that name."""
    external: Labels = field(default_factory=dict[str, str])


def broken(way: Way) -> list[str]:
    """Return what is wrong on the way, the first place where it ends first."""
    found: list[str] = []
    if way.watchdog_rule and not way.watchdog:
        found.append(
            "Watchdog does not fire although there is a rule for it: rules are not evaluated, or"
            " its rule fails (prom_rules)"
        )
    if way.active == 0:
        found.append(_nowhere(way))
    for name, rate in sorted(way.errors.items()):
        what = f"cannot be sent to Alertmanager {name}" if name else "are dropped unsent"
        found.append(f"{rate:.2g} alerts each second {what}")
    if way.missing:
        found.append(_lost(way))
    return found


def _nowhere(way: Way) -> str:
    lost = f", so that {way.firing} firing alerts tell nobody" if way.firing else ""
    if way.configured is False:
        return f"Prometheus is configured without any Alertmanager{lost}"
    return (
        f"Prometheus found none of the Alertmanagers that it is configured with{lost}:"
        " look at the endpoints and the port name of the Service that they are found by"
    )


def _lost(way: Way) -> str:
    names = few(sorted({one.name for one in way.missing}))
    says = f"{len(way.missing)} firing alerts are not in the Alertmanager that was asked: {names}"
    if way.active == 0 or way.errors:
        return says
    if way.relabelled:
        return f"{says}; alert_relabel_configs may drop them or change their labels"
    return f"{says}; it may not be the Alertmanager that this Prometheus sends to"
