"""Which findings become root causes, which become symptoms, and in what order."""

import random
from datetime import timedelta

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Certainty, Diagnosis, Verdict
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.report.document import to_json
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Edge, EventEvidence, Finding, Relation, Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import NOON, answered, edge, finding

CRASH = finding(
    "pod/crash-loop", "Deployment/shop/cart", members=["Pod/shop/cart-1", "Pod/shop/cart-2"]
)
NO_BACKENDS = finding(
    "service/no-ready-endpoints",
    "Service/shop/cart",
    severity=Severity.CRITICAL,
    relations=(edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),),
)


def outline(diagnosis: Diagnosis) -> dict[str, list[str]]:
    return {
        f"{root.cluster} {root.code} {root.subject}": [
            f"{s.code} {s.subject}" for s in root.symptoms
        ]
        for root in diagnosis.root_causes
    }


def test_a_service_without_backends_is_a_symptom_of_its_crashing_pods() -> None:
    assert outline(correlate([answered(CRASH, NO_BACKENDS)])) == {
        "dev pod/crash-loop Deployment/shop/cart": ["service/no-ready-endpoints Service/shop/cart"]
    }


def test_a_root_is_as_severe_as_the_worst_of_its_symptoms() -> None:
    assert correlate([answered(CRASH, NO_BACKENDS)]).root_causes[0].severity is Severity.CRITICAL


def test_relations_of_the_answer_count_like_those_of_a_finding() -> None:
    bare = NO_BACKENDS.model_copy(update={"relations": ()})
    apart = outline(correlate([answered(CRASH, bare)]))
    joined = outline(correlate([answered(CRASH, bare, relations=NO_BACKENDS.relations)]))
    assert (len(apart), len(joined)) == (2, 1)


def test_owners_are_followed_from_a_selected_pod_to_its_workload() -> None:
    crash = CRASH.model_copy(update={"members": ()})
    owners = (
        edge("Pod/shop/cart-1", Edge.OWNED_BY, "ReplicaSet/shop/cart-7d"),
        edge("ReplicaSet/shop/cart-7d", Edge.OWNED_BY, "Deployment/shop/cart"),
    )
    found = outline(correlate([answered(crash, NO_BACKENDS, relations=owners)]))
    assert list(found) == ["dev pod/crash-loop Deployment/shop/cart"]


def test_an_autoscaler_that_hears_nothing_from_crashing_pods_is_their_symptom() -> None:
    unmeasured = finding(
        "hpa/metrics-unavailable",
        "HorizontalPodAutoscaler/shop/cart",
        relations=(edge("HorizontalPodAutoscaler/shop/cart", Edge.USES, "Deployment/shop/cart"),),
    )
    assert outline(correlate([answered(CRASH, unmeasured)])) == {
        "dev pod/crash-loop Deployment/shop/cart": [
            "hpa/metrics-unavailable HorizontalPodAutoscaler/shop/cart"
        ]
    }
    alone = unmeasured.model_copy(update={"relations": ()})
    assert len(outline(correlate([answered(CRASH, alone)]))) == 2


def test_a_chain_of_symptoms_ends_under_its_first_cause() -> None:
    claim = finding("pvc/storage-class-missing", "PersistentVolumeClaim/shop/data")
    unbound = finding(
        "pod/volume-not-bound",
        "StatefulSet/shop/db",
        members=["Pod/shop/db-0"],
        relations=(edge("Pod/shop/db-0", Edge.USES, "PersistentVolumeClaim/shop/data"),),
    )
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/db",
        relations=(edge("Service/shop/db", Edge.SELECTS, "Pod/shop/db-0"),),
    )
    assert outline(correlate([answered(service, unbound, claim)])) == {
        "dev pvc/storage-class-missing PersistentVolumeClaim/shop/data": [
            "pod/volume-not-bound StatefulSet/shop/db",
            "service/no-ready-endpoints Service/shop/db",
        ]
    }


