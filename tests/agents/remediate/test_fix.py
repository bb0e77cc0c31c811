"""Which finding of a later look a root cause is, and whose tools carry a remedy out."""

from dataclasses import replace

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import place_of
from clusterwright.agents.remediate.fix import chosen, may_hide
from clusterwright.agents.remediate.found import Found
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import Edge, Finding, Remedy
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding


def found(*titles: str, cluster: str = "dev") -> Found:
    """Return a look that finds one code about one release, in these words."""
    answers = [
        answered(
            *(finding("release/drifted", "HelmRelease/shop/cart", title=one) for one in titles),
            cluster=cluster,
        )
    ]
    return Found(correlate(answers), tuple(answers))


def test_a_problem_is_known_again_when_its_title_tells_another_age() -> None:
    [root] = found("changed by kubectl 9 s ago").diagnosis.root_causes
    source = found("changed by kubectl 12 s ago").source(root)
    assert source is not None
    assert source[1].title == "changed by kubectl 12 s ago"


def test_of_two_alike_the_one_with_the_same_title_is_meant() -> None:
    [_, root] = found("the image", "the port").diagnosis.root_causes
    source = found("the image", "the port").source(root)
    assert source is not None
    assert source[1].title == root.title


def test_of_two_alike_whose_titles_tell_another_age_now_the_words_tell_which_is_meant() -> None:
    [_, root] = found("the image, 9s ago", "the port, 9s ago").diagnosis.root_causes
    source = found("the image, 2m ago", "the port, 2m ago").source(root)
    assert source is not None
    assert source[1].title == "the port, 2m ago"


def test_what_is_gone_or_elsewhere_is_not_found() -> None:
    [root] = found("the image").diagnosis.root_causes
    assert found().source(root) is None
    assert found("the image", cluster="prod").source(root) is None


def looked_at(*servers: tuple[str, str, str]) -> Found:
    """Return a look by servers, each with its tool and the cluster that it looked at."""
    answers = [
        replace(answered(cluster=cluster), server=server, tool=tool)
        for server, tool, cluster in servers
    ]
    return Found(correlate(answers), tuple(answers))


def remedy(tool: str = "") -> Remedy:
    """Return a remedy that a tool plans; none: that of the server which found the cause."""
    return Remedy(say="repair it", changes=({"kind": "patch"},), tool=tool)


def test_a_remedy_is_carried_out_by_the_server_that_found_the_cause() -> None:
    found = looked_at(("gpu", "gpu_find_problems", "dev"))
    hands = found.hands(found.answers[0], remedy())
    assert hands is not None
    assert (hands.server, hands.plan, hands.apply) == ("gpu", "gpu_plan_change", "gpu_apply_change")


def test_a_remedy_of_another_server_goes_to_the_one_that_looks_at_the_same_cluster() -> None:
    found = looked_at(
        ("gpu", "gpu_find_problems", "dev"),
        ("prod", "k8s_find_problems", "prod"),
        ("dev", "k8s_find_problems", "dev"),
    )
    hands = found.hands(found.answers[0], remedy("k8s_plan_change"))
    assert hands is not None
    assert (hands.server, hands.plan) == ("dev", "k8s_plan_change")


def test_a_remedy_of_a_server_that_is_not_there_is_carried_out_by_nobody() -> None:
    found = looked_at(
        ("gpu", "gpu_find_problems", "dev"), ("mgmt", "capi_find_problems", "management")
    )
    assert found.hands(found.answers[0], remedy("capi_plan_change")) is None


CART = finding("pod/crash-loop", "Deployment/shop/cart", members=["Pod/shop/cart-1"])


def gap(what: str) -> Gap:
    return Gap(what=what, reason="forbidden")


def seen(*gaps: Gap, failed: bool = False, findings: tuple[Finding, ...] = ()) -> Found:
    """Return a look of one server."""
    answers = [replace(answered(*findings, gaps=gaps), failed=failed)]
    return Found(correlate(answers), tuple(answers))


BEFORE = seen(gap("Secret"), findings=(CART,))
[ROOT] = BEFORE.diagnosis.root_causes


