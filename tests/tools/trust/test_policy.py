"""What a policy allows: in doubt nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clusterwright.tools.trust.policy import PROTECTED, Policy, Rule
from clusterwright.tools.trust.risk import Access, Risk

NAMES = st.sampled_from(["", "dev-1", "prod-1", "shop-a", "kube-system", "patch", "delete"])
RULE: dict[str, Any] = {
    "changes": ["patch", "restart"],
    "clusters": ["dev-*"],
    "namespaces": ["shop-*"],
    "risk": "low",
}


def allows(
    *rules: dict[str, Any],
    kinds: tuple[str, ...] = ("patch",),
    namespaces: tuple[str, ...] = ("shop-a",),
    cluster: str = "dev-1",
    risk: Risk = Risk.LOW,
) -> bool:
    policy = Policy.model_validate({"unattended": rules})
    return policy.allows_unattended(kinds=kinds, namespaces=namespaces, cluster=cluster, risk=risk)


@given(kinds=st.sets(NAMES), namespaces=st.sets(NAMES), cluster=NAMES, risk=st.sampled_from(Risk))
def test_without_a_rule_nothing_is_applied_unattended(
    kinds: set[str], namespaces: set[str], cluster: str, risk: Risk
) -> None:
    assert not Policy().allows_unattended(
        kinds=kinds, namespaces=namespaces, cluster=cluster, risk=risk
    )


def test_a_plan_that_fits_a_rule_is_allowed() -> None:
    assert allows(RULE)
    assert allows(RULE, kinds=("restart", "patch"), namespaces=("shop-a", "shop-b"))


def test_the_whole_plan_must_fit() -> None:
    assert not allows(RULE, kinds=("patch", "delete"))
    assert not allows(RULE, namespaces=("shop-a", "billing"))
    assert not allows(RULE, cluster="prod-1")
    assert not allows(RULE, risk=Risk.MEDIUM)


def test_two_rules_do_not_add_up() -> None:
    deletes = {**RULE, "changes": ["delete"]}
    assert allows(RULE, deletes, kinds=("patch",))
    assert allows(RULE, deletes, kinds=("delete",))
    assert not allows(RULE, deletes, kinds=("patch", "delete"))


@pytest.mark.parametrize("field", ["changes", "clusters", "namespaces"])
def test_an_empty_list_covers_nothing(field: str) -> None:
    rule = {**RULE, field: ()}
    assert not allows(rule)
    assert not allows(rule, kinds=(), namespaces=())


def test_a_plan_of_nothing_is_covered_by_nothing() -> None:
    everything = {**RULE, "changes": "*", "clusters": ["*"], "namespaces": ["*", ""]}
    assert allows(everything)
    assert not allows(everything, kinds=())
    assert not allows(everything, namespaces=())


@pytest.mark.parametrize("changes", ["*", ["*"], ["patch", "*"]])
def test_a_star_is_every_change(changes: object) -> None:
    assert allows({**RULE, "changes": changes}, kinds=("delete", "remove_finalizer"))


def test_changes_are_names_and_no_globs() -> None:
    assert not allows({**RULE, "changes": ["pat*"]})


@pytest.mark.parametrize("namespaces", [["*"], ["*", "shop-*"], ["?*"], ["[!a]*"]])
def test_no_glob_stands_for_what_belongs_to_no_namespace(namespaces: list[str]) -> None:
    assert allows({**RULE, "namespaces": namespaces})
    assert not allows({**RULE, "namespaces": namespaces}, namespaces=("",))
    assert not allows({**RULE, "namespaces": namespaces}, namespaces=("shop-a", ""))


def test_what_belongs_to_no_namespace_is_covered_when_it_is_named() -> None:
    assert allows({**RULE, "namespaces": [""]}, namespaces=("",))
    assert not allows({**RULE, "namespaces": [""]}, namespaces=("shop-a",))


def test_patterns_tell_upper_case_from_lower_case() -> None:
    assert not allows(RULE, cluster="DEV-1")
    assert Policy(access={"dev-*": Access.WRITE}).access_to("DEV-1", Access.READ) is Access.READ


@pytest.mark.parametrize("upto", Risk)
@pytest.mark.parametrize("risk", Risk)
def test_a_rule_covers_risks_up_to_its_own(upto: Risk, risk: Risk) -> None:
    assert allows({**RULE, "risk": upto}, risk=risk) == (risk.rank <= upto.rank)


def test_a_rule_covers_low_risk_when_it_names_none() -> None:
    rule = {key: value for key, value in RULE.items() if key != "risk"}
    assert allows(rule)
    assert not allows(rule, risk=Risk.MEDIUM)


@pytest.mark.parametrize("field", ["changes", "clusters", "namespaces"])
def test_a_rule_says_what_it_covers(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Rule.model_validate({key: value for key, value in RULE.items() if key != field})


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ({}, Access.PLAN),
        ({"prod-*": Access.READ}, Access.PLAN),
        ({"dev": Access.WRITE}, Access.PLAN),
        ({"*": Access.READ}, Access.READ),
        ({"*": Access.READ, "dev-*": Access.WRITE}, Access.WRITE),
        ({"dev-*": Access.WRITE, "*": Access.READ}, Access.WRITE),
        ({"dev-*": Access.WRITE, "dev-gpu-?": Access.READ}, Access.READ),
        ({"dev-gpu-?": Access.WRITE, "dev-gpu-*": Access.READ}, Access.READ),
        ({"dev-gpu-?": Access.READ, "dev-gpu-*": Access.WRITE}, Access.READ),
        ({"dev-gpu-1": Access.WRITE, "dev-gpu-*": Access.READ}, Access.WRITE),
        ({"dev-gpu-1": Access.WRITE, "dev-gpu-[1]": Access.READ}, Access.WRITE),
    ],
)
def test_the_name_itself_counts_else_the_longest_pattern_and_of_equals_what_allows_less(
    access: dict[str, Access], expected: Access
) -> None:
    assert Policy(access=access).access_to("dev-gpu-1", Access.PLAN) is expected


def test_the_systems_own_namespaces_are_protected_unless_others_are_given() -> None:
    assert all(Policy().protects(one) for one in PROTECTED)
    assert not Policy().protects("shop")
    given = Policy(protected_namespaces=("platform-*",))
    assert given.protects("platform-dns")
    assert not given.protects("kube-system")
    assert not Policy(protected_namespaces=()).protects("kube-system")


@pytest.mark.parametrize(
    "odd", [{"protect": []}, {"unattended": [{**RULE, "unless": 1}]}, {"access": {"*": "all"}}]
)
def test_what_nobody_knows_is_no_policy(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(odd)