def test_an_unavailable_workload_is_a_symptom_of_its_quota() -> None:
    quota = finding("workload/quota-exceeded", "Deployment/shop/cart")
    down = finding("workload/unavailable", "Deployment/shop/cart")
    assert outline(correlate([answered(down, quota)])) == {
        "dev workload/quota-exceeded Deployment/shop/cart": [
            "workload/unavailable Deployment/shop/cart"
        ]
    }


def test_a_service_that_selects_the_wrong_labels_explains_itself() -> None:
    mistaken = finding("service/selector-mismatch", "Service/shop/cart")
    assert list(outline(correlate([answered(mistaken, NO_BACKENDS)]))) == [
        "dev service/selector-mismatch Service/shop/cart"
    ]


def test_a_service_whose_pods_are_on_a_lost_node_is_its_symptom() -> None:
    lost = finding(
        "node/not-ready",
        "Node/gpu-1",
        relations=(edge("Pod/shop/cart-1", Edge.RUNS_ON, "Node/gpu-1"),),
    )
    assert list(outline(correlate([answered(NO_BACKENDS, lost)]))) == [
        "dev node/not-ready Node/gpu-1"
    ]


def test_a_taint_of_a_lost_node_is_its_symptom_and_any_other_a_cause() -> None:
    lost = finding("node/not-ready", "Node/gpu-1")
    kept_out = finding(
        "pod/untolerated-taint",
        "Deployment/shop/cart",
        relations=(edge("Deployment/shop/cart", Edge.REQUESTS, "Node/gpu-1"),),
    )
    assert list(outline(correlate([answered(kept_out, lost)]))) == ["dev node/not-ready Node/gpu-1"]
    (root,) = correlate([answered(kept_out)]).root_causes
    assert not root.deepest_visible


def test_what_is_only_worth_knowing_is_no_problem() -> None:
    known = finding("object/finalizer-stuck", "ConfigMap/shop/a").model_copy(
        update={"severity": Severity.INFO}
    )
    diagnosis = correlate([answered(known)])
    assert diagnosis.verdict is Verdict.HEALTHY
    assert diagnosis.root_causes


def test_findings_without_an_edge_between_them_stay_apart() -> None:
    other = finding("pod/crash-loop", "Deployment/shop/pay")
    unrelated = NO_BACKENDS.model_copy(update={"relations": ()})
    assert len(correlate([answered(other, unrelated)]).root_causes) == 2


def test_a_symptom_of_two_causes_is_told_under_both() -> None:
    pull = finding("pod/image-not-found", "Deployment/shop/cart-v2", members=["Pod/shop/v2-1"])
    both = NO_BACKENDS.model_copy(
        update={
            "relations": (
                *NO_BACKENDS.relations,
                edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/v2-1"),
            )
        }
    )
    found = outline(correlate([answered(CRASH, pull, both)]))
    assert list(found.values()) == [["service/no-ready-endpoints Service/shop/cart"]] * 2


def test_the_same_names_in_two_clusters_never_merge() -> None:
    diagnosis = correlate([answered(CRASH, cluster="a"), answered(NO_BACKENDS, cluster="b")])
    assert sorted(outline(diagnosis)) == [
        "a pod/crash-loop Deployment/shop/cart",
        "b service/no-ready-endpoints Service/shop/cart",
    ]


def test_two_servers_that_see_one_cluster_report_a_cause_once() -> None:
    assert len(correlate([answered(CRASH), answered(CRASH)]).root_causes) == 1


def ranked(*findings: Finding) -> list[str]:
    return [str(root.subject) for root in correlate([answered(*findings)]).root_causes]


