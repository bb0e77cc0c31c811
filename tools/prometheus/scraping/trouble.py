"""What is wrong with scraping, one row for one cause, the worst first."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.prometheus.scraping.drop import Drop
from clusterwright.tools.prometheus.scraping.matched import Unmatched, unmatched
from clusterwright.tools.prometheus.scraping.scrape_error import why
from clusterwright.tools.prometheus.scraping.selected import selected, unselected
from clusterwright.tools.prometheus.scraping.subject import monitor, subject
from clusterwright.tools.prometheus.scraping.target import Pool, Target
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

What = Literal["down", "selects-nothing", "not-selected", "no-targets"]
_RANK: tuple[What, ...] = ("down", "selects-nothing", "not-selected", "no-targets")
_ERROR, _NAME = 240, 120
_SHOWN = 2
_MATCHED = ("ServiceMonitor", "PodMonitor")
_TAKEN = ("ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, with all that it is wrong with."""

    what: What
    name: str
    """The pool, or the Ref of the monitor."""
    cause: str
    """A word to tell causes apart: `refused`, `labels`, `port-name`."""
    says: str
    members: tuple[str, ...] = ()
    """Targets that are down: the object and the URL."""
    of: int = 0
    """How many targets the pool has."""
    monitor: Ref | None = None
    error: str = ""
    """As Prometheus words it, of one of them."""
    check: str = ""
    """What to look at next."""

    @property
    def key(self) -> tuple[int, str, str]:
        """Where it stands in the answer."""
        return (_RANK.index(self.what), self.name, self.cause)


def down(targets: Iterable[Target]) -> list[Trouble]:
    """Return the targets that are down, those of one pool with one cause together."""
    found = list(targets)
    sizes = Counter(one.pool for one in found)
    groups: dict[tuple[str, str], list[Target]] = defaultdict(list)
    for one in found:
        if one.health == "down":
            groups[one.pool, why(one.error).cause].append(one)
    return [_down(pool, ones, sizes[pool]) for (pool, _), ones in sorted(groups.items())]


def _down(pool: str, targets: Sequence[Target], of: int) -> Trouble:
    failure = why(targets[0].error)
    says = failure.says
    if failure.cause == "timeout" and targets[0].timeout:
        says += f" of {targets[0].timeout:g} s"
    return Trouble(
        what="down",
        name=one_line(pool, _NAME),
        cause=failure.cause,
        says=says,
        members=tuple(sorted(_member(one) for one in targets)),
        of=of,
        monitor=monitor(pool),
        error=shorten(one_line(targets[0].error, 4 * _ERROR), _ERROR),
        check=failure.check,
    )


def _member(target: Target) -> str:
    ref = subject(target.discovered)
    shown = one_line(target.url or target.instance, _NAME)
    return f"{ref} {shown}" if ref else shown


def of_monitors(snapshot: Snapshot, pools: Mapping[str, Pool]) -> list[Trouble]:
    """Return the monitors that no Prometheus takes up, and those that select nothing.

    A monitor of which a pool has targets selects something, whatever was read of the objects.
    """
    found = [
        Trouble("not-selected", str(one.ref), "selector", _reasons(one.reasons), monitor=one.ref)
        for kind in _TAKEN
        for one in unselected(snapshot, kind)
    ]
    for kind in _MATCHED:
        for ref, manifest in selected(snapshot, kind):
            found += [
                Trouble(
                    what="selects-nothing",
                    name=_endpoint(one),
                    cause=one.reason,
                    says=shorten(one.says, 2 * _ERROR),
                    monitor=ref,
                    check=f"k8s_get {one.nearest}" if one.nearest else "",
                )
                for one in unmatched(snapshot, manifest, ref)
                if not _scraped(one, pools)
            ]
    return sorted(found, key=lambda one: one.key)


def _scraped(one: Unmatched, pools: Mapping[str, Pool]) -> bool:
    """Return whether a pool of what seems to select nothing has targets all the same."""
    kind = one.monitor.kind[0].lower() + one.monitor.kind[1:]
    prefix = f"{kind}/{one.monitor.namespace}/{one.monitor.name}/"
    names = [prefix + str(one.endpoint)] if one.endpoint >= 0 else pools
    return any(pools[n].active for n in names if n in pools and n.startswith(prefix))


def _endpoint(one: Unmatched) -> str:
    return f"{one.monitor} endpoint {one.endpoint}" if one.endpoint >= 0 else str(one.monitor)


def _reasons(reasons: Sequence[tuple[Ref, str]]) -> str:
    first = "; ".join(f"{ref}: {shorten(reason, _ERROR)}" for ref, reason in reasons[:_SHOWN])
    return first + (f"; and {len(reasons) - _SHOWN} more" if len(reasons) > _SHOWN else "")


def empty(pool: Pool, found: Sequence[Drop]) -> Trouble:
    """Return a pool without any target, and which steps drop all that was discovered."""
    name = one_line(pool.name, _NAME)
    if not pool.dropped and not found:
        says = "discovery found nothing at all"
        check = "what the scrape configuration discovers: role, namespaces, credentials"
        return Trouble(
            "no-targets", name, "discovery", says, monitor=monitor(pool.name), check=check
        )
    says = f"all {pool.dropped or sum(one.count for one in found)} discovered were dropped"
    steps = "; ".join(told(one) for one in found[:2])
    return Trouble(
        what="no-targets",
        name=name,
        cause="relabelling",
        says=f"{says}: {steps}" if steps else says,
        monitor=monitor(pool.name),
        check=f"prom_targets state=dropped job={name}",
    )


def told(one: Drop) -> str:
    """Return which step drops how many, and what it looked at in most of them."""
    if one.rule is None:
        return f"{one.count} by a step that could not be evaluated here"
    seen = ", ".join(f"{quoted(one_line(value, 60))} {n}x" for value, n in one.seen)
    rule = one_line(one.rule.told(), 2 * _NAME)
    return f"{one.count} by step {one.step}, {rule}" + (f", which saw {seen}" if seen else "")
