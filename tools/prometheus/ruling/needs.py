"""The metrics that rules need, and for which of them none is there."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.analyzers.rule_never_matches import needs
from clusterwright.tools.prometheus.promql.literals import escaped, string
from clusterwright.tools.prometheus.promql.reading import Reading, read
from clusterwright.tools.prometheus.ruling.rule import RuleGroup

OF_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
"""Metrics that Prometheus makes of alerts: they are absent while none fires."""
_LONGEST_QUERY = 6_000


@dataclass(frozen=True, slots=True)
class Lack:
    """What one rule needs and does not find."""

    absent: tuple[str, ...]
    """Metrics that its expression names and that do not exist."""
    empties: bool
    """Whether it gives nothing for want of them; else another part of it may give something."""


class Need:
    """The metrics of one expression, which is read once."""

    def __init__(self, query: str) -> None:
        """Take the expression of a rule."""
        self.query = query

    @cached_property
    def reading(self) -> Reading | None:
        """The expression as it was read; None where it cannot be read here."""
        try:
            found = read(self.query)
        except InvalidInputError:
            return None
        return found if found.trusted and found.tree is not None else None

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that it names; none where it cannot be read here."""
        selectors = self.reading.selectors if self.reading else ()
        names = (one.metric for one in selectors if one.metric)
        return tuple(dict.fromkeys(one for one in names if one not in OF_ALERTS))

    def lack(self, existing: Set[str]) -> Lack | None:
        """Return what is absent of what it names; None where nothing is. `OF_ALERTS` exist."""
        absent = tuple(one for one in self.metrics if one not in existing)
        if not absent or self.reading is None or self.reading.tree is None:
            return None
        emptied = needs(self.reading.tree, existing) or frozenset[str]()
        return Lack(tuple(one for one in absent if one in emptied) or absent, bool(emptied))


def needs_of(groups: Iterable[RuleGroup]) -> dict[str, Need]:
    """Return what each expression needs, by the expression."""
    return {
        query: Need(query) for query in {rule.query for group in groups for rule in group.rules}
    }


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


def _asked(names: Sequence[str]) -> str:
    pattern = "|".join(map(escaped, names))
    return f"group by (__name__) ({{__name__=~{string(pattern)}}})"