def test_causes_rank_by_severity_then_evidence_then_blast_radius_then_age() -> None:
    ref = Ref.parse("Deployment/shop/told")
    told = EventEvidence(ref=ref, reason="Failed", message="it failed")
    wide = ["Pod/shop/w-1", "Pod/shop/w-2"]
    assert ranked(
        finding("pod/crash-loop", "Deployment/shop/new", since=NOON),
        finding("pod/crash-loop", "Deployment/shop/undated"),
        finding("pod/crash-loop", "Deployment/shop/told", evidence=(told,), members=wide),
        finding("pod/crash-loop", "Deployment/shop/old", since=NOON - timedelta(hours=1)),
        finding("pod/crash-loop", "Deployment/shop/wide", members=wide),
        finding("pod/crash-loop", "Deployment/shop/worst", severity=Severity.CRITICAL),
    ) == [f"Deployment/shop/{n}" for n in ("worst", "wide", "old", "new", "undated", "told")]


def test_a_cause_that_only_events_tell_of_is_likely_and_not_proven() -> None:
    ref = Ref.parse("Deployment/shop/cart")
    told = EventEvidence(ref=ref, reason="Failed", message="it failed")
    heard = finding("pod/crash-loop", "Deployment/shop/cart", evidence=(told,))
    assert correlate([answered(heard)]).root_causes[0].certainty is Certainty.LIKELY


def test_what_an_analyzer_concluded_is_likely_whatever_its_evidence() -> None:
    [proven] = correlate([answered(CRASH)]).root_causes
    [likely] = correlate([answered(CRASH.model_copy(update={"concluded": True}))]).root_causes
    assert (proven.certainty, likely.certainty) == (Certainty.PROVEN, Certainty.LIKELY)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_input_does_not_change_a_byte(seed: int) -> None:
    findings = [
        finding("pod/crash-loop", f"Deployment/shop/d{i}", members=[f"Pod/shop/p{i}"])
        for i in range(8)
    ]
    edges = tuple(edge("Service/shop/cart", Edge.SELECTS, f"Pod/shop/p{i}") for i in range(4))
    findings.append(NO_BACKENDS.model_copy(update={"relations": edges}))
    expected = to_json(correlate([answered(*findings)]))
    random.Random(seed).shuffle(findings)
    assert to_json(correlate([answered(*findings)])) == expected


def test_a_symptom_whose_cause_could_not_be_read_says_so() -> None:
    gap = Gap(what="Pod", reason="forbidden")
    hidden = correlate([answered(NO_BACKENDS, gaps=(gap,))]).root_causes[0]
    seen = correlate([answered(NO_BACKENDS)]).root_causes[0]
    assert (hidden.deepest_visible, seen.deepest_visible) == (True, False)


def test_an_unexplained_object_hides_nothing_of_another() -> None:
    gap = Gap(what="Pod/shop/other", reason="ContainerCreating, cause unknown")
    diagnosis = correlate([answered(NO_BACKENDS, gaps=(gap,))])
    assert not diagnosis.root_causes[0].deepest_visible
    assert not diagnosis.complete


def test_no_findings_are_healthy_only_where_something_answered() -> None:
    assert correlate([answered()]).verdict is Verdict.HEALTHY
    assert correlate([]).verdict is Verdict.UNKNOWN


def test_nothing_is_healthy_for_a_server_that_could_not_be_asked() -> None:
    lost = Answered("kubernetes", "k8s_find_problems", failed=True)
    assert correlate([answered(), lost]).verdict is Verdict.UNKNOWN
    assert correlate([answered(CRASH), lost]).verdict is Verdict.PROBLEMS


def test_the_next_step_names_the_fix_the_tool_and_the_page() -> None:
    fixable = CRASH.model_copy(update={"fixes": ("Set PORT.", "Or remove the check.")})
    step = correlate([answered(fixable)]).root_causes[0].next
    assert step.model_dump() == {
        "fix": "Set PORT.",
        "call": "k8s_describe(kind='Deployment', name='cart', namespace='shop')",
        "shell": "kubectl --context dev describe -n shop deployment/cart",
        "command": "clusterwright explain pod/crash-loop",
    }


