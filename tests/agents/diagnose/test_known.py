"""What is ignored or known is set aside and counted; nothing else is hidden by it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis, SetAside, Symptom, Verdict, Why
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.ignore_file import Entry
from clusterwright.agents.diagnose.known import (
    compared,
    entry_notes,
    less_seen,
    parse_baseline,
    without_ignored,
)
from clusterwright.agents.report.document import to_json
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Edge, Finding, Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding

TODAY = date(2026, 11, 23)
CART = finding("pod/crash-loop", "Deployment/shop/cart", title="app exits with 1")
PAY = finding("pod/image-not-found", "Deployment/pay/api", title="image x:1 does not exist")
NOTE = finding("node/unused", "Node/spare", severity=Severity.INFO)
FAILED = Answered(
    "gpu",
    "gpu_find_problems",
    coverage=Coverage(gaps=(Gap(what="gpu_find_problems", reason="no answer"),)),
    failed=True,
)


def entry(**says: str) -> Entry:
    globs = {"code": "*", "subject": "*", "cluster": "*", **says}
    return Entry("entry 1 (line 1)", **globs, owner="ann", reason="known", expires=TODAY)


def found(*findings: Finding) -> Diagnosis:
    return correlate([answered(*findings)])


def told(diagnosis: Diagnosis) -> list[str]:
    return [str(root.subject) for root in diagnosis.root_causes]


def aside(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(one.why.value, str(one.subject)) for one in diagnosis.set_aside]


def test_an_ignored_root_cause_is_set_aside_with_all_that_its_entry_says() -> None:
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/cart",
        severity=Severity.CRITICAL,
        relations=(edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart"),),
    )
    whole = found(CART, PAY, service)
    less = without_ignored(whole, [entry(code="pod/crash-*")], TODAY)
    assert told(less) == ["Deployment/pay/api"]
    assert less.set_aside == (
        SetAside(
            id=whole.root_causes[0].id,
            why=Why.IGNORED,
            cluster="dev",
            code="pod/crash-loop",
            severity=Severity.CRITICAL,
            subject=Ref.parse("Deployment/shop/cart"),
            title="app exits with 1",
            symptoms=1,
            reason="known",
            owner="ann",
            expires=TODAY,
        ),
    )


def test_a_symptom_of_two_causes_is_still_told_under_the_one_that_is_not_ignored() -> None:
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/cart",
        relations=(
            edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart"),
            edge("Service/shop/cart", Edge.SELECTS, "Deployment/pay/api"),
        ),
    )
    less = without_ignored(found(CART, PAY, service), [entry(subject="*/shop/*")], TODAY)
    assert [str(one.subject) for one in less.root_causes[0].symptoms] == ["Service/shop/cart"]


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([answered(CART)], Verdict.HEALTHY),
        ([answered(CART, NOTE)], Verdict.HEALTHY),
        ([answered(CART, PAY)], Verdict.PROBLEMS),
        ([answered(CART), FAILED], Verdict.UNKNOWN),
        ([FAILED], Verdict.UNKNOWN),
    ],
)
def test_the_verdict_is_about_what_is_left(answers: Sequence[Answered], verdict: Verdict) -> None:
    less = without_ignored(correlate(answers), [entry(code="pod/crash-loop")], TODAY)
    assert less.verdict is verdict


def test_an_expired_entry_ignores_nothing_and_is_told() -> None:
    late = date(2026, 11, 24)
    whole = found(CART)
    assert without_ignored(whole, [entry()], late) == whole
    assert entry_notes(whole, [entry()], late, everywhere=True) == [
        "entry 1 (line 1) of ann expired on 2026-11-23 and ignores nothing; "
        "it names 1 root cause here"
    ]


def test_an_entry_that_matches_nothing_is_told() -> None:
    assert entry_notes(found(CART), [entry(code="pod/crashloop")], TODAY, everywhere=True) == [
        "entry 1 (line 1) of ann matches nothing: is it over, or misspelt?"
    ]


@pytest.mark.parametrize(
    ("diagnosis", "one", "everywhere"),
    [
        (found(CART), entry(code="pod/other"), False),
        (correlate([answered(CART), FAILED]), entry(code="pod/other"), True),
        (found(CART), entry(code="pod/other", cluster="prod"), True),
        (found(CART), entry(), True),
    ],
)
def test_an_entry_is_not_blamed_where_it_could_not_have_matched(
    diagnosis: Diagnosis, one: Entry, everywhere: bool
) -> None:
    assert entry_notes(diagnosis, [one], TODAY, everywhere=everywhere) == []


def test_only_what_is_new_since_the_baseline_is_told_and_the_rest_counted() -> None:
    later = compared(found(CART, NOTE), found(CART, PAY))
    assert told(later) == ["Node/spare"]
    assert aside(later) == [("known", "Deployment/shop/cart"), ("gone", "Deployment/pay/api")]
    assert (later.verdict, later.compared) == (Verdict.HEALTHY, True)


def test_what_has_become_worse_is_new() -> None:
    worse = CART.model_copy(update={"severity": Severity.CRITICAL})
    assert aside(compared(found(worse), found(CART))) == []
    assert told(compared(found(worse), found(CART))) == ["Deployment/shop/cart"]
    assert aside(compared(found(CART), found(worse))) == [("known", "Deployment/shop/cart")]


def test_a_second_cause_of_one_name_is_new_and_not_hidden_by_the_first() -> None:
    other = PAY.model_copy(update={"title": "image y:2 does not exist"})
    later = compared(found(PAY, other), found(PAY))
    assert [root.title for root in later.root_causes] == ["image y:2 does not exist"]
    assert aside(compared(found(PAY), found(PAY, other))) == [
        ("known", "Deployment/pay/api"),
        ("gone", "Deployment/pay/api"),
    ]


def circle() -> Diagnosis:
    """Two findings that explain each other, as one root cause."""
    whole = found(CART, PAY)
    first, second = whole.root_causes
    named = Symptom.model_validate(second.model_dump() | {"cluster": ""})
    return whole.model_copy(
        update={"root_causes": (first.model_copy(update={"circle": (named,)}),)}
    )


def test_of_a_circle_one_ignored_finding_does_not_hide_the_other() -> None:
    one, other = entry(subject="*/shop/*"), entry(subject="*/pay/*")
    assert told(without_ignored(circle(), [one], TODAY)) == ["Deployment/shop/cart"]
    assert told(without_ignored(circle(), [other], TODAY)) == ["Deployment/shop/cart"]
    assert told(without_ignored(circle(), [one, other], TODAY)) == []
    assert entry_notes(circle(), [one, other], TODAY, everywhere=True) == []


def test_a_circle_that_has_grown_is_new() -> None:
    assert told(compared(circle(), found(CART))) == ["Deployment/shop/cart"]
    assert told(compared(circle(), compared(circle(), circle()))) == []


def test_a_title_may_change_from_run_to_run() -> None:
    reworded = CART.model_copy(update={"title": "app exits with 1 (x7)"})
    assert aside(compared(found(reworded), found(CART))) == [("known", "Deployment/shop/cart")]


def test_what_was_known_in_the_baseline_stays_known_and_what_was_ignored_does_not() -> None:
    chained = compared(found(CART, PAY), found(CART))
    assert told(compared(found(CART, PAY), chained)) == []
    ignoring = without_ignored(found(CART), [entry()], TODAY)
    assert told(compared(found(CART), ignoring)) == ["Deployment/shop/cart"]


def test_what_is_ignored_now_is_not_gone() -> None:
    less = without_ignored(found(CART), [entry()], TODAY)
    assert aside(compared(less, found(CART))) == [("ignored", "Deployment/shop/cart")]


@pytest.mark.parametrize(
    "now",
    [
        correlate([answered(), FAILED]),
        correlate([answered(gaps=(Gap(what="Pod", reason="forbidden"),))]),
        correlate([answered(cluster="other")]),
    ],
)
def test_nothing_is_gone_where_less_was_seen_than_before(now: Diagnosis) -> None:
    assert compared(now, found(CART)).set_aside == ()


def test_what_could_never_be_read_hides_nothing_that_is_gone() -> None:
    def partly(*findings: Finding, odd: int = 1) -> Diagnosis:
        gap = Gap(what=f"{odd} findings of k8s_find_problems", reason="in an unknown form")
        part = Answered(
            "kubernetes",
            "part of k8s_find_problems",
            "dev",
            coverage=Coverage(gaps=(gap,)),
            failed=True,
        )
        return correlate([answered(*findings, gaps=(gap,)), part])

    assert aside(compared(partly(), partly(CART))) == [("gone", "Deployment/shop/cart")]
    assert aside(compared(partly(odd=2), partly(CART))) == []
    assert aside(compared(partly(), found(CART))) == []


def test_of_several_clusters_what_is_gone_is_told_of_those_that_were_seen() -> None:
    before = correlate([answered(CART, cluster="dev"), answered(PAY, cluster="prod")])
    lost = Answered("kubernetes", "k8s_find_problems", cluster="dev", failed=True)
    later = compared(correlate([lost, answered(cluster="prod")]), before)
    assert aside(later) == [("gone", "Deployment/pay/api")]
    assert less_seen(later, before) == ["dev"]


def test_of_one_namespace_only_what_was_in_it_is_gone() -> None:
    later = compared(found(), found(CART, PAY), namespace="pay")
    assert aside(later) == [("gone", "Deployment/pay/api")]


def test_a_baseline_is_what_json_output_wrote() -> None:
    whole = compared(without_ignored(found(CART, PAY), [entry(code="pod/c*")], TODAY), found(PAY))
    assert parse_baseline(to_json(whole), "b.json") == whole


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "clusterwright.diagnosis/v2"}'])
def test_what_is_no_diagnosis_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"b\.json is no diagnosis: ") as raised:
        parse_baseline(text, "b.json")
    assert "clusterwright diagnose -o json --output-file b.json" in raised.value.hint


def test_what_another_cause_explains_now_is_not_gone() -> None:
    selects = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
    service = finding("service/no-ready-endpoints", "Service/shop/cart", relations=(selects,))
    assert aside(compared(found(service, CART), found(service))) == []


LONG = "prod-shop-release-name-long-recommendation-backend-api"
CAPI = "cluster.x-k8s.io"
MACHINE = f"Machine.{CAPI}/x"
SELECTOR = finding("service/selector-mismatch", "Service/shop/db", severity=Severity.CRITICAL)


def caller(name: str, severity: Severity = Severity.CRITICAL) -> Finding:
    """What crashes for want of a Service that has no pods."""
    calls = edge(f"Deployment/shop/{name}", Edge.ROUTES_TO, "Service/shop/db")
    subject = f"Deployment/shop/{name}"
    return finding("pod/crash-loop", subject, severity=severity, relations=(calls,))


def grown(diagnosis: Diagnosis) -> list[tuple[str, ...]]:
    return [root.grown_by for root in diagnosis.root_causes]


def test_what_breaks_anew_for_want_of_a_known_cause_is_told() -> None:
    later = compared(found(SELECTOR, caller("cart")), found(SELECTOR))
    assert (later.verdict, grown(later)) == (
        Verdict.PROBLEMS,
        [("pod/crash-loop on Deployment/shop/cart",)],
    )
    assert aside(compared(found(SELECTOR), found(SELECTOR, caller("cart")))) == [
        ("known", "Service/shop/db")
    ]


def test_a_symptom_that_is_worse_now_is_told() -> None:
    was, now = (found(SELECTOR, caller("cart", how)) for how in (Severity.INFO, Severity.WARNING))
    assert grown(compared(now, was)) == [
        ("pod/crash-loop on Deployment/shop/cart, worse than before",)
    ]
    assert told(compared(was, now)) == []


def test_a_symptom_that_was_known_elsewhere_is_no_news() -> None:
    apart = caller("cart").model_copy(update={"relations": ()})
    assert told(compared(found(SELECTOR, caller("cart")), found(SELECTOR, apart))) == []


def test_a_known_cause_of_more_objects_is_told() -> None:
    def missing(*names: str) -> Diagnosis:
        members = [f"Deployment/shop/{one}" for one in names]
        return found(finding("pod/configmap-missing", "ConfigMap/shop/x", members=members))

    assert grown(compared(missing("a", "b", "c", "d"), missing("a"))) == [
        (
            "pod/configmap-missing on ConfigMap/shop/x, also of Deployment/shop/b,"
            " Deployment/shop/c and 1 more",
        )
    ]
    assert told(compared(missing("a"), missing("a", "b"))) == []


def test_objects_that_are_only_counted_are_compared_by_their_number() -> None:
    def missing(first: str, more: int) -> Diagnosis:
        one = finding("pod/configmap-missing", "ConfigMap/shop/x", members=[first])
        return found(one.model_copy(update={"more_members": more}))

    assert told(compared(missing("Deployment/shop/b", 4), missing("Deployment/shop/a", 4))) == []
    assert grown(compared(missing("Deployment/shop/a", 6), missing("Deployment/shop/a", 4))) == [
        ("pod/configmap-missing on ConfigMap/shop/x, of 2 more objects",)
    ]


def test_a_known_alert_that_fires_more_often_is_told() -> None:
    def alerts(times: int) -> Diagnosis:
        titles = (f"shop-{n} is down" for n in range(times))
        return found(*(finding("alert/firing", "Alert/Down", title=title) for title in titles))

    assert grown(compared(alerts(51), alerts(1))) == [
        ("alert/firing on Alert/Down, 50 more times",)
    ]
    assert told(compared(alerts(50), alerts(51))) == []


def test_how_often_a_known_alert_fires_is_told_only_where_its_objects_are_not_named() -> None:
    def alerts(*pods: str) -> Diagnosis:
        return found(
            *(
                finding("alert/firing", "Alert/Down", title=f"{n} is down", members=[f"Pod/x/{n}"])
                for n in pods
            )
        )

    before, later = alerts("a-x2x4z", "a-bcdfg"), alerts("a-x2x4z", "a-bcdfg", "a-zzzzz")
    assert told(compared(later, before)) == []
    assert grown(compared(alerts("a-x2x4z", "b-x2x4z"), before)) == [
        ("alert/firing on Alert/Down, also of Pod/x/b",)
    ]


def test_a_baseline_that_did_not_count_its_alerts_knows_them_however_many_they_are() -> None:
    titles = ("shop-1 is down", "shop-2 is down")
    whole = found(*(finding("alert/firing", "Alert/Down", title=title) for title in titles))
    text = to_json(whole)
    assert '"times": 2,' in text
    assert told(compared(found(finding("alert/firing", "Alert/Down")), whole)) == []
    assert told(compared(whole, parse_baseline(text.replace('"times": 2,', ""), "b.json"))) == []


@pytest.mark.parametrize(
    ("subject", "was", "now"),
    [
        ("Deployment/shop/cart", "Pod/shop/cart-7d9f8c6b5-x2x4z", "Pod/shop/cart-5f6d7c8b9-bcdfg"),
        ("DaemonSet/shop/log", "Pod/shop/log-x2x4z", "Pod/shop/log-bcdfg"),
        ("StatefulSet/shop/db", "Pod/shop/db-0", "Pod/shop/db-2"),
        ("CronJob/shop/backup", "Job/shop/backup-29012345", "Job/shop/backup-29012346"),
        ("CronJob/shop/backup", "Pod/shop/backup-29012345-x2x4z", "Pod/shop/backup-29012346-bcdfg"),
        ("Alert/Down", "Pod/shop/cart-7d9f8c6b5-x2x4z", "Pod/shop/cart-5f6d7c8b9-bcdfg"),
        ("Alert/Down", f"Pod/shop/{LONG}-7d9kpzzc", f"Pod/shop/{LONG}-5f6bcdfg"),
        ("Alert/Down", f"Pod/shop/{LONG[:-1]}-7d9-kpzzc", f"Pod/shop/{LONG[:-1]}-7d9-bcdfg"),
        (f"Deployment/shop/{LONG}", f"Pod/shop/{LONG}-7d9kpzzc", f"Pod/shop/{LONG}-5f6bcdfg"),
        (f"Job/shop/{LONG}-by-hand", f"Pod/shop/{LONG}-by-kpzzc", f"Pod/shop/{LONG}-by-bcdfg"),
        ("Kafka.kafka.strimzi.io/x/log", "Pod/x/log-broker-a", "Pod/x/log-broker-b"),
        (f"MachineDeployment.{CAPI}/x/md-0", f"{MACHINE}/md-0-7d9f8-abcde", f"{MACHINE}/md-0-e"),
        (f"KubeadmControlPlane.controlplane.{CAPI}/x/cp", f"{MACHINE}/cp-a", f"{MACHINE}/cp-b"),
        (f"Cluster.{CAPI}/x/prod", f"{MACHINE}/md-0-7d9f8-x2x4z", f"{MACHINE}/md-0-bcdfg-bcdfg"),
    ],
)
def test_what_a_controller_has_replaced_is_no_news(subject: str, was: str, now: str) -> None:
    before, later = (found(finding("alert/firing", subject, members=[one])) for one in (was, now))
    assert told(compared(later, before)) == []


def test_more_pods_of_a_workload_are_no_news_and_those_of_another_are() -> None:
    pods = finding("pod/crash-loop", "Deployment/shop/cart", members=["Pod/shop/cart-x2x4z"])
    more = pods.model_copy(update={"more_members": 19})
    assert told(compared(found(more), found(pods))) == []
    alert, other = (
        finding("alert/firing", "Alert/Down", members=[f"Pod/shop/{one}-7d9f8c6b5-x2x4z"])
        for one in ("cart", "pay")
    )
    assert grown(compared(found(other), found(alert))) == [
        ("alert/firing on Alert/Down, also of Pod/shop/pay",)
    ]


@pytest.mark.parametrize(
    ("subject", "other"),
    [
        ("Deployment/shop/cart", "Pod/shop/cartoon-x2x4z"),
        ("PodGroup.scheduling.x-k8s.io/shop/train", "Pod/shop/serve-a"),
        (f"MachineDeployment.{CAPI}/x/md-0", f"{MACHINE}/md-1-a"),
        (f"Cluster.{CAPI}/x/prod", f"{MACHINE}/prod-1"),
    ],
)
def test_an_object_that_the_subject_did_not_make_is_news(subject: str, other: str) -> None:
    before, later = (found(finding("pod/pending", subject, members=some)) for some in ([], [other]))
    assert len(grown(compared(later, before))) == 1


def test_a_chain_of_baselines_knows_what_hung_on_a_cause() -> None:
    first = found(SELECTOR, caller("cart"))
    second = parse_baseline(to_json(compared(first, first)), "b.json")
    assert told(compared(first, second)) == []
    third = compared(found(SELECTOR, caller("cart"), caller("pay")), second)
    assert grown(third) == [("pod/crash-loop on Deployment/shop/pay",)]


def test_a_baseline_that_kept_no_extent_knows_the_cause_all_the_same() -> None:
    first = compared(found(SELECTOR), found(SELECTOR))
    [one] = first.set_aside
    older = first.model_copy(update={"set_aside": (one.model_copy(update={"extent": ()}),)})
    assert told(compared(found(SELECTOR, caller("cart")), older)) == []
    mild = one.model_copy(update={"severity": Severity.WARNING, "extent": ()})
    assert grown(compared(found(SELECTOR), first.model_copy(update={"set_aside": (mild,)}))) == [
        ("service/selector-mismatch on Service/shop/db, worse than before",)
    ]


def test_a_repaired_twin_is_gone_and_another_one_is_new() -> None:
    def ports(*numbers: int) -> Diagnosis:
        titles = (f"Service api has no port {one}" for one in numbers)
        return found(
            *(finding("ingress/port-missing", "Ingress/shop/web", title=t) for t in titles)
        )

    later = compared(ports(8081, 9090), ports(8080, 8081))
    assert [root.title for root in later.root_causes] == ["Service api has no port 9090"]
    assert [(one.why, one.title[-4:]) for one in later.set_aside] == [
        (Why.KNOWN, "8081"),
        (Why.GONE, "8080"),
    ]
    assert aside(compared(ports(8081), ports(8080, 8081))) == [
        ("known", "Ingress/shop/web"),
        ("gone", "Ingress/shop/web"),
    ]


def test_nothing_is_gone_where_a_server_that_answered_is_not_among_them_any_more() -> None:
    machines = replace(answered(PAY), server="cluster-api", tool="capi_find_problems")
    later, before = correlate([answered()]), correlate([answered(), machines])
    assert less_seen(later, before) == ["dev"]
    assert compared(later, before).set_aside == ()
    assert less_seen(before, later) == []


CHECKOUT = finding(
    "pod/crash-loop",
    "Deployment/prod/checkout",
    severity=Severity.CRITICAL,
    relations=(edge("Deployment/prod/checkout", Edge.ROUTES_TO, "Service/sandbox-a/db"),),
)
SANDBOX = finding("service/no-ready-endpoints", "Service/sandbox-a/db")


def test_an_entry_hides_no_symptom_of_another_namespace_that_hurts_as_much() -> None:
    whole, one = found(SANDBOX, CHECKOUT), entry(subject="*/sandbox-*/*")
    less = without_ignored(whole, [one], TODAY)
    assert (less.verdict, told(less)) == (Verdict.PROBLEMS, ["Service/sandbox-a/db"])
    assert entry_notes(whole, [one], TODAY, everywhere=True) == [
        "entry 1 (line 1) of ann does not ignore service/no-ready-endpoints on"
        " Service/sandbox-a/db: no entry names pod/crash-loop on Deployment/prod/checkout"
    ]
    both = [one, entry(subject="Deployment/prod/checkout")]
    assert told(without_ignored(whole, both, TODAY)) == []
    assert entry_notes(whole, both, TODAY, everywhere=True) == []


def test_an_entry_hides_symptoms_that_hurt_less_or_are_at_home() -> None:
    mild = CHECKOUT.model_copy(update={"severity": Severity.INFO})
    assert told(without_ignored(found(SANDBOX, mild), [entry(subject="*/sandbox*")], TODAY)) == []
    home = finding(
        "pod/crash-loop",
        "Deployment/sandbox-a/web",
        severity=Severity.CRITICAL,
        relations=(edge("Deployment/sandbox-a/web", Edge.ROUTES_TO, "Service/sandbox-a/db"),),
    )
    assert told(without_ignored(found(SANDBOX, home), [entry(code="service/*")], TODAY)) == []
