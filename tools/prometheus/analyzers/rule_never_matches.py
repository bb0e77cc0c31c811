"""Rules that can find nothing, since a metric that they need does not exist.

Most absence is by design: an error that never happened has no series, and a rule may ask for what
only some clusters have. Told is a name that is nearly another one, and, as worth knowing, a metric
of which not even the family is there.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from datetime import timedelta

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.prometheus.analyzers.about import about, name, said, shown
from clusterwright.tools.prometheus.analyzers.rule_files import rule_object
from clusterwright.tools.prometheus.analyzers.rules import rules_of
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.promql.nodes import operation
from clusterwright.tools.prometheus.promql.reading import read
from clusterwright.tools.prometheus.promql.selector import selector
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup
from clusterwright.tools.prometheus.wire import moment
from clusterwright.tools.snapshot import Snapshot

CODE = "rule/never-matches"
_FROM_NOTHING = frozenset({"absent", "absent_over_time", "vector", "scalar", "time", "pi"})
"""Functions that give something of nothing."""
_UNITS = frozenset({"total", "seconds", "bytes", "count", "ratio", "info", "sum", "bucket"})
_ALIKE = 0.75
_STARTED = timedelta(minutes=5)
"""A Prometheus that has just begun knows few metrics."""
_MOST = 200
"""Rules that are told; a backend without any metric has other troubles."""


def needs(part: Expr, metrics: Set[str]) -> frozenset[str] | None:
    """Return the absent metrics for which an expression gives nothing; None if it may give some."""
    match part:
        case VectorSelector():
            found = selector(part).metric
            return frozenset({found}) if found and found not in metrics else None
        case MatrixSelector():
            return needs(part.vector_selector, metrics)
        case AggregateExpr() | ParenExpr() | UnaryExpr() | SubqueryExpr():
            return needs(part.expr, metrics)
        case Call() | BinaryExpr():
            return _of_call(part, metrics) if isinstance(part, Call) else _of_both(part, metrics)
        case _:
            return None


def _of_call(part: Call, metrics: Set[str]) -> frozenset[str] | None:
    if part.func.name in _FROM_NOTHING:
        return None
    found = (needs(one, metrics) for one in part.args if isinstance(one, Expr))
    return next((one for one in found if one is not None), None)


def _of_both(part: BinaryExpr, metrics: Set[str]) -> frozenset[str] | None:
    left, right = needs(part.lhs, metrics), needs(part.rhs, metrics)
    if operation(part) == "unless":
        return left
    if operation(part) == "or":
        return None if left is None or right is None else left | right
    return left if left is not None else right


def nearly(metric: str, metrics: Set[str]) -> str | None:
    """Return the metric that a name was meant to be: one word is spelled otherwise, or a unit off.

    Names that only look alike, as `..._failed_total` and `..._sent_total`, are other metrics.
    """
    words = metric.split("_")
    # A gauge `x` and a counter `x_total`, which begins with the first event, may belong together.
    same = [
        one
        for one in metrics
        if abs(len(one) - len(metric)) <= _LONGEST_UNIT and metric != f"{one}_total"
    ]
    return next((one for one in sorted(same) if _slip(words, one.split("_"))), None)


_LONGEST_UNIT = 1 + max(map(len, _UNITS))


def _slip(words: list[str], other: list[str]) -> bool:
    if len(words) == len(other):
        off = [(a, b) for a, b in zip(words, other, strict=True) if a != b]
        return len(off) == 1 and not {*off[0]} & _UNITS and _alike(*off[0])
    longer, shorter = sorted((words, other), key=len, reverse=True)
    if len(longer) != len(shorter) + 1:
        return False
    return any(
        longer[i] in _UNITS and longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )


def _alike(one: str, other: str) -> bool:
    digits = any(c.isdigit() for c in one + other)
    return not digits and difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _family(metric: str) -> str:
    return metric.partition("_")[0] + "_"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    started = moment(estate.runtime, "startTime")
    if not estate.metrics or (started and estate.now - started < _STARTED):
        return
    families = {_family(one) for one in estate.metrics}
    unknown: dict[tuple[str, str], list[tuple[RuleGroup, Rule, str]]] = defaultdict(list)
    for group, rule, metric in list(_dead(estate, estate.metrics))[:_MOST]:
        meant = nearly(metric, estate.metrics)
        if meant:
            yield Suspicion(_misspelled(estate, group, rule, metric, meant))
        elif _family(metric) not in families:
            unknown[group.key].append((group, rule, metric))
    for found in unknown.values():
        yield Suspicion(_unknown(estate, found))


def _dead(estate: Estate, metrics: frozenset[str]) -> Iterator[tuple[RuleGroup, Rule, str]]:
    """Yield rules with a metric that they need; what another rule would record is told there."""
    recorded = {rule.name for _, rule in rules_of(estate) if rule.kind == "recording"}
    for group, rule in rules_of(estate):
        if rule.health != "ok":
            continue
        try:
            tree = read(rule.query).tree
        except InvalidInputError:  # too long or deep to be judged here; Prometheus has read it
            continue
        lacking = needs(tree, metrics) if tree is not None else None
        if lacking and not lacking & recorded:
            yield group, rule, min(lacking)


def _spelled(rule: Rule) -> str:
    return f"{'Alert' if rule.kind == 'alerting' else 'Recording rule'} {name(rule.name)}"


def _misspelled(estate: Estate, group: RuleGroup, rule: Rule, metric: str, meant: str) -> Finding:
    path = f"$.groups[?(@.name=='{group.name}')].rules[?(@.name=='{rule.name}')].query"
    return about(
        CODE,
        rule_object(estate, group),
        f"{_spelled(rule)} of group {name(group.name)} never matches: there is no metric"
        f" {name(metric)}, but {name(meant)}",
        (
            said(estate.server, path, rule.query),
            shown(estate.server, f"count({metric})", "no series", {}),
        ),
        f"Name {name(meant)} in its expression: prom_plan_change with kind edit_rule.",
        severity=Severity.WARNING,
    )


def _unknown(estate: Estate, found: list[tuple[RuleGroup, Rule, str]]) -> Finding:
    group, rule, metric = found[0]
    rules = few([name(one.name) for _, one, _ in found], 3)
    path = f"$.groups[?(@.name=='{group.name}')].rules[?(@.name=='{rule.name}')].query"
    return about(
        CODE,
        rule_object(estate, group),
        f"Of group {name(group.name)}, {rules} never match{'es' * (len(found) == 1)}: nothing that"
        f" is scraped has {name(metric)}, nor any metric {name(_family(metric))}*",
        (
            said(estate.server, path, rule.query),
            shown(estate.server, f"count({metric})", "no series", {}),
        ),
        "Have what exposes it scraped, or remove the rules if this cluster does not have it.",
        severity=Severity.INFO,
    )


RULE_NEVER_MATCHES = Analyzer(
    "rule-never-matches", (CODE,), ("PrometheusRule.monitoring.coreos.com",), _detect
)