@pytest.mark.parametrize(
    ("subject", "shell"),
    [
        (Ref("Node", "gpu-1"), "kubectl --context dev describe node/gpu-1"),
        (
            Ref("Machine", "gpu-1", "fleet", "cluster.x-k8s.io"),
            "kubectl --context dev describe -n fleet machine.cluster.x-k8s.io/gpu-1",
        ),
        (
            Ref("Pod", "a; rm -rf ~", "$(id)"),
            "kubectl --context dev describe -n '$(id)' 'pod/a; rm -rf ~'",
        ),
        (
            Ref("HelmRelease", "cart", "shop", "helm.toolkit.fluxcd.io"),
            "kubectl --context dev describe -n shop helmrelease.helm.toolkit.fluxcd.io/cart",
        ),
        (
            Ref("HelmRelease", "a; rm -rf ~", "shop"),
            "helm --kube-context dev history -n shop 'a; rm -rf ~'",
        ),
    ],
)
def test_a_command_to_copy_is_one_command_whoever_named_the_object(
    subject: Ref, shell: str
) -> None:
    odd = CRASH.model_copy(update={"subject": subject})
    assert correlate([answered(odd)]).root_causes[0].next.shell == shell


def test_a_release_is_shown_by_helm_for_the_api_server_knows_none() -> None:
    drifted = CRASH.model_copy(update={"subject": Ref("HelmRelease", "cart", "shop")})
    (root,) = correlate([answered(drifted)], kubeconfig="/home/me/config").root_causes
    assert root.next.call == "helm_get_release(name='shop/cart')"
    assert root.next.shell == (
        "helm --kubeconfig /home/me/config --kube-context dev history -n shop cart"
    )


def test_a_command_names_the_kubeconfig_that_was_given() -> None:
    (root,) = correlate([answered(CRASH)], kubeconfig="/home/me/my config").root_causes
    assert root.next.shell.startswith("kubectl --kubeconfig '/home/me/my config' --context dev ")


def test_a_server_inside_its_cluster_has_no_context_to_name() -> None:
    (root,) = correlate([answered(CRASH, cluster="in-cluster")]).root_causes
    assert root.next.shell == "kubectl describe -n shop deployment/cart"


def test_relations_may_go_round_in_a_circle() -> None:
    round_trip: tuple[Relation, ...] = (
        edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),
        edge("Pod/shop/cart-1", Edge.OWNED_BY, "Deployment/shop/cart"),
        edge("Deployment/shop/cart", Edge.OWNED_BY, "Service/shop/cart"),
    )
    assert len(correlate([answered(CRASH, NO_BACKENDS, relations=round_trip)]).root_causes) == 1


def test_two_findings_of_one_code_on_one_object_are_two_roots_and_no_circle() -> None:
    calls = (
        edge("Deployment/shop/cart", Edge.USES, "Service/shop/cart"),
        edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),
    )
    first = CRASH.model_copy(update={"title": "container a exits", "relations": calls})
    second = CRASH.model_copy(update={"title": "container b exits", "relations": calls})
    found = correlate([answered(first, second)])
    assert [(one.title, one.circle) for one in found.root_causes] == [
        ("container a exits", ()),
        ("container b exits", ()),
    ]
    first_id, second_id = (one.id for one in found.root_causes)
    assert first_id != second_id
    assert [one.name for one in found.root_causes] == [
        "pod/crash-loop on Deployment/shop/cart",
        "pod/crash-loop on Deployment/shop/cart (2)",
    ]


def test_a_twin_keeps_its_id_while_a_number_in_its_title_changes() -> None:
    def ids(seconds: int) -> set[str]:
        later = CRASH.model_copy(update={"title": f"waits for {seconds} s"})
        return {one.id for one in correlate([answered(CRASH, later)]).root_causes}

    assert ids(10) == ids(95)


