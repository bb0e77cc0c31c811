"""The tool that tells which rules fail, are slow, are not loaded, or can never find anything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import few, one_line, shorten
from clusterwright.tools.kubernetes.cursor import decode, encode, foreign, question
from clusterwright.tools.kubernetes.parameters import Cluster, Cursor
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.read_rules import Ruling, read_ruling
from clusterwright.tools.prometheus.ruling.needs import lack
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup
from clusterwright.tools.prometheus.ruling.trouble import (
    Trouble,
    errors,
    group_name,
    lacking,
    late,
    named,
    not_taken,
)
from clusterwright.tools.quotation import quoted
from clusterwright.tools.tool import Effect, Tool

_MEMBERS, _QUERY = 6, 300
Key = tuple[int, str, str]


class RuleRow(BaseModel):
    """One cause of rules that do not do their work, or one rule."""

    model_config = ConfigDict(frozen=True)

    what: Literal["error", "not-loaded", "stopped", "slow", "never", "lacks", "rule"] = Field(
        description="never: can find nothing; lacks: a part of it can find nothing."
    )
    name: str = Field(description="Rule, group, PrometheusRule, or the metric that is absent.")
    group: str = Field(default="", description="File and group.")
    cause: str = ""
    says: str
    rules: tuple[str, ...] = Field(default=(), description="The first rules that it concerns.")
    count: int = Field(default=0, description="How many rules.")
    query: str | None = None
    error: str | None = Field(default=None, description="As Prometheus words it.")
    check: str | None = None

    def lines(self) -> list[str]:
        """Return the row, and what belongs to it on lines of their own."""
        cause = f" ({self.cause})" if self.cause else ""
        group = f" in {self.group}" if self.group and self.group != self.name else ""
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
    quiet: int = Field(description="Alerting rules that are well and find nothing now.")
    rows: tuple[RuleRow, ...] = ()
    left_out: int = Field(default=0, description="Rows after this page.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts and the rows."""
        counts = f"{self.alerting} alerting and {self.recording} recording rules"
        head = f"{self.backend} on {self.cluster}: {counts} in {self.groups} groups"
        head += f": {self.failing} fail, {self.never} can never find anything, {self.quiet} quiet"
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

    def answer() -> RuleList:
        rows = _problems(found, groups, name) if state == "problems" else list(_every(groups))
        rest = [one for one in sorted(rows, key=lambda one: one[0]) if one[0] > tuple(after)]
        counted = _counted(reach.cluster, found, groups)

        def page(count: int) -> RuleList:
            more = count < len(rest)
            return counted.model_copy(
                update={
                    "rows": tuple(row for _, row in rest[:count]),
                    "left_out": len(rest) - count,
                    "next_cursor": encode("rules", own, *rest[count - 1][0]) if more else None,
                }
            )

        return longest(page, min(limit or len(rest), len(rest)), BUDGET)

    return await to_thread.run_sync(answer)


TOOL = Tool(prom_rules, Effect.READ, "Show rules that do not do their work")


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


def _problems(
    found: Ruling, groups: Sequence[RuleGroup], name: str | None
) -> list[tuple[Key, RuleRow]]:
    troubles = [*errors(groups), *late(groups, found.missed, found.now)]
    troubles += [one for one in not_taken(found.not_loaded) if not name or name in one.name]
    if found.existing is not None:
        troubles += lacking(groups, found.existing)
    return [(one.key, _row(one)) for one in troubles]


def _row(one: Trouble) -> RuleRow:
    return RuleRow(
        what=one.what,
        name=one.name,
        group=one.group,
        cause=one.cause,
        says=one.says,
        rules=one.members[:_MEMBERS],
        count=len(one.members),
        query=one.query or None,
        error=one.error or None,
        check=one.check or None,
    )


def _every(groups: Sequence[RuleGroup]) -> Iterator[tuple[Key, RuleRow]]:
    for group in groups:
        for at, rule in enumerate(group.rules):
            key = (int(rule.health != "err"), group_name(group), f"{at:05} {rule.name[:100]}")
            yield key, _of_rule(group, rule)


def _of_rule(group: RuleGroup, rule: Rule) -> RuleRow:
    words = [rule.kind, {"ok": "evaluated", "err": "fails", "unknown": "not yet"}[rule.health]]
    words += [f"in {rule.took * 1_000:.1f} ms"] if rule.took else []
    words += [f"for {rule.waits:g} s"] if rule.waits else []
    words += [f"{len(rule.alerts)} alerts"] if rule.alerts else []
    labels = [f"{k}={one_line(v, 40)}" for k, v in rule.labels.items()]
    words += [f"labels {few(labels, 4)}"] if labels else []
    return RuleRow(
        what="rule",
        name=named(rule),
        group=group_name(group),
        says=", ".join(words),
        query=shorten(one_line(rule.query, 4 * _QUERY), _QUERY),
        error=shorten(one_line(rule.error, 4 * _QUERY), _QUERY) or None,
    )


def _counted(cluster: str, found: Ruling, groups: Sequence[RuleGroup]) -> RuleList:
    """Return the answer without rows."""
    rules = [rule for group in groups for rule in group.rules]
    kinds = Counter(rule.kind for rule in rules)
    never = [rule for rule in rules if _never(rule, found)]
    quiet = [rule for rule in rules if rule.kind == "alerting" and not rule.alerts]
    well = [rule for rule in quiet if rule.health == "ok" and rule not in never]
    return RuleList(
        cluster=cluster,
        backend=found.backend,
        groups=len(groups),
        alerting=kinds["alerting"],
        recording=kinds["recording"],
        failing=sum(rule.health == "err" for rule in rules),
        never=len(never),
        quiet=len(well),
        gaps=tuple(found.gaps),
    )


def _never(rule: Rule, found: Ruling) -> bool:
    if found.existing is None or rule.health == "err":
        return False
    lacked = lack(rule, found.existing)
    return lacked is not None and lacked.never
