"""Which step of relabelling drops targets, and what it looked at: told for many at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.scraping.configuration import ScrapeConfig
from clusterwright.tools.prometheus.scraping.relabelling import RelabelRule, relabelled
from clusterwright.tools.prometheus.scraping.target import DroppedTarget

_EXAMPLES = 3
_MOST = 2_000
"""Targets of a pool that are relabelled here; their kinds are few."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Targets of one pool that one step drops."""

    pool: str
    step: int
    """Counted from 1, as the configuration lists them; 0 where it cannot be told."""
    rule: RelabelRule | None
    count: int
    seen: tuple[tuple[str, int], ...] = ()
    """What the step looked at in these targets, most frequent first, with how many."""
    example: Labels | None = None
    """Of one of them, as discovered."""


def drops(targets: Sequence[DroppedTarget], scrapes: Mapping[str, ScrapeConfig]) -> list[Drop]:
    """Return which steps drop them, per pool those that drop most first."""
    pools: dict[str, list[DroppedTarget]] = {}
    for one in targets:
        pools.setdefault(one.pool, []).append(one)
    return [drop for pool in sorted(pools) for drop in _drops(pools[pool], scrapes.get(pool))]


def _drops(targets: Sequence[DroppedTarget], config: ScrapeConfig | None) -> list[Drop]:
    rules = config.rules if config else None
    pool = targets[0].pool
    if rules is None:
        return [Drop(pool, 0, None, len(targets), example=targets[0].discovered)]
    seen: dict[int, Counter[str]] = {}
    examples: dict[int, Labels] = {}
    for one in targets[:_MOST]:
        outcome = relabelled(rules, one.discovered)
        at = outcome.step if outcome.fate == "dropped" else -1
        rule = rules[at] if at >= 0 else None
        seen.setdefault(at, Counter())[rule.joined(outcome.labels) if rule else ""] += 1
        examples.setdefault(at, one.discovered)
    found = [
        Drop(
            pool=pool,
            step=at + 1,
            rule=rules[at] if at >= 0 else None,
            count=values.total(),
            seen=tuple(values.most_common(_EXAMPLES)) if at >= 0 else (),
            example=examples[at],
        )
        for at, values in seen.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.step))
