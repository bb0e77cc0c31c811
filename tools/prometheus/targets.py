"""The tool that tells what is scraped and what is not, and why."""

from collections import Counter
from functools import cache
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.read_targets import Scraping, read_scraping
from clusterwright.tools.prometheus.scraping.drop import Drop
from clusterwright.tools.prometheus.scraping.subject import monitor, subject
from clusterwright.tools.prometheus.scraping.target import Target
from clusterwright.tools.prometheus.scraping.trouble import Trouble
from clusterwright.tools.prometheus.scraping.trouble import told as told_of
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_MEMBERS = 5
_JOBS = 40
_MOST = BUDGET // 100
"""Rows of a page: one takes a hundred bytes at least, and what is tried in vain takes time."""
_KEY = 120
"""Characters of each word in a cursor."""
Key = tuple[int, str, str]
Told = Trouble | Drop | Target


class TargetRow(BaseModel):
    """One cause of targets that are missing, one step that drops some, or one target."""

    model_config = ConfigDict(frozen=True)

    what: Literal["down", "selects-nothing", "not-selected", "no-targets", "dropped", "target"]
    name: str = Field(description="Pool (scrape configuration), monitor or target.")
    cause: str = ""
    says: str
    count: int = Field(default=0, description="Targets.")
    of: int = Field(default=0, description="Targets of the pool.")
    members: tuple[str, ...] = Field(default=(), description="The first of them: object and URL.")
    monitor: Ref | None = None
    error: str | None = Field(default=None, description="As Prometheus words it.")
    check: str | None = None

    def lines(self) -> list[str]:
        """Return the row, and what belongs to it on lines of their own."""
        counted = f" {self.count} of {self.of}" if self.of else ""
        cause = f" ({self.cause})" if self.cause else ""
        lines = [f"{self.what}{counted} {self.name}{cause}: {self.says}"]
        lines += [f"  {quoted(self.error)}"] if self.error else []
        if self.members:
            more = f" and {self.count - len(self.members)} more"
            lines.append(f"  {', '.join(self.members)}{more if more[5] != '0' else ''}")
        lines += [f"  check: {self.check}"] if self.check else []
        return lines


