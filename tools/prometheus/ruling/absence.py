"""Rules that find nothing for want of a metric: which can never, and which only not yet.

An error that never happened has no series, and a rule may ask for what only some clusters have:
a metric that is absent beside others of its exporter proves nothing. It does where a whole exporter
is absent, where a name is nearly that of another metric, and where a metric was there and ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from clusterwright.tools.prometheus.analyzers.rule_never_matches import nearly
from clusterwright.tools.prometheus.ruling.needs import OF_ALERTS, Lack, Need
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup

AbsenceCause = Literal["ended", "misspelled", "not-scraped", "not-recorded", "not-yet", "part"]
_RANK: tuple[AbsenceCause, ...] = (
    "ended",
    "misspelled",
    "not-recorded",
    "not-scraped",
    "not-yet",
    "part",
)
NEVER = frozenset({"ended", "misspelled", "not-scraped", "not-recorded"})
"""Causes for which a rule finds nothing, whatever happens."""
Found = tuple[RuleGroup, Rule]
_MOST_ROOTS = 20
_DEEPEST = 20
"""How far rules record what others need, each being written before the one that it needs."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What is known of metrics."""

    now: frozenset[str]
    """Of those that rules name, those that have series."""
    lately: frozenset[str] = frozenset()
    """All that had series within the last day; empty where that was not found out."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Metrics that are absent for one reason, and the rules that ask for them."""

    cause: AbsenceCause
    about: str
    """The metric; or the family of several, as `node_*`."""
    metrics: tuple[str, ...]
    rules: tuple[Found, ...]
    meant: str = ""
    """Of one that is misspelled: the metric that is there."""

    @property
    def never(self) -> bool:
        """Whether its rules can find nothing."""
        return self.cause in NEVER


def absences(
    groups: Iterable[RuleGroup], needs: Mapping[str, Need], metrics: Metrics
) -> list[Absence]:
    """Return what is absent, the surest first; each rule is told once, by its worst cause."""
    every = [(group, rule) for group in groups for rule in group.rules]
    roots = _Roots(every, needs, metrics.now)
    families = {family(one) for one in metrics.lately}
    found: dict[tuple[AbsenceCause, str, str], list[tuple[Found, str]]] = defaultdict(list)
    for one in every:
        lacked = roots.lack(one[1])
        if lacked is None:
            continue
        causes = [_cause(metric, lacked, metrics, families) for metric in lacked.absent]
        worst = min(causes, key=lambda cause: _RANK.index(cause[0]))
        for metric, cause in zip(lacked.absent, causes, strict=True):
            if cause == worst:
                found[cause].append((one, metric))
    made = [_absence(*key, members) for key, members in found.items()]
    return sorted(made, key=lambda one: (_RANK.index(one.cause), -len(one.rules), one.about))


def family(metric: str) -> str:
    """Return what names of one exporter begin with: `node_*`."""
    return f"{metric.partition('_')[0]}_*"


def _cause(
    metric: str, lacked: Lack, metrics: Metrics, families: Set[str]
) -> tuple[AbsenceCause, str, str]:
    """Return why a metric is absent, under which name that is told, and what may be meant."""
    if not lacked.empties:
        return "part", family(metric), ""
    if metric in metrics.lately:
        return "ended", metric, ""
    if ":" in metric:
        return "not-recorded", metric, ""
    if meant := nearly(metric, metrics.lately):
        return "misspelled", metric, meant
    if families and family(metric) not in families:
        return "not-scraped", family(metric), ""
    return "not-yet", family(metric), ""


def _absence(
    cause: AbsenceCause, about: str, meant: str, members: Sequence[tuple[Found, str]]
) -> Absence:
    rules = {(one[0].key, id(one[1])): one for one, _ in members}
    names = tuple(sorted({metric for _, metric in members}))
    return Absence(cause, about, names, tuple(rules.values()), meant)


class _Roots:
    """What rules lack, told by metrics that no rule records: theirs are only its consequence."""

    def __init__(self, every: Iterable[Found], needs: Mapping[str, Need], now: Set[str]) -> None:
        self._needs = needs
        self._recorders: dict[str, list[Rule]] = defaultdict(list)
        for _, rule in every:
            if rule.kind == "recording":
                self._recorders[rule.name].append(rule)
        self._available = {*now, *OF_ALERTS, *self._recorders}
        self._of: dict[str, tuple[str, ...]] = {}
        """For want of which metrics that no rule records one that rules record is not there."""
        self._settle(now)

    def lack(self, rule: Rule) -> Lack | None:
        """Return what a rule lacks; one that fails is told for another reason."""
        lacked = self._lack(rule)
        return lacked and Lack(self._roots([lacked]), lacked.empties)

    def _lack(self, rule: Rule) -> Lack | None:
        return None if rule.health == "err" else self._needs[rule.query].lack(self._available)

    def _settle(self, now: Set[str]) -> None:
        """Take out what would be recorded by rules that can find nothing.

        What a rule records is taken to be there until all that record it are known to find nothing.
        """
        unsure = [name for name in self._recorders if name not in now]
        for _ in range(_DEEPEST):
            dead = [name for name in unsure if self._dead(name)]
            unsure = [name for name in unsure if name in self._available]
            if not dead:
                return

    def _dead(self, name: str) -> bool:
        lacked = [one for rule in self._recorders[name] if (one := self._lack(rule))]
        dead = len(lacked) == len(self._recorders[name]) and all(one.empties for one in lacked)
        if dead:
            self._of[name] = self._roots(lacked)
            self._available.discard(name)
        return dead

    def _roots(self, lacked: Iterable[Lack]) -> tuple[str, ...]:
        """Return for want of what metrics are absent: whatever a rule records has died before."""
        names = (
            root for one in lacked for name in one.absent for root in self._of.get(name, (name,))
        )
        return tuple(islice(dict.fromkeys(names), _MOST_ROOTS))
