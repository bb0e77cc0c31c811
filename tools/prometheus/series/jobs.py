"""How many series each job brings, and how many new ones, from what Prometheus notes of scrapes."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio

from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import Lane

SECONDS = 10.0
_JOB = "job="
_SAMPLES = "scrape_samples_post_metric_relabeling"
_QUERIES = {
    "series": f"sum by (job) ({_SAMPLES})",
    "targets": f"count by (job) ({_SAMPLES})",
    "before": f"sum by (job) ({_SAMPLES} offset 1h)",
    "new": "sum by (job) (sum_over_time(scrape_series_added[1h]))",
}


@dataclass(frozen=True, slots=True)
class JobCost:
    """The series of one job."""

    job: str
    series: int
    """Of its last scrapes together."""
    targets: int
    new: int | None
    """Series that came in the last hour, those of new targets included."""
    before: int | None
    """Series an hour ago."""
    memory: int | None = None
    """Series in memory, those that ended lately included; None where that is not told."""


async def jobs(
    backend: Backend, pairs: Sequence[tuple[str, int]] = ()
) -> tuple[tuple[JobCost, ...], tuple[str, ...]]:
    """Return the jobs, the one with most series first, and what could not be read.

    `pairs` are series in memory by label and value, which know of jobs that ended as well.
    """
    found: dict[str, dict[str, int]] = {}
    gaps: list[str] = []

    async def ask(name: str) -> None:
        try:
            result = await backend.instant(_QUERIES[name], lane=Lane.HEAVY, seconds=SECONDS)
        except ToolError as error:
            gaps.append(f"{name} by job not read: {one_line(str(error), 100)}")
            return
        found[name] = {
            one.labels.get("job", ""): int(one.values[-1]) for one in result.series if one.values
        }

    async with anyio.create_task_group() as group:
        for name in _QUERIES:
            group.start_soon(ask, name)
    memory = {pair.removeprefix(_JOB): count for pair, count in pairs if pair.startswith(_JOB)}
    now = found.get("series", {})
    costs = [
        JobCost(
            job,
            now.get(job, 0),
            found.get("targets", {}).get(job, 0),
            found.get("new", {}).get(job),
            found.get("before", {}).get(job),
            memory.get(job),
        )
        for job in {**now, **memory}
    ]
    costs.sort(key=lambda one: (-max(one.series, one.memory or 0), one.job))
    return tuple(costs), tuple(gaps)
