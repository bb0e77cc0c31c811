"""What is wrong with rules, one row for one cause, the worst first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clusterwright.tools.excerpt import few, one_line, shorten
from clusterwright.tools.prometheus.ruling.absence import Absence, AbsenceCause
from clusterwright.tools.prometheus.ruling.loaded import NotLoaded, stem
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup
from clusterwright.tools.prometheus.ruling.rule_error import why
from clusterwright.tools.quotation import word

What = Literal["error", "not-loaded", "stopped", "slow", "never", "not-yet", "lacks"]
_RANK: tuple[What, ...] = ("error", "not-loaded", "stopped", "slow", "never", "not-yet", "lacks")
_NEARLY, _LATE = 0.5, 3.0
"""Shares of its interval: what a group takes that is slow, and its age that has stopped."""
_ERROR, _NAME = 300, 100


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, with all rules that it is wrong with."""

    what: What
    name: str
    """The rule, the group, or the metric or family that is absent."""
    group: str
    """With its file where several groups have the name."""
    cause: str
    says: str
    members: tuple[str, ...] = ()
    """Rules, where the name is of a group or metric."""
    count: int = 0
    """How many rules, where that is not how many members."""
    query: str = ""
    error: str = ""
    """As Prometheus words it, whole."""
    check: str = ""

    @property
    def key(self) -> tuple[int, str, str]:
        """Where it stands in the answer."""
        return (_RANK.index(self.what), self.group, f"{self.cause} {self.name}")


def errors(groups: Iterable[RuleGroup]) -> list[Trouble]:
    """Return the rules of which the last evaluation failed."""
    return [_error(group, rule) for group in groups for rule in group.rules if rule.health == "err"]


def _error(group: RuleGroup, rule: Rule) -> Trouble:
    failure = why(rule.error)
    return Trouble(
        what="error",
        name=named(rule),
        group=group_name(group),
        cause=failure.cause,
        says=failure.says,
        query=rule.query,
        error=rule.error,
        check=failure.check,
    )


def late(
    groups: Iterable[RuleGroup], missed: Mapping[str, float], now: datetime | None
) -> list[Trouble]:
    """Return the groups that are slow, or that are not evaluated any more.

    Args:
        groups: all of them.
        missed: evaluations left out in the last hour, by file and name joined by a semicolon.
        now: the clock of Prometheus.
    """
    found: list[Trouble] = []
    for one in groups:
        left_out = missed.get(f"{one.file};{one.name}", 0.0)
        if _stopped(one, now):
            found.append(_row("stopped", one, "stale", _age(one, now)))
        elif one.interval and one.took and (left_out or one.took > _NEARLY * one.interval):
            says = f"it takes {one.took:.3g} s, and is to be evaluated each {one.interval:g} s"
            says += (
                f"; {left_out:.0f} evaluations were left out in the last hour" if left_out else ""
            )
            found.append(_row("slow", one, "missed" if left_out else "near", says))
    return found


def _row(what: What, group: RuleGroup, cause: str, says: str) -> Trouble:
    slowest = sorted(group.rules, key=lambda one: -(one.took or 0.0))[:3]
    members = tuple(f"{named(one)} {one.took:.3g} s" for one in slowest if one.took)
    name = group_name(group)
    check = "recording rules for what its slowest rules repeat, or a longer interval"
    check = check if what == "slow" else "the log and the load of Prometheus"
    return Trouble(what, name, name, cause, says, members, check=check)


def _stopped(group: RuleGroup, now: datetime | None) -> bool:
    if not (now and group.evaluated and group.interval):
        return False
    return (now - group.evaluated).total_seconds() > _LATE * max(group.interval, 60.0)


def _age(group: RuleGroup, now: datetime | None) -> str:
    seconds = (now - group.evaluated).total_seconds() if now and group.evaluated else 0.0
    return f"not evaluated for {seconds:.0f} s, though its interval is {group.interval:g} s"


def not_taken(found: Iterable[NotLoaded]) -> list[Trouble]:
    """Return the objects with rules that are not evaluated."""
    return [
        Trouble(
            what="not-loaded",
            name=str(one.ref),
            group="",
            cause="not-loaded" if one.selected else "selector",
            says=shorten(one.says, _ERROR),
            members=tuple(word(one_line(group, _NAME)) for group in one.groups),
            check=f"k8s_events of {one.ref}, and the log of the operator" if one.selected else "",
        )
        for one in found
    ]


def lacking(found: Iterable[Absence]) -> list[Trouble]:
    """Return what is absent, each with the rules that find nothing, or not all, without it."""
    return [_lacking(one) for one in found]


def _lacking(one: Absence) -> Trouble:
    metrics = few([word(one_line(metric, _NAME)) for metric in one.metrics], 3)
    several = f"{word(one_line(one.about.removesuffix('*'), _NAME))}*"
    name = several if len(one.metrics) > 1 else word(one_line("".join(one.metrics), _NAME))
    which = f" ({metrics})" if len(one.metrics) > 1 else ""
    says = {
        "ended": "had series within the last day, and has none now",
        "misspelled": f"is no metric, but {word(one_line(one.meant, _NAME))} is",
        "not-recorded": "is no metric, and no rule records it",
        "not-scraped": f"nothing that is scraped has a metric {several}{which}",
        "not-yet": f"absent beside other metrics {several}: optional, or of what has not"
        f" happened{which}",
        "part": f"absent, and only a part of each rule asks for that{which}",
    }[one.cause]
    return Trouble(
        what="never" if one.never else "lacks" if one.cause == "part" else "not-yet",
        name=name,
        group="",
        cause=one.cause,
        says=says,
        members=tuple(dict.fromkeys(named(rule) for _, rule in one.rules)),
        count=len(one.rules),
        check=_CHECKS[one.cause],
    )


_CHECKS: Mapping[AbsenceCause, str] = {
    "ended": "prom_targets: the target may be down or gone; prom_query of it with start=1d",
    "misspelled": "the expression of the rule, or of what should record the metric",
    "not-recorded": "whether the rules that record it are loaded here",
    "not-scraped": "prom_targets for the exporter; without one, these rules are of no use here",
    "not-yet": "",
    "part": "",
}


def named(rule: Rule) -> str:
    """Return the name of a rule, which its author chose."""
    return word(one_line(rule.name, _NAME))


def group_name(group: RuleGroup) -> str:
    """Return the name of a group and of its file: of one of the operator `<namespace>-<name>`."""
    file = stem(group.file)
    return word(one_line(f"{file}/{group.name}" if file else group.name, 2 * _NAME))
