"""How the number of series has changed: of all, as Prometheus measures itself, and of metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.promql.literals import escaped, string
from clusterwright.tools.prometheus.promql.selector import NAME, Matcher, select
from clusterwright.tools.prometheus.result import Series

SECONDS = 10.0
_HEAD = "prometheus_tsdb_head_series"
_CREATED = "prometheus_tsdb_head_series_created_total"
_ALIKE = 0.1
"""By how much what a server scrapes of itself may differ from what it says of itself."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The course of all series."""

    hour_ago: int | None = None
    day_ago: int | None = None
    created: int | None = None
    """In the last hour, those that ended since included."""


async def growth(backend: Backend, total: int) -> Growth:
    """Return what a Prometheus that scrapes itself says of its series; may raise ToolError.

    Where it scrapes others as well, the one is meant that has as many series as it.
    """
    found = await backend.instant(_HEAD, lane=Lane.HEAVY, seconds=SECONDS)
    own = _own(found.series, total)
    if own is None:
        return Growth()
    where = [Matcher(name, "=", value) for name, value in own.labels.items() if name != NAME]

    async def value(metric: str, form: str) -> int | None:
        query = form.format(select([Matcher(NAME, "=", metric), *where]))
        answer = await backend.instant(query, lane=Lane.HEAVY, seconds=SECONDS)
        return None if answer.only is None else round(answer.only)

    return Growth(
        await value(_HEAD, "{} offset 1h"),
        await value(_HEAD, "{} offset 1d"),
        await value(_CREATED, "increase({}[1h])"),
    )


def _own(every: Sequence[Series], total: int) -> Series | None:
    """Return which of those that are scraped has about as many series as the server itself."""
    known = [one for one in every if one.values]
    known.sort(key=lambda one: abs(one.values[-1] - total))
    near = known and abs(known[0].values[-1] - total) <= _ALIKE * max(total, 1)
    return known[0] if near else None


async def hour_ago(backend: Backend, metrics: Sequence[str]) -> Mapping[str, int]:
    """Return how many series metrics had an hour ago; nothing where nothing was known then."""
    if not metrics:
        return {}
    pattern = "|".join(map(escaped, metrics))
    query = f"count by ({NAME}) ({{{NAME}=~{string(pattern)}}} offset 1h)"
    found = await backend.instant(query, lane=Lane.HEAVY, seconds=SECONDS)
    told = {one.labels.get(NAME, ""): int(one.values[-1]) for one in found.series if one.values}
    if told:
        return {one: told.get(one, 0) for one in metrics}
    up = await backend.instant("count(up offset 1h)", lane=Lane.HEAVY, seconds=SECONDS)
    return dict.fromkeys(metrics, 0) if up.only else {}
