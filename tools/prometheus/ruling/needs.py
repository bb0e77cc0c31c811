"""The metrics that rules need, and for which of them none is there."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.analyzers.rule_never_matches import needs
from clusterwright.tools.prometheus.promql.reading import read
from clusterwright.tools.prometheus.promql.selector import is_plain, string
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup

_OF_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
"""Metrics that Prometheus makes of alerts: they are absent while none fires."""
_LONGEST_QUERY = 6_000
_SPECIAL = frozenset("\\.+*?()|[]{}^$")


@dataclass(frozen=True, slots=True)
class Lack:
    """What one rule needs and does not find."""

    absent: tuple[str, ...]
    """Metrics that its expression names and that do not exist."""
    never: bool
    """Whether it gives nothing for want of them; else another part of it may give something."""


def metrics_of(query: str) -> tuple[str, ...] | None:
    """Return the metrics that an expression names; None where it cannot be read here."""
    try:
        reading = read(query)
    except InvalidInputError:
        return None
    names = (one.metric for one in reading.selectors if one.metric)
    found = tuple(dict.fromkeys(one for one in names if one not in _OF_ALERTS))
    return found if reading.trusted else None


def named(groups: Iterable[RuleGroup]) -> frozenset[str]:
    """Return the metrics that all rules together name."""
    queries = {rule.query for group in groups for rule in group.rules}
    return frozenset(name for query in queries for name in metrics_of(query) or ())


def existence(names: Iterable[str]) -> Iterator[str]:
    """Yield queries that together tell which metrics exist, each of bounded length."""
    batch: list[str] = []
    length = 0
    for name in sorted(set(names)):
        if batch and length + len(name) > _LONGEST_QUERY:
            yield _asked(batch)
            batch, length = [], 0
        batch.append(name)
        length += len(name) + 1
    if batch:
        yield _asked(batch)


def lack(rule: Rule, existing: Set[str]) -> Lack | None:
    """Return what a rule lacks; None where it lacks nothing, or cannot be read here."""
    names = metrics_of(rule.query)
    absent = tuple(one for one in names or () if one not in existing)
    if not absent:
        return None
    tree = read(rule.query).tree
    emptied = needs(tree, existing) if tree is not None else None
    if not emptied:
        return Lack(absent, never=False)
    return (
        Lack(tuple(one for one in absent if one in emptied) or absent, never=True)
        if emptied
        else Lack(absent, never=False)
    )


def _asked(names: Sequence[str]) -> str:
    pattern = "|".join(_literal(one) for one in names)
    return f"group by (__name__) ({{__name__=~{string(pattern)}}})"


def _literal(name: str) -> str:
    if is_plain(name, colons=True):
        return name
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in name)
