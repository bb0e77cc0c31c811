"""How many series there are, and of what most: as the server keeps count, or as it is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.tools.errors import ForbiddenError, NotFoundError, NotServedError
from clusterwright.tools.manifest import Json, items, mapping, number, text
from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.promql.selector import NAME

MOST = 1_000
"""Metrics and labels that are read; a server that knows no limit gives its first ten."""
SECONDS = 20.0
_COUNTED = 500_000
_EVERY = '{__name__!=""}'
Counts = tuple[tuple[str, int], ...]
"""Names with how many there are, the most first."""


@dataclass(frozen=True, slots=True)
class Head:
    """Series by name and label."""

    total: int
    """In memory, those included that ended in the last hours; now, where it was counted."""
    metrics: Counts
    labels: Counts
    """Values by label; empty where the server does not tell."""
    pairs: Counts
    """Series by label and value, as `job=kubelet`."""
    counted: bool
    """Whether a query counted what is there now."""


async def head(backend: Backend) -> Head:
    """Return what the server keeps count of; else count it. May raise ToolError."""
    can = await backend.capability()
    if can.can(Feature.TSDB_STATUS):
        try:
            found = read_head(await backend.get("status/tsdb", [("limit", str(MOST))]))
        except (NotServedError, NotFoundError, ForbiddenError):
            pass  # it says that it is one that does
        else:
            if found.total:
                return found
    return await _counted(backend)


def read_head(data: Json) -> Head:
    """Return what `data` of `status/tsdb` holds; VictoriaMetrics calls the total otherwise."""
    total = number(data, "headStats", "numSeries") or number(data, "totalSeries")
    return Head(
        total,
        _counts(data, "seriesCountByMetricName"),
        _counts(data, "labelValueCountByLabelName"),
        _counts(data, "seriesCountByLabelValuePair"),
        counted=False,
    )


def _counts(data: Json, name: str) -> Counts:
    found = ((text(one, "name"), number(one, "value")) for one in items(mapping(data), name))
    return ordered([(one, count) for one, count in found if one])


def ordered(counts: Sequence[tuple[str, int]]) -> Counts:
    """Return counts, the most first."""
    return tuple(sorted(counts, key=lambda pair: (-pair[1], pair[0])))


async def now(backend: Backend, found: Head) -> int | None:
    """Return how many series there are now; None where they are too many to be counted for it."""
    if found.counted or found.total > _COUNTED:
        return None
    result = await backend.instant(f"count({_EVERY})", lane=Lane.HEAVY, seconds=SECONDS)
    return int(result.only or 0)


async def _counted(backend: Backend) -> Head:
    query = f"topk({MOST}, count by ({NAME}) ({_EVERY}))"
    found = await backend.instant(query, lane=Lane.HEAVY, seconds=SECONDS)
    metrics = [(one.labels.get(NAME, ""), int(one.values[-1])) for one in found.series]
    total = sum(count for _, count in metrics)
    if len(metrics) == MOST:
        whole = await backend.instant(f"count({_EVERY})", lane=Lane.HEAVY, seconds=SECONDS)
        total = int(whole.only or 0)
    return Head(total, ordered(metrics), (), (), counted=True)
