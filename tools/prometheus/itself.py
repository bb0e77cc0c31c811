"""What a Prometheus tells of itself, understood: once, and beside the event loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from clusterwright.tools.manifest import Json, Manifest, items, mapping
from clusterwright.tools.prometheus.alerting.alert import Alert, read_alerts
from clusterwright.tools.prometheus.alerting.joined import join
from clusterwright.tools.prometheus.ruling.rule import RuleGroup, read_rules
from clusterwright.tools.prometheus.scraping.configuration import Configuration, read_configuration
from clusterwright.tools.prometheus.scraping.target import Targets, read_pools, read_targets

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
    from clusterwright.tools.prometheus.result import Labels


@dataclass(frozen=True, slots=True)
class Itself:
    """Of each endpoint what it says; None for what was not read."""

    targets: Targets | None = None
    pools: tuple[str, ...] | None = None
    configuration: Configuration | None = None
    groups: tuple[RuleGroup, ...] | None = None
    alerts: tuple[Alert, ...] | None = None
    """With what Alertmanager makes of them, where it was read."""
    alertmanagers: int | None = None
    tsdb: Manifest | None = None
    runtime: Manifest | None = None
    metrics: frozenset[str] | None = None

    @property
    def counted(self) -> dict[str, int]:
        """How much was read, by kind."""
        counted = {
            "Target": len(self.targets.active) if self.targets else None,
            "Rule": sum(len(one.rules) for one in self.groups) if self.groups is not None else None,
            "Alert": len(self.alerts) if self.alerts is not None else None,
        }
        return {kind: count for kind, count in counted.items() if count is not None}

    def with_dropped(self, answers: Sequence[Json]) -> "Itself":
        """Return it with the targets that were dropped, as `targets` tells them pool by pool."""
        if self.targets is None:
            return self
        dropped = tuple(one for answer in answers for one in read_targets(answer).dropped)
        return replace(self, targets=replace(self.targets, dropped=dropped))


def understood(found: Mapping[str, Json], held: "Sequence[Held] | None") -> Itself:
    """Return what the answers say.

    Args:
        found: `data` of endpoints of the API by their path; what was not read is not in it.
        held: the alerts that Alertmanager has, if they were read.
    """
    configuration = read_configuration(found.get("status/config"))
    alerts = read_alerts(found["alerts"]) if "alerts" in found else None
    if alerts and held:
        external: Labels = configuration.external if configuration else {}
        alerts = join(alerts, held, external).alerts
    managers, names = found.get("alertmanagers"), found.get("label/__name__/values")
    active = items(managers, "activeAlertmanagers")
    return Itself(
        targets=read_targets(found["targets"]) if "targets" in found else None,
        pools=read_pools(found["scrape_pools"]) if "scrape_pools" in found else None,
        configuration=configuration,
        groups=read_rules(found["rules"]) if "rules" in found else None,
        alerts=alerts,
        alertmanagers=len(active) if isinstance(managers, dict) else None,
        tsdb=_mapping(found.get("status/tsdb")),
        runtime=_mapping(found.get("status/runtimeinfo")),
        metrics=_texts(cast("list[Json]", names)) if isinstance(names, list) else None,
    )


def _texts(values: Sequence[Json]) -> frozenset[str]:
    return frozenset(one for one in values if isinstance(one, str))


def _mapping(value: Json) -> Manifest | None:
    return mapping(value) if isinstance(value, dict) else None
