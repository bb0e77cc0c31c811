"""The tool that tells which rules fail, are slow, are not loaded, or can never find anything."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few, one_line, shorten
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.read_rules import Ruling, read_ruling
from clusterwright.tools.prometheus.ruling.absence import NEVER, Absence, absences
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup
from clusterwright.tools.prometheus.ruling.trouble import (
    Trouble,
    What,
    errors,
    group_name,
    lacking,
    late,
    named,
    not_taken,
)
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_MEMBERS, _LONGEST = 6, 300
_MOST = BUDGET // 100
"""Rows of a page: one takes a hundred bytes at least, and what is tried in vain takes time."""
Key = tuple[int, str, str]
Told = Trouble | tuple[RuleGroup, Rule]


class RuleRow(BaseModel):
    """One cause of rules that do not do their work, or one rule."""

    model_config = ConfigDict(frozen=True)

    what: What | Literal["rule"] = Field(
        description="never: can find nothing; not-yet: nothing before a metric appears;"
        " lacks: a part of it asks for an absent metric."
    )
    name: str = Field(description="Rule, group, PrometheusRule, or metrics that are absent.")
    group: str = Field(default="", description="File and group.")
    cause: str = ""
    says: str
    rules: tuple[str, ...] = Field(default=(), description="The first rules that it concerns.")
    count: int = Field(default=0, description="How many rules.")
    object: Ref | None = Field(default=None, description="Where the rules are written.")
    query: str | None = None
    error: str | None = Field(default=None, description="As Prometheus words it.")
    check: str | None = None

    def lines(self) -> list[str]:
        """Return the row, and what belongs to it on lines of their own."""
        cause = f" ({self.cause})" if self.cause not in {"", "part", self.what} else ""
        place = self.group if self.object is None else self.group.partition("/")[2]
        group = f" in {place}" if self.group and self.group != self.name else ""
        group += f" of {self.object}" if self.object else ""
        lines = [f"{self.what} {self.name}{group}{cause}: {self.says}"]
        lines += [f"  {quoted(self.error)}"] if self.error else []
        lines += [f"  {quoted(self.query)}"] if self.query else []
        if self.rules:
            more = self.count - len(self.rules)
            lines.append(f"  {', '.join(self.rules)}" + (f" and {more} more" if more > 0 else ""))
        return lines + ([f"  check: {self.check}"] if self.check else [])


class RuleList(Answer):
    """One page of what is wrong with rules, or of the rules."""

    backend: str
    groups: int
    alerting: int = Field(description="Alerting rules.")
    recording: int = Field(description="Recording rules.")
    failing: int
    never: int = Field(description="Rules that can find nothing, for want of a metric.")
    not_yet: int = Field(description="Rules that find nothing before a metric appears.")
    quiet: int = Field(description="Alerting rules that are well and find nothing now.")
    rows: tuple[RuleRow, ...] = ()
    left_out: int = Field(default=0, description="Rows after this page.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts and the rows."""
        counts = f"{self.alerting} alerting and {self.recording} recording rules"
        head = f"{self.backend} on {self.cluster}: {counts} in {self.groups} groups"
        head += f": {self.failing} fail, {self.never} can never find anything, {self.not_yet} find"
        head += f" nothing before a metric appears, {self.quiet} alerting ones are well and quiet"
        lines = [head, *(line for row in self.rows for line in row.lines())]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        if self.next_cursor:
            lines.append(f"{self.left_out} more: cursor={self.next_cursor}")
        return "\n".join(lines)


async def prom_rules(
    monitoring: Monitoring,
    state: Annotated[
        Literal["problems", "all"], Field(description="all: each rule with its expression.")
    ] = "problems",
    name: Annotated[
        str | None, Field(max_length=300, description="Rule, group or file, or a part of it.")
    ] = None,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows at most.")] = None,
    cursor: Cursor = None,
    backend: Backend = None,
    cluster: Cluster = None,
) -> RuleList:
    """Tell which rules fail and why, are slow, not loaded, or lack a metric that they need.

    A rule that can never find anything is told apart from one that is quiet.
    """
    asked, *after = decode("rules", cursor, str, int, str, str) if cursor else ("",)
    reach = await monitoring.reach(cluster, backend)
    own = question(reach.cluster, reach.backend.name, state, name)
    if cursor and asked != own:
        raise foreign(cursor)
    found = await read_ruling(reach)
    groups = _chosen(found.groups, name)
    if name and not groups and not any(name in str(one.ref) for one in found.not_loaded):
        raise _unknown(name, found)

    def answer() -> RuleList:
        absent = absences(found.groups, found.needs, found.metrics) if found.metrics else []
        told = _problems(found, groups, absent, name) if state == "problems" else _every(groups)
        rest = [one for one in _keyed(told) if one[0] > tuple(after)]

        @cache  # only what is shown is worded
        def row(place: int) -> RuleRow:
            return _row(rest[place][1], found)

        counted = _counted(reach.cluster, found, groups, absent)

        def page(count: int) -> RuleList:
            more = count < len(rest)
            return counted.model_copy(
                update={
                    "rows": tuple(row(place) for place in range(count)),
                    "left_out": len(rest) - count,
                    "next_cursor": encode("rules", own, *rest[count - 1][0]) if more else None,
                }
            )

        return longest(page, min(limit or _MOST, _MOST, len(rest)), BUDGET)

    return await to_thread.run_sync(answer)


