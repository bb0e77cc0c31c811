"""What is known of one Prometheus at one moment, beside the objects of the cluster it watches."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from clusterwright.tools.manifest import Manifest, items, name_of, text
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
from clusterwright.tools.prometheus.alertmanager_state import AlertmanagerStatus, Silence
from clusterwright.tools.prometheus.result import Result, Series
from clusterwright.tools.prometheus.ruling.rule import RuleGroup
from clusterwright.tools.prometheus.scraping.configuration import Configuration
from clusterwright.tools.prometheus.scraping.target import Target, Targets
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

GROUP = "monitoring.coreos.com"
SERVER = "PrometheusServer"
"""Kind of a Prometheus that no object of the cluster stands for."""
NOWHERE = Ref(SERVER, "unknown")


@dataclass(frozen=True)
class Estate(Snapshot):
    """A Snapshot with what a Prometheus and its Alertmanager tell of themselves.

    What is None was not read, and has its reason in `coverage`.
    """

    backend: str = ""
    """As a caller names the Prometheus that was asked; empty where only one can be meant."""
    server: Ref = NOWHERE
    """The Prometheus that was asked: its object, if there is one."""
    alertmanager: Ref | None = None
    targets: Targets | None = None
    pools: tuple[str, ...] | None = None
    configuration: Configuration | None = None
    groups: tuple[RuleGroup, ...] | None = None
    alerts: tuple[Alert, ...] | None = None
    """With what Alertmanager makes of them, where it was read."""
    held: tuple[Held, ...] | None = None
    """What Alertmanager has."""
    silences: tuple[Silence, ...] | None = None
    manager: AlertmanagerStatus | None = None
    alertmanagers: int | None = None
    """How many Prometheus sends alerts to."""
    tsdb: Manifest | None = None
    """`data` of status/tsdb."""
    runtime: Manifest | None = None
    """`data` of status/runtimeinfo."""
    metrics: frozenset[str] | None = None
    """Names of all metrics of the last hours."""
    results: Mapping[str, Result] = field(default_factory=dict[str, Result])
    """By the query's name."""
    shares: tuple[tuple[str, str, str, int], ...] = ()
    """Of the metric that dominates: name, job, label with most values, number of values."""

    def series(self, name: str) -> tuple[Series, ...]:
        """Return what a named query gave; nothing where it was not asked or failed."""
        found = self.results.get(name)
        return found.series if found else ()

    def target_of(self, job: str, instance: str) -> Target | None:
        """Return the target that series with these labels come from."""
        return self._by_instance.get((job, instance))

    @cached_property
    def _by_instance(self) -> Mapping[tuple[str, str], Target]:
        active = self.targets.active if self.targets else ()
        return {(one.job, one.instance): one for one in active}

    @cached_property
    def addresses(self) -> Mapping[str, Ref]:
        """Nodes by every name and address of theirs that no other has."""
        found: dict[str, set[Ref]] = defaultdict(set)
        for node in self.of_kind("Node"):
            for one in items(node, "status", "addresses"):
                found[text(one, "address")].add(Ref.of(node))
        own = {at: min(refs) for at, refs in found.items() if at and len(refs) == 1}
        return own | {name_of(one): Ref.of(one) for one in self.of_kind("Node")}


def estate_of(snapshot: Snapshot) -> Estate:
    """Return the estate that analyzers were handed; an empty one for another Snapshot."""
    if isinstance(snapshot, Estate):
        return snapshot
    return Estate(
        snapshot.cluster, snapshot.now, snapshot.objects, snapshot.coverage, snapshot.namespace
    )