def test_names_tell_the_cluster_where_there_are_several() -> None:
    found = correlate([answered(CRASH), answered(CRASH, cluster="prod")])
    assert {one.name for one in found.root_causes} == {
        "pod/crash-loop on Deployment/shop/cart in dev",
        "pod/crash-loop on Deployment/shop/cart in prod",
    }


def test_what_a_server_left_out_counts_for_how_much_is_hit() -> None:
    wide = finding("pod/image-not-found", "Deployment/shop/web", members=["Pod/shop/web-1"])
    wide = wide.model_copy(update={"more_members": 49})
    first, _ = correlate([answered(CRASH, wide)]).root_causes
    assert (first.code, first.more_members) == ("pod/image-not-found", 49)


def test_of_very_many_direct_causes_the_nearest_are_told() -> None:
    calls = [edge("Deployment/shop/cart", Edge.ROUTES_TO, f"Service/shop/s{n}") for n in range(30)]
    broken = [finding("service/selector-mismatch", f"Service/shop/s{n}") for n in range(30)]
    caller = CRASH.model_copy(update={"relations": tuple(calls)})
    found = correlate([answered(caller, *broken)])
    assert len(found.root_causes) == 30
    for root in found.root_causes:
        assert [(one.effect, one.cause) for one in root.links] == [
            ("pod/crash-loop on Deployment/shop/cart", root.name)
        ]


def test_of_very_many_symptoms_that_roots_share_each_is_listed_once_at_least() -> None:
    services = [finding("service/selector-mismatch", f"Service/shop/s{n}") for n in range(4)]
    calls = [f"Service/shop/s{n}" for n in range(4)]
    callers = [
        finding(
            "pod/crash-loop",
            f"Deployment/shop/c{n:02}",
            severity=Severity.CRITICAL if n == 69 else Severity.WARNING,
            relations=tuple(edge(f"Deployment/shop/c{n:02}", Edge.ROUTES_TO, to) for to in calls),
        )
        for n in range(70)
    ]
    roots = correlate([answered(*services, *callers)]).root_causes
    assert [(len(one.symptoms), one.more_symptoms) for one in roots] == [
        (70, 0),
        (50, 20),
        (50, 20),
        (50, 20),
    ]
    assert {one.severity for one in roots} == {Severity.CRITICAL}
    assert [str(one.symptoms[0].subject) for one in roots] == ["Deployment/shop/c69"] * 4
    for root in roots:
        listed = {root.name, *(one.name for one in root.symptoms)}
        assert {name for link in root.links for name in (link.effect, link.cause)} == listed


def test_what_explains_very_much_alone_lists_all_of_it() -> None:
    crashes = [
        finding(
            "pod/crash-loop",
            f"Deployment/shop/c{n}",
            relations=(edge(f"Deployment/shop/c{n}", Edge.ROUTES_TO, "Service/shop/db"),),
        )
        for n in range(70)
    ]
    service = finding("service/selector-mismatch", "Service/shop/db")
    [root] = correlate([answered(service, *crashes)]).root_causes
    assert (len(root.symptoms), root.more_symptoms) == (70, 0)


def test_a_root_says_how_bad_it_is_alone() -> None:
    [root] = correlate([answered(CRASH, NO_BACKENDS)]).root_causes
    assert (root.severity, root.own_severity) == (Severity.CRITICAL, CRASH.severity)


def test_of_two_ways_of_one_length_the_same_is_told_whoever_comes_first() -> None:
    cart, pay = "Deployment/shop/cart", "Deployment/shop/pay"
    selects = tuple(edge(f"Service/shop/{one}", Edge.SELECTS, pay) for one in "ab")
    twins = [
        finding(
            "pod/crash-loop",
            cart,
            title=one,
            relations=(edge(cart, Edge.ROUTES_TO, f"Service/shop/{one}"),),
        )
        for one in "ab"
    ]
    cause = finding("pod/image-not-found", pay)
    first, later = (
        to_json(correlate([answered(cause, *some, relations=selects)]))
        for some in (twins, twins[::-1])
    )
    assert first == later
