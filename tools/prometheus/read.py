"""Read one Prometheus, its Alertmanager and the cluster it watches into an Estate."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import NotServedError, ToolError
from clusterwright.tools.excerpt import few
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Json, items, name_of, namespace_of
from clusterwright.tools.prometheus.analyzers.cardinality import dominating
from clusterwright.tools.prometheus.analyzers.monitor_dropped import emptied
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.estate import GROUP, SERVER, Estate
from clusterwright.tools.prometheus.itself import Itself, understood
from clusterwright.tools.prometheus.metric_queries import QUERIES, MetricQuery, down
from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
    from clusterwright.tools.prometheus.monitoring import Reach
    from clusterwright.tools.prometheus.result import Result

T = TypeVar("T")
SECONDS = 5.0
"""What one query may take; what takes longer is a gap."""
_AT_ONCE = 8
"""Queries under way at a time: Prometheus runs 20 for everybody."""
_OPERATED = ("Prometheus", "Alertmanager", "ServiceMonitor", "PodMonitor", "PrometheusRule")
_MAYBE = ("PrometheusAgent", "Probe", "ScrapeConfig")
"""Kinds of the operator that not every release of it has."""
KINDS = (
    *("Pod", "Node", "ReplicaSet", "Deployment", "StatefulSet", "Service", "EndpointSlice"),
    *("Namespace", "NetworkPolicy", "PersistentVolumeClaim", "StorageClass", "Event"),
)
_POOLS = 10
"""Pools without targets of which those that were dropped are read."""
_LABELS = 3
"""Labels that are tried to tell which of them makes a metric explode."""


async def read_estate(
    reach: "Reach", analyzers_need: tuple[str, ...] = (), namespace: str | None = None
) -> Estate:
    """Return what is known of a Prometheus; what could not be read is a gap.

    Raises UnreachableError where the backend does not answer at all, NotFoundError for a namespace
    that does not exist.
    """
    await reach.backend.capability()  # raises where it does not answer: then nothing else would
    if namespace and reach.connection:
        await reach.connection.require_namespace(namespace)
    reading = _Reading(reach)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reading.objects, analyzers_need or KINDS)
        tasks.start_soon(reading.itself)
        tasks.start_soon(reading.manager)
    await reading.understand()
    await reading.queries()
    await reading.more()
    return reading.estate(namespace or "")


class _Reading:
    """One reading: what each step found, and what could not be had."""

    def __init__(self, reach: "Reach") -> None:
        self._reach = reach
        self._gaps: list[Gap] = []
        self._found: dict[str, Json] = {}
        self._itself = Itself()
        self._results: dict[str, Result] = {}
        self._snapshot: Snapshot | None = None
        self._managed: dict[str, object] = {}
        self._shares: list[tuple[str, str, str, int]] = []
        self._asking = anyio.Semaphore(_AT_ONCE)

    async def objects(self, kinds: tuple[str, ...]) -> None:
        """Read the cluster that the backend watches, if it is known."""
        connection = self._reach.connection
        if connection is None:
            reason = "the backend was configured without a cluster: nothing is joined to objects"
            self._gaps.append(Gap(what="objects of the cluster", reason=reason))
            return
        try:
            served = {one.kind for one in await connection.served(GROUP)}
            operated = [f"{kind}.{GROUP}" for kind in (*_OPERATED, *_MAYBE) if kind in served]
            plain = [kind for kind in kinds if not kind.endswith(GROUP)]
            # The Prometheus and what it selects are rarely in the namespace that is asked about.
            self._snapshot = await read_snapshot(connection, (*plain, *operated))
        except ToolError as error:  # what metrics tell is told without the cluster as well
            reason = f"{error.code}: {error}"
            self._gaps.append(Gap(what="objects of the cluster", reason=reason))

    async def itself(self) -> None:
        """Read what Prometheus tells of itself."""
        paths: Mapping[str, tuple[tuple[str, str], ...]] = {
            "targets": (("state", "active"),),
            "scrape_pools": (),
            "rules": (),
            "alerts": (),
            "alertmanagers": (),
            "status/config": (),
            "status/runtimeinfo": (),
            "status/tsdb": (("limit", "10"),),
            "label/__name__/values": (("limit", "100000"), *_last_hours()),
        }
        async with anyio.create_task_group() as tasks:
            for path, parameters in paths.items():
                get = partial(self._reach.backend.get, path, parameters)
                tasks.start_soon(self._endpoint, path, get)

    async def _endpoint(self, path: str, get: Callable[[], Awaitable[Json]]) -> None:
        try:
            self._found[path] = await get()
        except NotServedError as error:
            if path != "scrape_pools":  # the configuration tells the same
                self._gaps.append(Gap(what=path, reason=f"{error.code}: not served by it"))
        except ToolError as error:
            self._gaps.append(Gap(what=path, reason=f"{error.code}: {error}"))

    async def manager(self) -> None:
        """Read Alertmanager."""
        manager = self._reach.alertmanager
        if manager is None:
            reason = "no Alertmanager is known: silences, inhibition and receivers were not checked"
            self._gaps.append(Gap(what="Alertmanager", reason=reason))
            return
        for what, get in (
            ("alerts", manager.alerts),
            ("silences", manager.silences),
            ("status", manager.status),
        ):
            try:
                self._managed[what] = await get()
            except ToolError as error:
                self._gaps.append(Gap(what=f"Alertmanager {what}", reason=f"{error.code}: {error}"))

    async def understand(self) -> None:
        """Work out what Prometheus told: megabytes of targets, rules and alerts may be."""
        self._itself = await to_thread.run_sync(understood, self._found, self._held)
        self._found = {}

    async def queries(self) -> None:
        """Ask the queries of which the metrics are there, side by side."""
        targets, metrics = self._itself.targets, self._itself.metrics
        wanted = [one for one in QUERIES if one.worth_asking(metrics)]
        failing = [one for one in targets.active if one.health == "down"] if targets else []
        if failing:
            wanted.append(down([one.interval or 0.0 for one in failing]))
        failed: dict[str, str] = {}
        async with anyio.create_task_group() as tasks:
            for one in wanted:
                tasks.start_soon(self._ask, one, failed)
        for reason in dict.fromkeys(failed.values()):
            names = [name for name, why in failed.items() if why == reason]
            self._gaps.append(Gap(what=f"queries {few(sorted(names), 5)}", reason=reason))

    async def _ask(self, query: MetricQuery, failed: dict[str, str]) -> None:
        async with self._asking:
            try:
                found = await self._reach.backend.instant(query.bounded, seconds=SECONDS)
            except ToolError as error:
                failed[query.name] = f"{error.code}: {error}"
                return
        self._results[query.name] = found
        if len(found.series) >= query.most:
            reason = f"more than {query.most} series: the worst ones were judged"
            self._gaps.append(Gap(what=f"query {query.name}", reason=reason))

    async def more(self) -> None:
        """Ask what brings the metric that has most of all series, and what is dropped of pools."""
        estate = self.estate("")
        empty = await to_thread.run_sync(emptied, estate)
        for pool in empty[:_POOLS]:
            path, parameters = "targets", (("state", "dropped"), ("scrapePool", pool))
            get = partial(self._reach.backend.get, path, parameters)
            await self._endpoint(f"targets dropped of {pool}", get)
        dropped = tuple(self._found.values())
        self._itself = await to_thread.run_sync(self._itself.with_dropped, dropped)
        labels = [one["name"] for one in items(estate.tsdb, "labelValueCountByLabelName")]
        for metric, _, _ in dominating(estate):
            of = f"{{__name__={string(metric)}}}"
            job = await self._first(f"topk(1, count by (job) ({of}))")
            counts: dict[str, int] = {}
            for label in [one for one in labels if one.isidentifier() and one != "__name__"]:
                if len(counts) < _LABELS:
                    query = f'count(count by ({label}) ({of[:-1]},{label}!=""}}))'
                    found = await self._first(query)
                    counts[label] = int(found[1]) if found else 0
            most = max(counts, key=lambda one: counts[one], default="")
            name = job[0].get("job", "") if job else ""
            self._shares.append((metric, name, most, counts.get(most, 0)))

    async def _first(self, query: str) -> tuple[Mapping[str, str], float] | None:
        try:
            found = await self._reach.backend.instant(query, seconds=SECONDS, lane=Lane.HEAVY)
        except ToolError:  # it adds to a finding that stands without it
            return None
        one = found.series[0] if found.series else None
        return (one.labels, one.values[-1]) if one and one.values else None

    @property
    def _held(self) -> "tuple[Held, ...] | None":
        return cast("tuple[Held, ...] | None", self._managed.get("alerts"))

    def estate(self, namespace: str) -> Estate:
        """Return all that was found."""
        snapshot = self._snapshot or Snapshot(self._reach.cluster, datetime.now(UTC), {})
        itself, own = self._itself, {"Query": len(self._results)}
        return Estate(
            self._reach.cluster,
            snapshot.now,
            snapshot.objects,
            Coverage(
                checked={**itself.counted, **own, **snapshot.coverage.checked},
                gaps=(*self._gaps, *snapshot.coverage.gaps),
            ),
            namespace,
            backend=self._reach.backend.name,
            server=_named(snapshot, "Prometheus", self._reach.backend.name),
            alertmanager=_manager_ref(snapshot, self._reach),
            targets=itself.targets,
            pools=itself.pools,
            configuration=itself.configuration,
            groups=itself.groups,
            alerts=itself.alerts,
            held=self._held,
            silences=cast("None", self._managed.get("silences")),
            manager=cast("None", self._managed.get("status")),
            alertmanagers=itself.alertmanagers,
            tsdb=itself.tsdb,
            runtime=itself.runtime,
            metrics=itself.metrics,
            results=dict(self._results),
            shares=tuple(self._shares),
        )


def _last_hours() -> tuple[tuple[str, str], ...]:
    """Return the window in which a metric counts as there: the head block has two hours."""
    now = datetime.now(UTC).timestamp()
    return (("start", f"{now - 3_600:.0f}"), ("end", f"{now:.0f}"))


def _named(snapshot: Snapshot, kind: str, backend: str) -> Ref:
    """Return the object of the operator that a backend is, or what it is called."""
    found = snapshot.of_kind(f"{kind}.{GROUP}")
    namespace, _, name = backend.rpartition("/")
    here = [one for one in found if not namespace or namespace_of(one) == namespace]
    exact = [one for one in here if name_of(one) in name]
    chosen = exact or (here if len(here) == 1 else [])
    if len(chosen) == 1:
        return Ref.of(chosen[0])
    safe = "".join(c if c.isalnum() or c in ".-" else "-" for c in backend).strip("-.") or "unknown"
    return Ref(SERVER if kind == "Prometheus" else "AlertmanagerServer", safe[:200])


def _manager_ref(snapshot: Snapshot, reach: "Reach") -> Ref | None:
    if reach.alertmanager is None:
        return None
    return _named(snapshot, "Alertmanager", reach.alertmanager.name)
