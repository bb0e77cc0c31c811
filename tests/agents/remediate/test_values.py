"""Which value of a release a field comes from, and whether a plan shows it."""

import pytest

from clusterwright.agents.remediate.values import Candidate, Wanted, candidates, proves
from clusterwright.tools.change import DryRun, FieldChange, PlanStep
from clusterwright.tools.field_path import MISSING, parse
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref

CART = "Deployment/shop/cart"
IMAGE = "spec.template.spec.containers[name=app].image"
SELECTOR = "spec.template.spec.nodeSelector.type"


def wanted(path: str, before: Json, after: Json, ref: str = CART) -> Wanted:
    return Wanted(ref, parse(path), before, after)


def paths(values: Manifest, one: Wanted) -> list[str]:
    return [found.spelled for found in candidates(values, one)]


def test_the_value_that_is_named_as_the_field_is_comes_first() -> None:
    values = {"other": "kwoks", "nodeSelector": {"type": "kwoks", "zone": "a"}}
    found = candidates(values, wanted(SELECTOR, "kwoks", "kwok"))
    assert found == [
        Candidate(("nodeSelector", "type"), {"nodeSelector": {"type": "kwok"}}),
        Candidate(("other",), {"other": "kwok"}),
    ]


def test_a_tag_within_an_image_becomes_the_new_tag() -> None:
    values = {"image": {"repository": "registry/site", "tag": "1.5.0", "pullPolicy": "Always"}}
    found = candidates(values, wanted(IMAGE, "registry/site:1.5.0", "registry/site:1.4.2"))
    assert [one.values for one in found] == [{"image": {"tag": "1.4.2"}}]


def test_a_number_stays_a_number() -> None:
    found = candidates({"port": 8081, "on": True}, wanted("spec.ports[name=http].port", 8081, 8080))
    assert [one.values for one in found] == [{"port": 8080}]


def test_a_list_is_replaced_as_a_whole() -> None:
    objects: Json = [{"kind": "Ingress", "spec": {"backend": "cart-v2"}}, {"kind": "ConfigMap"}]
    found = candidates({"extra": objects}, wanted("spec.backend", "cart-v2", "cart"))
    changed = [{"kind": "Ingress", "spec": {"backend": "cart"}}, {"kind": "ConfigMap"}]
    assert [(one.spelled, one.values) for one in found] == [
        ("extra[0].spec.backend", {"extra": changed})
    ]


def test_a_whole_list_is_recognised_as_such() -> None:
    before, after = [{"key": "a"}], [{"key": "a"}, {"key": "b"}]
    found = candidates({"tolerations": before}, wanted("spec.tolerations", before, after))
    assert [one.values for one in found] == [{"tolerations": after}]


@pytest.mark.parametrize(
    ("values", "before", "after"),
    [
        ({}, "kwoks", "kwok"),
        ({"a": "other"}, "kwoks", "kwok"),
        ({"a": ""}, "kwoks", "kwok"),
        ({"a": True}, "true", "false"),
        ({"a": "kwoks"}, "kwoks", None),
        ({"a": "kwoks"}, MISSING, "kwok"),
        ({"a": 5}, "5", "five"),
    ],
)
def test_what_does_not_hold_the_field_is_no_candidate(
    values: Manifest, before: Json, after: Json
) -> None:
    assert paths(values, wanted("spec.a", before, after)) == []


def step(ref: str, *changes: tuple[str, str | None, str | None]) -> PlanStep:
    diff = tuple(FieldChange(path=path, before=old, after=new) for path, old, new in changes)
    return PlanStep(say="", object=Ref.parse(ref), dry_run=DryRun.PASSED, diff=diff)


RELEASE = step("HelmRelease/shop/cart", ("values.nodeSelector.type", "kwoks", "kwok"))
WANTED = [wanted(SELECTOR, "kwoks", "kwok")]


def test_a_plan_that_changes_the_field_and_nothing_else_proves_the_value() -> None:
    assert proves([RELEASE, step(CART, (SELECTOR, "kwoks", "kwok"))], WANTED) == ""


def test_a_plan_that_changes_more_or_less_or_otherwise_does_not() -> None:
    right = (SELECTOR, "kwoks", "kwok")
    more = [RELEASE, step(CART, right, ("spec.replicas", "1", "2"))]
    assert proves(more, WANTED) == f"it would change spec.replicas of {CART} as well"
    elsewhere = [RELEASE, step(CART, right), step("Service/shop/cart", right)]
    assert proves(elsewhere, WANTED).endswith("of Service/shop/cart as well")
    assert proves([RELEASE], WANTED) == f"it would not change {SELECTOR} of {CART}"
    other = [step(CART, (SELECTOR, "kwoks", "kwak"))]
    assert proves(other, WANTED) == f"it would not make {SELECTOR} of {CART} what it should be"
    new = [step("ConfigMap/shop/x", ("(new object)", None, "kind: ConfigMap"))]
    assert proves(new, WANTED).startswith("it would change (new object)")


def test_a_helm_release_of_flux_is_an_object_like_any_other() -> None:
    right = step(CART, (SELECTOR, "kwoks", "kwok"))
    flux = "HelmRelease.helm.toolkit.fluxcd.io/flux/prod"
    more = step(flux, ("spec.values.replicas", "1", "2"))
    said = f"it would change spec.values.replicas of {flux} as well"
    assert proves([right, more], WANTED) == said


def test_a_step_whose_dry_run_did_not_pass_proves_nothing() -> None:
    right = step(CART, (SELECTOR, "kwoks", "kwok"))
    for outcome in (DryRun.UNSUPPORTED, DryRun.DEPENDS, DryRun.FAILED):
        other = PlanStep(say="create Job/shop/x", object=Ref.parse("Job/shop/x"), dry_run=outcome)
        assert proves([right, other], WANTED) == (
            f"the dry run of create Job/shop/x is {outcome.value}"
        )
    unnamed = PlanStep(say="", object=Ref.parse(CART), dry_run=DryRun.FAILED)
    assert proves([unnamed], WANTED) == f"the dry run of {CART} is failed"


def test_an_upgrade_that_runs_hooks_does_more_than_change_a_field() -> None:
    said = "runs hooks, whose doing no plan foresees: pre-upgrade Job/shop/migrate"
    hooked = RELEASE.model_copy(update={"notes": ("a warning", said)})
    assert proves([hooked, step(CART, (SELECTOR, "kwoks", "kwok"))], WANTED) == f"it {said}"


def test_what_looks_like_a_date_and_is_none_is_another_value() -> None:
    three = wanted("spec.x", 1, 3)
    assert proves([step(CART, ("spec.x", "1", "2024-13-45"))], [three]) == (
        f"it would not make spec.x of {CART} what it should be"
    )


def test_numbers_lists_and_what_goes_are_compared_by_meaning() -> None:
    port = wanted("spec.port", 1, 8080)
    assert proves([step(CART, ("spec.port", "1", "8080"))], [port]) == ""
    listed = wanted("spec.tolerations", MISSING, [{"key": "a"}])
    assert proves([step(CART, ("spec.tolerations", None, "- key: a"))], [listed]) == ""
    below = [step(CART, ("spec.tolerations[0].key", None, "a"))]
    assert proves(below, [listed]) == ""
    gone = wanted("spec.paused", True, None)
    assert proves([step(CART, ("spec.paused", "true", None))], [gone]) == ""
    assert proves([step(CART, ("spec.paused", "true", "false"))], [gone]) != ""