class TargetList(Answer):
    """One page of what is scraped or is not."""

    backend: str
    up: int
    down: int
    unknown: int = Field(description="Not scraped yet.")
    dropped: int | None = Field(default=None, description="By relabelling; absent if not told.")
    rows: tuple[TargetRow, ...] = ()
    jobs: dict[str, int] = Field(default_factory=dict, description="Targets that are up, by job.")
    left_out: int = Field(default=0, description="Rows after this page.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts, the rows, and the jobs that are well on one line."""
        head = f"{self.backend} on {self.cluster}: {self.up} up, {self.down} down"
        head += f", {self.unknown} not scraped yet" if self.unknown else ""
        head += f", {self.dropped} dropped by relabelling" if self.dropped else ""
        lines = [head, *(line for row in self.rows for line in row.lines())]
        if self.jobs:
            lines.append("up by job: " + ", ".join(f"{k} {n}" for k, n in self.jobs.items()))
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        if self.next_cursor:
            lines.append(f"{self.left_out} more: cursor={self.next_cursor}")
        return "\n".join(lines)


async def prom_targets(
    monitoring: Monitoring,
    state: Annotated[
        Literal["problems", "dropped", "all"],
        Field(description="dropped: by which relabel step; all: each target that is scraped."),
    ] = "problems",
    job: Annotated[
        str | None, Field(max_length=300, description="Job, pool or monitor, or a part of it.")
    ] = None,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows at most.")] = None,
    cursor: Cursor = None,
    backend: Backend = None,
    cluster: Cluster = None,
) -> TargetList:
    """Tell which targets are down and why, which pools have none, which monitors select nothing.

    Or which relabel step drops targets.
    """
    asked, *after = decode("targets", cursor, str, int, str, str) if cursor else ("",)
    reach = await monitoring.reach(cluster, backend)
    own = question(reach.cluster, reach.backend.name, state, job)
    if cursor and asked != own:
        raise foreign(cursor)
    found = await read_scraping(reach, objects=state == "problems")
    _known(found, job)
    told = await _told(found, state, job)
    rest = [one for one in sorted(told, key=lambda one: one[0]) if one[0] > tuple(after)]
    counted = _counted(reach.cluster, found, job)
    shown = min(limit or _MOST, _MOST, len(rest))

    @cache  # only what is shown is worded
    def row(place: int) -> TargetRow:
        return _row(rest[place][1], found)

    def page(count: int) -> TargetList:
        more = count < len(rest)
        return counted.model_copy(
            update={
                "rows": tuple(row(place) for place in range(count)),
                "left_out": len(rest) - count,
                "next_cursor": encode("targets", own, *rest[count - 1][0]) if more else None,
            }
        )

    return await to_thread.run_sync(longest, page, shown, BUDGET)


TOOL = Tool(prom_targets, Effect.READ, "Show scrape targets and what keeps them away")


def _known(found: Scraping, job: str | None) -> None:
    """Raise NotFoundError for a job that nothing is named after."""
    names = sorted({*found.pools, *(one.job for one in found.targets.active)})
    monitors = [one.name for one in found.of_monitors]
    if job and not any(job in name for name in (*names, *monitors)):
        raise NotFoundError(
            f"no job, pool or monitor has {job[:80]!r} in its name",
            hint=f"there are {few([one_line(name, 80) for name in names], 20)}",
        )


async def _told(found: Scraping, state: str, job: str | None) -> list[tuple[Key, Told]]:
    """Return what was asked for, each with its place."""
    told: list[tuple[Key, Told]] = []
    if state == "problems":
        troubles = [*found.down, *found.of_monitors, *await found.empty(job or "")]
        told += [(_cut(one.key), one) for one in troubles]
    elif state == "dropped":
        drops = await found.drops(job or "")
        # Where something is left, what is dropped was mostly not meant.
        told += [
            (_cut((int(found.active(one.pool) > 0), one.pool, f"{one.step:04}")), one)
            for one in drops
        ]
    else:
        told += [(_target_key(one), one) for one in found.targets.active]
    return [(key, one) for key, one in told if not job or _named(one, job)]


def _named(one: Told, job: str) -> bool:
    match one:
        case Trouble():
            names = (one.name, str(one.monitor or ""), one.cause)
        case Drop():
            names = (one.pool, str(monitor(one.pool) or ""))
        case _:
            names = (one.pool, one.job, one.url)
    return any(job in name for name in names)


def _cut(key: Key) -> Key:
    """Return a key of bounded length: what is long is told apart by a digest."""
    rank, name, rest = key
    return (rank, _short(name), _short(rest))


def _short(text: str) -> str:
    return text if len(text) <= _KEY else text[:_KEY] + question(text)


def _row(one: Told, found: Scraping) -> TargetRow:
    match one:
        case Trouble():
            return _trouble(one)
        case Drop():
            return _dropped(one, found)
        case _:
            return _target(one)


def _dropped(one: Drop, found: Scraping) -> TargetRow:
    return TargetRow(
        what="dropped",
        name=one_line(one.pool, 120),
        says=told_of(one),
        count=one.count,
        of=(found.counts or {}).get(one.pool, 0),
        members=(str(ref),) if (ref := subject(one.example or {})) else (),
        monitor=monitor(one.pool),
    )


def _trouble(one: Trouble) -> TargetRow:
    return TargetRow(
        what=one.what,
        name=one.name,
        cause=one.cause,
        says=one.says,
        count=len(one.members),
        of=one.of,
        members=one.members[:_MEMBERS],
        monitor=one.monitor,
        error=one.error or None,
        check=one.check or None,
    )


def _target_key(one: Target) -> Key:
    return _cut((int(one.health == "up"), one.pool, f"{one.job} {one.url}"))


def _target(one: Target) -> TargetRow:
    took = f", {one.took * 1_000:.0f} ms" if one.took is not None and one.scraped else ""
    ref = subject(one.discovered)
    return TargetRow(
        what="target",
        name=one_line(one.url or one.instance, 120),
        cause=one_line(one.job, 80),
        says=one.health + took,
        members=(str(ref),) if ref else (),
        count=1 if ref else 0,
        error=one_line(one.error, 200) or None,
    )


def _counted(cluster: str, found: Scraping, job: str | None) -> TargetList:
    """Return the answer without rows: what all rows together are of."""
    active = [one for one in found.targets.active if not job or job in one.job or job in one.pool]
    health = Counter(one.health for one in active)
    well = Counter(one_line(one.job, 80) for one in active if one.health == "up")
    jobs = dict(well.most_common(_JOBS))
    if len(well) > _JOBS:
        jobs["other jobs"] = well.total() - sum(jobs.values())
    return TargetList(
        cluster=cluster,
        backend=found.backend,
        up=health["up"],
        down=health["down"],
        unknown=health["unknown"],
        dropped=found.dropped(job or ""),
        jobs=jobs,
        gaps=found.gaps,
    )
