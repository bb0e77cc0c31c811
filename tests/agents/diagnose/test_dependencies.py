"""Who calls a Service that is broken is its symptom; who only names it, or fails alone, is not."""

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from tests.agents.found import answered, edge, finding

WEB, SHOP, DB = "Deployment/shop/web", "Deployment/shop/shop", "Deployment/shop/db"


def calls(caller: str, name: str) -> tuple[Relation, ...]:
    """As the kubernetes server tells of a line in a log: who calls, and what it would reach."""
    service = f"Service/shop/{name}"
    return (
        edge(caller, Edge.ROUTES_TO, service),
        edge(service, Edge.SELECTS, f"Deployment/shop/{name}"),
    )


def empty(name: str) -> Finding:
    service = f"Service/shop/{name}"
    selects = (edge(service, Edge.SELECTS, f"Deployment/shop/{name}"),)
    return finding(
        "service/no-ready-endpoints", service, severity=Severity.CRITICAL, relations=selects
    )


def roots(*findings: Finding, relations: tuple[Relation, ...] = ()) -> dict[str, list[str]]:
    found = correlate([answered(*findings, relations=relations)]).root_causes
    return {f"{one.code} {one.subject}": [str(s.subject) for s in one.symptoms] for one in found}


@pytest.mark.parametrize(
    "code",
    [
        *("pod/crash-loop", "pod/readiness-probe-failing", "pod/liveness-probe-failing"),
        *("pod/init-container-running", "job/failed"),
    ],
)
def test_a_caller_is_a_symptom_of_what_it_calls(code: str) -> None:
    image = finding("pod/image-not-found", DB)
    found = roots(finding(code, WEB), image, empty("db"), relations=calls(WEB, "db"))
    assert list(found) == [f"pod/image-not-found {DB}"]


@pytest.mark.parametrize("code", ["service/selector-mismatch", "service/target-port-mismatch"])
def test_a_caller_is_a_symptom_of_a_service_that_leads_nowhere(code: str) -> None:
    broken = finding(code, "Service/shop/db")
    found = roots(finding("pod/crash-loop", WEB), broken, relations=calls(WEB, "db"))
    assert found == {f"{code} Service/shop/db": [WEB]}


def test_a_caller_is_a_symptom_of_a_policy_that_keeps_it_out() -> None:
    service, policy = "Service/shop/db", "NetworkPolicy/shop/db"
    kept = finding(
        "networkpolicy/blocks-service",
        policy,
        relations=(edge(service, Edge.LIMITED_BY, policy), edge(WEB, Edge.ROUTES_TO, service)),
    )
    assert list(roots(finding("pod/crash-loop", WEB), kept)) == [
        f"networkpolicy/blocks-service {policy}"
    ]


def test_a_caller_of_a_service_that_somebody_deleted_is_a_symptom_of_that_alone() -> None:
    release, gone = "HelmRelease/shop/db", "Service/shop/db"
    lost = finding("release/object-missing", release, members=[gone])
    crash = finding("pod/crash-loop", WEB)
    assert list(roots(crash, lost, relations=(edge(WEB, Edge.ROUTES_TO, gone),))) == [
        f"release/object-missing {release}"
    ]
    assert len(roots(crash, lost, relations=(edge(WEB, Edge.RELEASED_BY, release),))) == 2
    other = edge(WEB, Edge.ROUTES_TO, "Service/shop/cache")  # for all that a failing DNS said
    assert len(roots(crash, lost, relations=(other,))) == 2


def test_a_chain_of_callers_is_one_root() -> None:
    found = roots(
        *(finding("pod/crash-loop", one) for one in (WEB, SHOP)),
        finding("pod/out-of-memory", DB),
        *(empty(name) for name in ("web", "shop", "db")),
        relations=(*calls(WEB, "shop"), *calls(SHOP, "db")),
    )
    assert {root: sorted(some) for root, some in found.items()} == {
        f"pod/out-of-memory {DB}": [
            *(SHOP, WEB, "Service/shop/db", "Service/shop/shop", "Service/shop/web"),
        ]
    }


def test_two_that_call_each_other_are_one_root_that_shows_the_loop() -> None:
    told = correlate(
        [
            answered(
                *(finding("pod/crash-loop", one) for one in (WEB, SHOP)),
                relations=(*calls(WEB, "shop"), *calls(SHOP, "web")),
            )
        ]
    )
    [root] = told.root_causes
    assert {str(root.subject), *(str(one.subject) for one in root.circle)} == {WEB, SHOP}
    assert [link.path for link in root.links] == [
        (SHOP, "routes-to", "Service/shop/web", "selects", WEB),
        (WEB, "routes-to", "Service/shop/shop", "selects", SHOP),
    ]


def test_a_caller_of_a_service_that_is_well_is_a_root() -> None:
    """Whatever it writes into its log: an edge to what is well folds nothing."""
    image = finding("pod/image-not-found", SHOP)
    found = roots(finding("pod/crash-loop", WEB), image, relations=calls(WEB, "db"))
    assert set(found) == {f"pod/crash-loop {WEB}", f"pod/image-not-found {SHOP}"}


@pytest.mark.parametrize(
    "code", ["pod/out-of-memory", "pod/image-not-found", "pod/configmap-missing"]
)
def test_what_fails_for_itself_is_no_symptom_of_what_it_calls(code: str) -> None:
    found = roots(finding(code, WEB), finding("pod/crash-loop", DB), relations=calls(WEB, "db"))
    assert len(found) == 2


def test_an_alert_about_who_waits_is_a_symptom_of_what_it_waits_for() -> None:
    about = (edge("Alert/Replicas", Edge.ABOUT, WEB),)
    alert = finding("alert/firing", "Alert/Replicas", relations=about)
    broken = finding("service/selector-mismatch", "Service/shop/db")
    assert list(roots(alert, broken, relations=calls(WEB, "db"))) == [
        "service/selector-mismatch Service/shop/db"
    ]


def test_an_alert_about_a_budget_is_a_symptom_of_the_pods_that_it_guards() -> None:
    budget = "PodDisruptionBudget/shop/db"
    alert = finding(
        "alert/firing", "Alert/Budget", relations=(edge("Alert/Budget", Edge.ABOUT, budget),)
    )
    image = finding("pod/image-not-found", DB)
    assert list(roots(alert, image, relations=(edge(budget, Edge.SELECTS, DB),))) == [
        f"pod/image-not-found {DB}"
    ]