TOOL = Tool(prom_rules, Effect.READ, "Show rules that do not do their work")


def _unknown(name: str, found: Ruling) -> NotFoundError:
    names = {rule.name for group in found.groups for rule in group.rules}
    near = get_close_matches(name, names | {one.name for one in found.groups}, n=3, cutoff=0.5)
    meant = (
        f"alike are {few([word(one_line(one, 80)) for one in near], 3)}" if near else "leave it out"
    )
    return NotFoundError(
        f"no rule, group or file has {name[:80]!r} in its name",
        hint=f"{meant}; state=all lists every rule that is loaded"
        + (", and without a name objects are told that are not" if found.not_loaded else ""),
    )


def _chosen(groups: Sequence[RuleGroup], name: str | None) -> list[RuleGroup]:
    """Return the groups that are named, or those of their rules that are."""
    if not name:
        return list(groups)
    found: list[RuleGroup] = []
    for one in groups:
        if name in f"{one.file}/{one.name}":
            found.append(one)
        elif rules := tuple(rule for rule in one.rules if name in rule.name):
            found.append(replace(one, rules=rules))
    return found


def _keyed(told: Iterable[tuple[Key, Told]]) -> list[tuple[Key, Told]]:
    """Return what is told in order; what has one key, as several rules of a name, told apart."""
    seen = Counter[Key]()
    keyed: list[tuple[Key, Told]] = []
    for key, one in sorted(told, key=lambda one: one[0]):
        keyed.append(((*key[:2], f"{key[2]} {seen[key]:05}"), one))
        seen[key] += 1
    return keyed


def _problems(
    found: Ruling, groups: Sequence[RuleGroup], absent: Sequence[Absence], name: str | None
) -> Iterator[tuple[Key, Told]]:
    chosen = {id(rule) for group in groups for rule in group.rules}
    own = [replace(one, rules=_of(one, chosen)) for one in absent]
    troubles = [
        *errors(groups),
        *late(groups, found.missed, found.now),
        *(one for one in not_taken(found.not_loaded) if not name or name in one.name),
        *lacking(one for one in own if one.rules),
    ]
    yield from ((one.key, one) for one in troubles)


def _of(one: Absence, chosen: Set[int]) -> tuple[tuple[RuleGroup, Rule], ...]:
    return tuple((group, rule) for group, rule in one.rules if id(rule) in chosen)


def _every(groups: Sequence[RuleGroup]) -> Iterator[tuple[Key, Told]]:
    for group in groups:
        for at, rule in enumerate(group.rules):
            key = (int(rule.health != "err"), group_name(group), f"{at:05} {rule.name[:100]}")
            yield key, (group, rule)


def _row(one: Told, found: Ruling) -> RuleRow:
    if isinstance(one, tuple):
        return _of_rule(*one, found)
    return RuleRow(
        what=one.what,
        name=one.name,
        group=one.group,
        cause=one.cause,
        says=one.says,
        rules=one.members[:_MEMBERS],
        count=one.count or len(one.members),
        object=found.homes.get(one.group.partition("/")[0]),
        query=_cut(one.query),
        error=_cut(one.error),
        check=one.check or None,
    )


def _of_rule(group: RuleGroup, rule: Rule, found: Ruling) -> RuleRow:
    words = [rule.kind, {"ok": "evaluated", "err": "fails", "unknown": "not yet"}[rule.health]]
    words += [f"in {rule.took * 1_000:.1f} ms"] if rule.took else []
    words += [f"for {rule.waits:g} s"] if rule.waits else []
    words += [f"{len(rule.alerts)} alerts"] if rule.alerts else []
    labels = [f"{one_line(k, 40)}={word(one_line(v, 40))}" for k, v in rule.labels.items()]
    words += [f"labels {few(labels, 4)}"] if labels else []
    name = group_name(group)
    return RuleRow(
        what="rule",
        name=named(rule),
        group=name,
        says=", ".join(words),
        object=found.homes.get(name.partition("/")[0]),
        query=_cut(rule.query),
        error=_cut(rule.error),
    )


def _cut(text: str) -> str | None:
    return shorten(one_line(text, 4 * _LONGEST), _LONGEST) or None


def _counted(
    cluster: str, found: Ruling, groups: Sequence[RuleGroup], absent: Sequence[Absence]
) -> RuleList:
    """Return the answer without rows."""
    rules = [rule for group in groups for rule in group.rules]
    kinds = Counter(rule.kind for rule in rules)
    causes = {id(rule): one.cause for one in absent for _, rule in one.rules}
    never = sum(causes.get(id(rule)) in NEVER for rule in rules)
    not_yet = sum(causes.get(id(rule)) == "not-yet" for rule in rules)
    quiet = [
        rule
        for rule in rules
        if rule.kind == "alerting" and rule.health == "ok" and not rule.alerts
    ]
    return RuleList(
        cluster=cluster,
        backend=found.backend,
        groups=len(groups),
        alerting=kinds["alerting"],
        recording=kinds["recording"],
        failing=sum(rule.health == "err" for rule in rules),
        never=never,
        not_yet=not_yet,
        quiet=sum(causes.get(id(rule)) in {None, "part"} for rule in quiet),
        gaps=tuple(found.gaps),
    )
