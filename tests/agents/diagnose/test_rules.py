"""The table of causal rules: each rule folds what it says, and nothing else; none is odd."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from clusterwright.agents.diagnose import table
from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.rule import Rule
from clusterwright.agents.diagnose.rules import RULES, SUBJECTS, SYMPTOMS, belongs
from clusterwright.tools.explain import codes
from clusterwright.tools.finding import Edge, Finding, Relation
from tests.agents.found import answered, edge, finding

ROOT = Path(__file__).parents[3]
HAS_IT, CAUSES_IT = "Thing.example.com/shop/effect", "Thing.example.com/shop/cause"
CODES = tuple(codes())
FAMILIES = sorted({family for rule in RULES for family in (rule.effect, rule.cause)})
EACH = pytest.mark.parametrize("because", dict.fromkeys(rule.because for rule in RULES))


def one_of(family: str, but: str = "") -> str:
    """Return a code of a family, another one than `but` where it has any."""
    found = [code for code in CODES if belongs(code, family)]
    return next((code for code in found if code != but), found[0])


def ways(rule: Rule) -> list[tuple[Edge, ...]]:
    """Return the edges that a rule follows to its cause: each alone, and all in turn."""
    return [*((one,) for one in rule.edges), rule.edges] if rule.edges else [()]


def chain(edges: tuple[Edge, ...], start: str = HAS_IT) -> tuple[Relation, ...]:
    """Return relations that lead from `start` to the cause along the edges, one after another."""
    between = [f"Thing.example.com/shop/way-{i}" for i in range(len(edges) - 1)]
    stops = pairwise([start, *between, CAUSES_IT])
    return tuple(edge(a, one, b) for (a, b), one in zip(stops, edges, strict=True))


def both(rule: Rule, *, same: bool = False) -> tuple[Finding, Finding]:
    """Return an effect and a cause, on one object where they are the `same`."""
    cause = one_of(rule.cause)
    return finding(one_of(rule.effect, but=cause), HAS_IT), finding(
        cause, HAS_IT if same else CAUSES_IT
    )


def explained(diagnosis: Diagnosis, effect: Finding, cause: Finding, rule: Rule) -> bool:
    """Tell whether the rule made a link from effect to cause, and both are one root."""
    pair = (f"{effect.code} on {effect.subject}", f"{cause.code} on {cause.subject}")
    links = [
        link
        for root in diagnosis.root_causes
        for link in root.links
        if (link.effect, link.cause) == pair
    ]
    return len(diagnosis.root_causes) == 1 and [one.because for one in links] == [rule.because]


def told(because: str) -> list[Rule]:
    """Return the rules with a reason."""
    return [rule for rule in RULES if rule.because == because]


@EACH
def test_a_rule_folds_its_effect_under_its_cause_along_its_edges(because: str) -> None:
    for rule in told(because):
        effect, cause = both(rule, same=not rule.edges)
        for way in ways(rule):
            relations = chain(way) if way else ()
            found = correlate([answered(effect, cause, relations=relations)])
            assert explained(found, effect, cause, rule), (rule, way)


@EACH
def test_without_its_edges_a_rule_folds_nothing(because: str) -> None:
    for rule in told(because):
        effect, cause = both(rule)
        another = "Thing.example.com/shop/another"
        astray = tuple(one for way in ways(rule) if way for one in chain(way, another))
        assert len(correlate([answered(effect, cause)]).root_causes) == 2, rule
        assert len(correlate([answered(effect, cause, relations=astray)]).root_causes) == 2, rule


@EACH
def test_a_rule_does_not_reach_into_another_cluster(because: str) -> None:
    for rule in told(because):
        effect, cause = both(rule, same=not rule.edges)
        relations = chain(rule.edges) if rule.edges else ()
        here, there = answered(effect, relations=relations), answered(cause, cluster="other")
        assert len(correlate([here, there]).root_causes) == 2, rule


@EACH
def test_a_rule_with_edges_needs_one_of_them(because: str) -> None:
    """Two findings of one object are joined only by a rule that says so."""
    of_one_object = {(rule.effect, rule.cause) for rule in RULES if not rule.edges}
    for rule in told(because):
        effect, cause = both(rule, same=True)
        joined = any(
            {belongs(effect.code, a), belongs(cause.code, b)} == {True}
            or {belongs(cause.code, a), belongs(effect.code, b)} == {True}
            for a, b in of_one_object
        )
        assert (len(correlate([answered(effect, cause)]).root_causes) == 1) == joined, rule


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_codes_that_this_project_finds(family: str) -> None:
    assert any(belongs(code, family) for code in CODES)


def test_no_rule_is_there_twice() -> None:
    count = Counter((one.effect, edge, one.cause) for one in RULES for edge in one.edges or (None,))
    assert [one for one, times in count.items() if times > 1] == []


def test_no_code_is_explained_by_itself_alone() -> None:
    assert [one for one in RULES if one.effect == one.cause] == []


def test_every_rule_says_why_and_where_that_is_written() -> None:
    assert [one for one in RULES if not one.because or len(one.source) < 15] == []


@pytest.mark.parametrize("symptom", sorted(SYMPTOMS))
def test_a_symptom_that_always_has_a_cause_is_not_among_its_own_causes(symptom: str) -> None:
    """Nor among the causes of these, as far as they have one in any case."""
    always = [one for one in RULES if one.always]
    below = {symptom}
    for _ in SYMPTOMS:
        families = [one.cause for one in always if one.effect in below]
        below = {one for one in SYMPTOMS if any(belongs(one, family) for family in families)}
        assert symptom not in below


def test_the_page_holds_every_rule() -> None:
    sections = table.page("").split("## ")[1:]
    for section, (subject, rules) in zip(sections, SUBJECTS.items(), strict=True):
        assert section.startswith(f"{subject}\n")
        lines = section.splitlines()
        for one in rules:
            along = ", ".join(edge.value for edge in one.edges) or "the same"
            told = f"| {one.because} | {one.source} |"
            assert any(
                f"`{one.effect}`" in line
                and f"| {along} |" in line
                and f"`{one.cause}`" in line
                and line.endswith(told)
                for line in lines
            )


def test_the_page_in_the_documentation_is_of_this_table() -> None:
    page = (ROOT / "docs/causes.md").read_text(encoding="utf-8")
    assert page == table.page(page.splitlines()[0])
