"""What changes from one diagnosis to the next."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import anyio
import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.known import compared
from clusterwright.agents.diagnose.watch import Change, What, changes, watch
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import Edge, Finding, Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding

CRASH = finding("pod/crash-loop", "Deployment/shop/cart", members=["Pod/shop/cart-1"])
NO_BACKENDS = finding(
    "service/no-ready-endpoints",
    "Service/shop/cart",
    relations=(edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),),
)
SILENT = Answered(
    "kubernetes",
    "k8s_find_problems",
    coverage=Coverage(gaps=(Gap(what="k8s_find_problems", reason="no answer within 60 s"),)),
    failed=True,
)


def of(*findings: Finding) -> Diagnosis:
    return correlate([answered(*findings)])


def told(found: Sequence[Change]) -> list[str]:
    return [f"{one.what} {one.root.code}" for one in found]


def watched(*diagnoses: Diagnosis) -> list[list[str]]:
    async def run() -> list[list[str]]:
        left = list(diagnoses)

        async def look() -> Diagnosis:
            return left.pop(0)

        found: list[list[str]] = []
        async for _, some in watch(look, seconds=0):
            found.append(told(some))
            if not left:
                break
        return found

    return anyio.run(run)


def test_what_comes_and_what_goes_is_told_and_what_stays_is_not() -> None:
    assert told(changes(of(CRASH), of(CRASH))) == []
    assert told(changes(of(), of(CRASH))) == ["new pod/crash-loop"]
    assert told(changes(of(CRASH), of())) == ["gone pod/crash-loop"]


def test_another_title_is_no_other_problem() -> None:
    later = CRASH.model_copy(update={"title": "exits with 1 since 3 minutes"})
    assert told(changes(of(CRASH), of(later))) == []


def test_what_gets_worse_is_told_and_what_gets_better_is_not() -> None:
    worse = CRASH.model_copy(update={"severity": Severity.CRITICAL})
    assert told(changes(of(CRASH), of(worse))) == ["worse pod/crash-loop"]
    assert told(changes(of(worse), of(CRASH))) == []


def test_a_root_that_becomes_a_symptom_is_not_gone() -> None:
    [change, folded] = changes(of(NO_BACKENDS), of(NO_BACKENDS, CRASH))
    assert (change.what, change.root.code) == (What.NEW, "pod/crash-loop")
    assert (folded.what, folded.root.code) == (What.FOLDED, "service/no-ready-endpoints")
    assert folded.under is not None
    assert folded.under.code == "pod/crash-loop"


def test_nothing_is_gone_for_a_server_that_did_not_answer() -> None:
    assert told(changes(of(CRASH), correlate([SILENT]))) == []


def test_what_was_known_before_a_silence_is_not_new_after_it() -> None:
    silence = correlate([SILENT])
    assert watched(of(CRASH), silence, of(CRASH)) == [["new pod/crash-loop"], [], []]
    assert watched(of(CRASH), silence, of()) == [
        ["new pod/crash-loop"],
        [],
        ["gone pod/crash-loop"],
    ]


def test_what_is_new_in_a_partial_answer_is_told_once() -> None:
    partial = correlate([answered(NO_BACKENDS), SILENT])
    assert watched(of(), partial, partial, of(NO_BACKENDS)) == [
        [],
        ["new service/no-ready-endpoints"],
        [],
        [],
    ]


def test_a_cluster_that_goes_dark_loses_nothing_while_others_answer() -> None:
    both = correlate([answered(CRASH), answered(CRASH, cluster="prod")])
    dark = replace(SILENT, cluster="prod")
    assert watched(both, correlate([answered(CRASH), dark]), both) == [
        ["new pod/crash-loop", "new pod/crash-loop"],
        [],
        [],
    ]


def test_what_is_forbidden_now_is_not_gone() -> None:
    gap = Gap(what="Pod", reason="forbidden")
    assert watched(of(CRASH), correlate([answered(gaps=(gap,))]), of()) == [
        ["new pod/crash-loop"],
        [],
        ["gone pod/crash-loop"],
    ]


def test_a_symptom_of_that_name_in_another_cluster_explains_nothing() -> None:
    other = correlate([answered(), answered(CRASH, NO_BACKENDS, cluster="prod")])
    both = correlate([answered(NO_BACKENDS), answered(CRASH, NO_BACKENDS, cluster="prod")])
    assert told(changes(both, other)) == ["gone service/no-ready-endpoints"]


def test_what_is_set_aside_is_still_there() -> None:
    known = compared(of(CRASH), of(CRASH))
    assert known.root_causes == ()
    assert told(changes(of(CRASH), known)) == []


def test_what_hangs_on_a_root_anew_makes_it_worse() -> None:
    [change] = changes(of(CRASH), of(CRASH, NO_BACKENDS))
    assert (change.what, change.root.grown_by) == (
        What.WORSE,
        ("service/no-ready-endpoints on Service/shop/cart",),
    )
    assert told(changes(of(CRASH, NO_BACKENDS), of(CRASH))) == []


def test_a_symptom_that_comes_and_goes_is_told_once() -> None:
    with_it, without = of(CRASH, NO_BACKENDS), of(CRASH)
    assert watched(without, with_it, without, with_it, without, with_it) == [
        ["new pod/crash-loop"],
        ["worse pod/crash-loop"],
        [],
        [],
        [],
        [],
    ]


def test_what_gets_worse_again_and_again_is_told_once() -> None:
    worse = CRASH.model_copy(update={"severity": Severity.CRITICAL})
    assert watched(of(CRASH), of(worse), of(CRASH), of(worse)) == [
        ["new pod/crash-loop"],
        ["worse pod/crash-loop"],
        [],
        [],
    ]


@pytest.mark.parametrize(("seconds", "again"), [(100.0, []), (1_000.0, ["worse pod/crash-loop"])])
def test_what_is_remembered_is_counted_in_the_time_that_looks_take_too(
    monkeypatch: pytest.MonkeyPatch, seconds: float, again: list[str]
) -> None:
    monkeypatch.setattr(anyio, "current_time", count(step=seconds).__next__)
    with_it, without = of(CRASH, NO_BACKENDS), of(CRASH)
    assert watched(with_it, without, with_it) == [["new pod/crash-loop"], [], again]


def test_pods_that_are_replaced_are_no_news() -> None:
    def pods(*names: str) -> Diagnosis:
        return of(CRASH.model_copy(update={"members": tuple(Ref("Pod", n, "shop") for n in names)}))

    first, second = pods("cart-7d9f8c6b5-x2x4z"), pods("cart-5f6d7c8b9-bcdfg", "cart-zzzzz")
    assert watched(first, second, first) == [["new pod/crash-loop"], [], []]


def test_of_several_alike_the_one_that_goes_is_told_and_the_others_stay() -> None:
    def ports(*numbers: int) -> Diagnosis:
        titles = (f"Service api has no port {one}" for one in numbers)
        return of(*(finding("ingress/port-missing", "Ingress/shop/web", title=t) for t in titles))

    def seen(before: Diagnosis, now: Diagnosis) -> list[tuple[str, str]]:
        return [(one.what.value, one.root.title[-4:]) for one in changes(before, now)]

    assert seen(ports(8080, 8081, 8082), ports(8081, 8082)) == [("gone", "8080")]
    assert seen(ports(8080, 8081), ports(8081)) == [("gone", "8080")]
    assert seen(ports(8080), ports(8080, 8081)) == [("new", "8081")]
    assert seen(ports(8080, 8081), ports(8081, 9090)) == [("new", "9090"), ("gone", "8080")]


def test_nothing_is_gone_for_a_server_that_is_not_there_any_more() -> None:
    machines = replace(answered(CRASH), server="cluster-api", tool="capi_find_problems")
    both = correlate([answered(), machines])
    assert watched(
        both, correlate([answered()]), both, correlate([answered(), replace(machines, findings=())])
    ) == [
        ["new pod/crash-loop"],
        [],
        [],
        ["gone pod/crash-loop"],
    ]


def test_what_is_gone_is_told_beside_a_server_that_never_answers() -> None:
    def beside(*findings: Finding) -> Diagnosis:
        return correlate([answered(*findings), replace(SILENT, server="gpu")])

    assert watched(beside(CRASH), beside(CRASH), beside(CRASH), beside()) == [
        ["new pod/crash-loop"],
        [],
        [],
        ["gone pod/crash-loop"],
    ]


def test_a_known_cause_that_grows_is_told_and_is_not_new_again_after_that() -> None:
    before = of(CRASH)
    grown, same = compared(of(CRASH, NO_BACKENDS), before), compared(of(CRASH), before)
    assert watched(same, grown, same, grown) == [[], ["worse pod/crash-loop"], [], []]
