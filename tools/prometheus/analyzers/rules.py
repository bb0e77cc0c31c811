"""Rules that Prometheus cannot evaluate, or not in time, told by why."""

from collections.abc import Iterable, Iterator, Mapping

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.prometheus.analyzers.about import about, name, said
from clusterwright.tools.prometheus.analyzers.rule_files import rule_object
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup
from clusterwright.tools.prometheus.ruling.rule_error import RuleCause, why
from clusterwright.tools.snapshot import Snapshot

MANY, DUPLICATE = "rule/many-to-many", "rule/duplicate-series"
TIMEOUT, FAILING, SLOW = "rule/timed-out", "rule/failing", "rule/too-slow"
_MATCHING = (
    MANY,
    "series of both sides match more than one of the other",
    "Match on labels that are unique on one side (on, group_left), or sum away the others.",
)
_HEAVY = (
    TIMEOUT,
    "its query is too heavy",
    "Record parts of it by rules of their own, or narrow its selectors and windows.",
)
_TOLD: Mapping[RuleCause, tuple[str, str, str]] = {
    "many-to-many": _MATCHING,
    "many-to-one": _MATCHING,
    "duplicate-labels": (
        DUPLICATE,
        "it yields series that differ in no label once its own are applied",
        "Keep a label that tells them apart, or aggregate; check the labels that the rule sets.",
    ),
    "timeout": _HEAVY,
    "too-many-samples": _HEAVY,
}
_OTHER = (FAILING, "its evaluation fails", "Correct what Prometheus names: prom_explain_query.")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for group in estate.groups or ():
        failing = [one for one in group.rules if one.health == "err" and one.error]
        told: dict[str, list[Rule]] = {}
        for rule in failing:
            told.setdefault(_why(rule)[0], []).append(rule)
        for rules in told.values():
            yield Suspicion(_finding(estate, group, rules))
        if not failing and _slow(group):
            yield Suspicion(_too_slow(estate, group))


def _why(rule: Rule) -> tuple[str, str, str]:
    return _TOLD.get(why(rule.error).cause, _OTHER)


def _spelled(rule: Rule) -> str:
    return f"{'Alert' if rule.kind == 'alerting' else 'Recording rule'} {name(rule.name)}"


def _finding(estate: Estate, group: RuleGroup, rules: list[Rule]) -> Finding:
    first = rules[0]
    code, says, fix = _why(first)
    others = f" (and {few([name(one.name) for one in rules[1:]], 3)})" if len(rules) > 1 else ""
    silent = ", so it never fires" if first.kind == "alerting" else ", so it records nothing"
    path = f"$.groups[?(@.name=='{group.name}')].rules[?(@.name=='{first.name}')]"
    return about(
        code,
        rule_object(estate, group),
        f"{_spelled(first)}{others} of group {name(group.name)} cannot be evaluated{silent}:"
        f" {says}: {one_line(first.error)}",
        (
            said(estate.server, f"{path}.lastError", first.error),
            said(estate.server, f"{path}.query", first.query),
        ),
        fix,
        severity=Severity.WARNING,
    )


def _slow(group: RuleGroup) -> bool:
    return bool(group.interval and group.took and group.took > group.interval)


def _too_slow(estate: Estate, group: RuleGroup) -> Finding:
    took, interval = group.took or 0.0, group.interval or 0.0
    heavy = sorted(group.rules, key=lambda one: -(one.took or 0.0))[:1]
    worst = "".join(
        f"; {_spelled(one)} takes {one.took:.3g} s of it" for one in heavy if one.took is not None
    )
    path = f"$.groups[?(@.name=='{group.name}')].evaluationTime"
    return about(
        SLOW,
        rule_object(estate, group),
        f"Group {name(group.name)} takes {took:.3g} s to evaluate, and its interval is"
        f" {interval:.3g} s: evaluations are left out{worst}",
        (said(estate.server, path, f"{took:.6g}"),),
        "Split the group, which then runs side by side, or make the heavy rule lighter.",
        severity=Severity.WARNING,
    )


def rules_of(estate: Estate) -> Iterator[tuple[RuleGroup, Rule]]:
    """Yield every rule with its group."""
    for group in estate.groups or ():
        for rule in group.rules:
            yield group, rule


RULE_FAILING = Analyzer(
    "rule-failing",
    (MANY, DUPLICATE, TIMEOUT, FAILING, SLOW),
    ("PrometheusRule.monitoring.coreos.com",),
    _detect,
)
