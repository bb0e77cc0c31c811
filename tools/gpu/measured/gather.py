"""Ask a Prometheus and the cluster that it watches what is known of GPUs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.measured.places import Places
from clusterwright.tools.gpu.measured.vocabulary import Vocabulary, existing
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.prometheus.cost.gathered import WHOLE_SECONDS, Gathered
from clusterwright.tools.prometheus.cost.sources import Sources
from clusterwright.tools.prometheus.estate import Estate as Watched
from clusterwright.tools.prometheus.result import Result, Series
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.monitoring import Reach

_KINDS = ("Node", "Pod", "ReplicaSet", "Job")
"""What names devices, who has them, and the workloads of these."""
_OF_NAMESPACE = ("Pod", "ReplicaSet", "Job")


@dataclass(frozen=True, slots=True)
class Known:
    """What both told."""

    end: int
    vocabulary: Vocabulary
    results: dict[str, Sequence[Series]]
    places: Places
    gaps: tuple[Gap, ...]


async def gather(reach: "Reach", seconds: int, at: int, namespace: str | None) -> Known:
    """Return what is known of the seconds before a moment; 0 stands for now.

    What fails is a gap beside what does not. Raises UnreachableError where either does not answer
    at all, NotFoundError for a namespace that does not exist.
    """
    backend = reach.backend
    end = at or int((await backend.instant("time()")).only or 0)
    names = await backend.instant(existing(), end)
    there = frozenset(one.labels.get("__name__", "") for one in names.series)
    vocabulary = Vocabulary(there, seconds)
    found = Gathered(Sources((), (), seconds), until=anyio.current_time() + WHOLE_SECONDS)
    async with backend.one_question():
        await found.ask(backend, vocabulary.asked(), end)
    snapshot, gaps = await _cluster(reach, namespace)
    estate = Estate(
        snapshot.cluster, snapshot.now, snapshot.objects, snapshot.coverage, namespace or ""
    )
    watched = Watched(
        snapshot.cluster,
        snapshot.now,
        snapshot.objects,
        snapshot.coverage,
        results={name: Result("vector", tuple(one)) for name, one in found.results.items()},
    )
    every = (*reach.not_asked, *gaps, *snapshot.coverage.gaps, *found.gaps)
    return Known(end, vocabulary, found.results, Places(estate, watched), every)


async def _cluster(reach: "Reach", namespace: str | None) -> tuple[Snapshot, tuple[Gap, ...]]:
    connection = reach.connection
    if connection is None:
        reason = "the backend is configured without one: nodes and pods are as its series call them"
        return _nothing(reach), (Gap(what="objects of the cluster", reason=reason),)
    if namespace:
        await connection.require_namespace(namespace)
    try:
        return await _read(connection, namespace), ()
    except ToolError as error:  # what is measured is told without the cluster as well
        reason = f"{error.code}: {one_line(str(error))}"
        return _nothing(reach), (Gap(what="objects of the cluster", reason=reason),)


async def _read(connection: "Connection", namespace: str | None) -> Snapshot:
    """Read all namespaces, whose pods have devices; where that may not be, the one asked for."""
    snapshot = await read_snapshot(connection, _KINDS)
    if not namespace or snapshot.was_read("Pod"):
        return snapshot
    own = await read_snapshot(connection, _OF_NAMESPACE, namespace)
    for kind in _OF_NAMESPACE:
        if own.was_read(kind):
            snapshot = snapshot.holding(kind, *own.of_kind(kind))
    return snapshot


def _nothing(reach: "Reach") -> Snapshot:
    return Snapshot(reach.cluster, datetime.now(UTC), {})