def unseen(now: Found) -> list[str]:
    """Return why it can not be said that the root is gone."""
    return now.unseen(BEFORE, {place_of(ROOT)}, (ROOT.subject, *ROOT.members))


def test_what_is_gone_is_known_only_by_those_who_told_of_it() -> None:
    assert unseen(seen(gap("Secret"))) == []
    assert unseen(seen(failed=True)) == ["k8s_find_problems did not answer"]
    nobody = Found(correlate([]), ())
    assert unseen(nobody) == ["k8s_find_problems did not answer"]
    other = {("dev", ROOT.code, Ref.parse("Deployment/shop/till"))}
    assert nobody.unseen(BEFORE, other) == []


def test_a_new_gap_may_hide_it_unless_it_names_other_objects() -> None:
    assert unseen(seen(gap("Pod"))) == ["k8s_find_problems left out Pod: forbidden"]
    assert unseen(seen(gap("Pod/shop/till-1"))) == []
    assert unseen(seen(gap("Pod/shop/cart-12, Pod/shop/cart-13"))) == []
    for what in ("Pod/shop/cart-1", "Pod/shop/a, Pod/shop/cart-1 and 3 more"):
        assert unseen(seen(gap(what))) == [f"k8s_find_problems left out {what}: forbidden"]


def test_a_gap_about_one_object_makes_none_about_another_known_whatever_their_numbers() -> None:
    before = seen(gap("Pod/shop/cart-2"), findings=(CART,))
    gone, about = {place_of(ROOT)}, (Ref.parse("Pod/shop/cart-1"),)
    assert seen(gap("Pod/shop/cart-2")).unseen(before, gone, about) == []
    assert seen(gap("Pod/shop/cart-1")).unseen(before, gone, about) == [
        "k8s_find_problems left out Pod/shop/cart-1: forbidden"
    ]


def test_a_path_of_an_api_is_no_object_and_may_hide_any() -> None:
    for what in ("status/config", "label/__name__/values"):
        assert unseen(seen(gap(what))) == [f"k8s_find_problems left out {what}: forbidden"]
    assert unseen(seen(gap("Machine.cluster.x-k8s.io/d/m-1, Node/n-1 and 2 more"))) == []


def test_a_gap_that_was_there_before_is_known_by_what_it_is_about_and_a_page_by_its_number() -> (
    None
):
    before = seen(gap("12 release records"), gap("page 3 of x"), findings=(CART,))
    gone = {place_of(ROOT)}
    assert seen(gap("13 release records"), gap("page 3 of x")).unseen(before, gone) == []
    assert seen(gap("page 2 of x")).unseen(before, gone) == [
        "k8s_find_problems left out page 2 of x: forbidden"
    ]


def test_what_was_not_checked_is_that_of_silent_servers_or_all_where_nothing_is_known() -> None:
    assert BEFORE.unchecked() == []
    assert seen(gap("server kubernetes"), failed=True).unchecked() == [
        "server kubernetes: forbidden"
    ]
    nothing = [replace(answered(), coverage=Coverage(gaps=(gap("Pod"),)))]
    assert Found(correlate(nothing), tuple(nothing)).unchecked() == ["Pod: forbidden"]


def test_an_object_is_meant_by_every_root_that_names_it() -> None:
    selects = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
    members = ["Service/shop/cart", "Pod/shop/till-1"]
    symptom = finding(
        "service/no-ready-endpoints", "Service/shop/cart", members=members, relations=(selects,)
    )
    roots = seen(findings=(CART, symptom)).diagnosis.root_causes
    for target in (CART.code, "Deployment/shop/cart", "Pod/shop/cart-1", "Pod/shop/till-1"):
        assert [one.code for one in chosen(roots, target)] == [CART.code]
    assert chosen(roots, "Pod/shop/other") == []


def test_a_root_that_only_counts_some_members_may_hide_an_object_of_its_namespace() -> None:
    many = [ROOT.model_copy(update={"more_members": 3})]
    assert may_hide(many, "Pod/shop/cart-7")
    assert not may_hide(many, "Pod/till/cart-7")
    assert not may_hide(many, "pod/crash-loop")
    assert not may_hide(many, None)
    assert not may_hide([ROOT], "Pod/shop/cart-7")
