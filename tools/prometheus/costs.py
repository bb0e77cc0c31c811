"""The tool that tells what workloads cost, and what is paid for and not used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.cost import opencost
from clusterwright.tools.prometheus.cost.answer import By, CostsAnswer, SpendRow, WasteRow
from clusterwright.tools.prometheus.cost.gathered import (
    Allocations,
    Gathered,
    allocations,
    gather,
    products,
)
from clusterwright.tools.prometheus.cost.questions import gpu_metric
from clusterwright.tools.prometheus.cost.rates import Rates, rates
from clusterwright.tools.prometheus.cost.reckoned import Reckoned, models, reckon
from clusterwright.tools.prometheus.cost.sources import ENGINE, REQUESTS, UTIL, Sources
from clusterwright.tools.prometheus.cost.waste import Waste
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.settings import FILE, Prices
from clusterwright.tools.prometheus.window import seconds_of
from clusterwright.tools.tool import Effect, Tool

_SHORTEST, _LONGEST, _DAY = 300, 31 * 86_400, 86_400
_SPARED = 5
"""Over-requests that are left alone and named."""
_COVERED = 0.95
"""Share of a window that is measured, below which that is said."""


async def prom_costs(
    monitoring: Monitoring,
    by: Annotated[By, Field(description="What costs are summed up by.")] = "namespace",
    last: Annotated[str, Field(max_length=20, description="As 6h, 1d, 7d.")] = "1d",
    queries: Annotated[bool, Field(description="Show the queries as well.")] = False,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
    backend: Backend = None,
) -> CostsAnswer:
    """Tell what is paid for and not used (idle GPUs, over-requests, zombies), then what each costs.

    Prices are OpenCost's, or else configured; without any, hours are told.
    """
    seconds = _window(last)
    reach = await monitoring.reach(cluster, backend)
    own = question(reach.cluster, reach.backend.name, by, last)
    at, after = _continued(cursor, own)
    found = await _known(monitoring, reach, by, seconds, at)
    counted = found.counted(reach.cluster, by, last, queries=queries)
    rest = _after(found.rows, after, cursor)
    page = _Page(counted if after else found.beside(counted), rest, own, found.end)
    most = min(limit or len(rest), len(rest))
    return longest(page.first, most, CAP if limit or queries else BUDGET)


TOOL = Tool(prom_costs, Effect.READ, "What workloads cost")


def _window(last: str) -> int:
    seconds = round(seconds_of(last, "last"))
    if not _SHORTEST <= seconds <= _LONGEST:
        raise InvalidInputError(
            f"last {last!r} is too short or too long a window", hint="pass 5m to 31d, as 1d"
        )
    return seconds


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out of a window."""

    seconds: int
    end: int
    gathered: Gathered
    allocated: Allocations | None
    priced: Rates
    reckoned: Reckoned
    gaps: tuple[Gap, ...]

    @property
    def rows(self) -> "list[_Row]":
        """All rows, what is wasted first."""
        return [
            *(_Row("waste", _waste_key(one), WasteRow.of(one)) for one in self.reckoned.waste),
            *(_Row("spend", one.name, SpendRow.of(one)) for one in self.reckoned.spends),
        ]

    def counted(self, cluster: str, by: By, last: str, *, queries: bool) -> CostsAnswer:
        """Return the answer without rows."""
        priced, reckoned = self.priced, self.reckoned
        currency = "USD" if self.allocated is None else "(OpenCost's currency)"
        return CostsAnswer(
            cluster=cluster,
            by=by,
            window=last,
            until=datetime.fromtimestamp(self.end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            measured_hours=round(reckoned.hours, 3),
            prices=priced.source or f"none known: no OpenCost, and no prices in {FILE}; hours only",
            currency=currency if priced.known else "",
            total=reckoned.total,
            wasted=reckoned.wasted,
            waste_count=len(reckoned.waste),
            spend_count=len(reckoned.spends),
            gaps=self.gaps,
            queries=self.gathered.queries if queries else None,
        )

    def beside(self, counted: CostsAnswer) -> CostsAnswer:
        """Return the first page's answer, with what is told beside the rows."""
        reckoned, spared = self.reckoned, len(self.reckoned.spared)
        return counted.model_copy(
            update={
                "spared": tuple(one_line(one) for one in reckoned.spared[:_SPARED]),
                "unpriced": tuple(one_line(one) for one in reckoned.unpriced[:_SPARED]),
                "notes": tuple(_notes(self.gathered, self.seconds, reckoned.hours, spared)),
            }
        )


async def _known(monitoring: Monitoring, reach: Reach, by: By, seconds: int, at: int) -> _Known:
    """Return what Prometheus and OpenCost say of the seconds before a moment; 0 stands for now."""
    now = at or int((await reach.backend.instant("time()")).only or 0)
    end = Sources((), (), seconds).end(now)
    found = await gather(reach.backend, by, seconds, end)
    allocated, gap = await allocations(reach.connection, by, end - seconds, end)
    of_nodes = models(found.results) | await products(reach.connection)
    priced = _rates(monitoring.prices, found, allocated, of_nodes)
    told = opencost.spends(allocated.asked, by) if allocated and by != "gpu" else None
    reckoned = reckon(found.results, priced, by, gpu_metric(found.sources), told)
    gaps = (*reach.not_asked, *found.gaps, *([gap] if gap else []))
    return _Known(seconds, end, found, allocated, priced, reckoned, gaps)


def _rates(
    prices: Prices, found: Gathered, allocated: Allocations | None, of_nodes: dict[str, str]
) -> Rates:
    if allocated is not None:
        return opencost.rates(allocated.nodes, allocated.place, of_nodes)
    costs = {one: found.results.get(f"price {one}", ()) for one in ("gpu", "core", "gib")}
    return rates(prices, of_nodes, costs)


def _notes(found: Gathered, seconds: int, hours: float, spared: int) -> list[str]:
    there = found.sources.there
    notes: list[str] = []
    if REQUESTS not in there:
        notes.append(f"no {REQUESTS}: kube-state-metrics is not scraped, so no costs by requests")
    elif hours * 3_600 < seconds * _COVERED:
        notes.append("less than the window is measured: over-requests and zombies need all of it")
    if ENGINE not in there:
        judged = (
            f"judged by {UTIL}, which one tiny kernel takes to 100 %"
            if UTIL in there
            else ("idle GPUs cannot be told")
        )
        notes.append(f"{ENGINE} is not exported: {judged}")
    if seconds < _DAY:
        notes.append("a window of less than a day knows no daily peak")
    if spared > _SPARED:
        notes.append(f"{spared - _SPARED} more over-requests are left as requested")
    return notes


@dataclass(frozen=True, slots=True)
class _Row:
    section: str
    key: str
    row: WasteRow | SpendRow


def _waste_key(one: Waste) -> str:
    return f"{one.kind} {one.subject} {one.fact}"[:300]


def _continued(cursor: str | None, own: str) -> tuple[int, tuple[str, str] | None]:
    """Return the end of the window that a cursor continues, and the last row that was shown."""
    if not cursor:
        return 0, None
    asked, at, section, key = decode("costs", cursor, str, int, str, str)
    if asked != own:
        raise foreign(cursor)
    return int(at), (str(section), str(key))


def _after(
    rows: Sequence[_Row], after: tuple[str, str] | None, cursor: str | None
) -> Sequence[_Row]:
    if after is None:
        return rows
    for place, one in enumerate(rows):
        if (one.section, one.key) == after:
            return rows[place + 1 :]
    raise foreign(cursor or "")


@dataclass(frozen=True, slots=True)
class _Page:
    counted: CostsAnswer
    rows: Sequence[_Row]
    own: str
    end: int

    def first(self, count: int) -> CostsAnswer:
        """Return the answer with the first rows that are left."""
        shown = self.rows[:count]
        more = count < len(self.rows)
        last = shown[-1] if shown else None
        return self.counted.model_copy(
            update={
                "waste": tuple(one.row for one in shown if isinstance(one.row, WasteRow)),
                "spend": tuple(one.row for one in shown if isinstance(one.row, SpendRow)),
                "next_cursor": encode("costs", self.own, self.end, last.section, last.key)
                if more and last
                else None,
            }
        )
