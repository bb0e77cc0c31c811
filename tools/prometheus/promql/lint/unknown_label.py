"""Grouping or matching by a label that the metric does not have."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import (
    aggregations,
    binaries,
    labels,
    selectors,
)
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import (
    grouped_by,
    is_number,
    is_on,
    matched_on,
    spelled,
)

_FEW = 8


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    yield from _grouped(tree, facts)
    yield from _matched(tree, facts)
    yield from _selected(tree, facts)


def _grouped(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for part in aggregations(tree):
        has = labels(part.expr, facts)
        if not has:
            continue
        for name in grouped_by(part) or ():
            if name not in has:
                yield Doubt(
                    f"by ({name})",
                    f"what is aggregated has no label {name}: all fall into one group",
                    _instead(name, has),
                )


def _matched(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for part in binaries(tree):
        if not is_on(part) or is_number(part.lhs) or is_number(part.rhs):
            continue
        for name in matched_on(part):
            for side in (part.lhs, part.rhs):
                has = labels(side, facts)
                if has and name not in has:
                    yield Doubt(
                        f"on ({name})",
                        f"{spelled(side, 80)} has no label {name}",
                        _instead(name, has),
                    )


def _selected(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for _, selector in selectors(tree):
        has = facts.labels.get(selector.metric or "")
        for one in selector.conditions:
            if has and one.label not in has and one.is_negative and one.value:
                yield Doubt(
                    str(one),
                    f"{selector.metric} has no label {one.label}: the matcher leaves nothing out",
                    _instead(one.label, has),
                )


def _instead(name: str, has: frozenset[str]) -> str:
    near = get_close_matches(name.lower(), sorted(has), 1, 0.6)
    ways: Sequence[str] = [*near, *(one for one in sorted(has) if one not in near)]
    more = f" and {len(ways) - _FEW} more" if len(ways) > _FEW else ""
    return f"labels there are: {', '.join(ways[:_FEW])}{more}"


RULE = Rule("unknown-label", "a label that the metric does not have", _check, "labels")
