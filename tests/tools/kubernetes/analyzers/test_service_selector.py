from clusterwright.tools.finding import FieldEvidence, Severity
from clusterwright.tools.kubernetes.analyzers.service_selector import SERVICE_SELECTOR
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only, pod, running

ONLY = (SERVICE_SELECTOR,)


def service(selector: dict[str, str], name: str = "cart", **spec: Json) -> Manifest:
    return make("Service", name, spec={"selector": selector, **spec})


def deployment(labels: dict[str, str], name: str = "cart", replicas: int = 1) -> Manifest:
    template = {"metadata": {"labels": labels}}
    return make(
        "Deployment", name, api="apps/v1", spec={"replicas": replicas, "template": template}
    )


def labelled(labels: dict[str, str]) -> Manifest:
    return pod(running(), ready=True, metadata={"labels": labels})


def test_a_value_that_differs_is_named_with_the_workload_that_was_meant() -> None:
    found = conclude(service({"app": "cart-v2"}), deployment({"app": "cart"}), analyzers=ONLY)
    finding = only(found)
    assert finding.code == "service/selector-mismatch"
    assert finding.severity == Severity.CRITICAL
    assert finding.title == "Selects app=cart-v2, but pods of Deployment cart have cart"
    assert finding.evidence == (
        FieldEvidence(
            ref=Ref("Service", "cart", "shop"), path="$.spec.selector", value="app=cart-v2"
        ),
        FieldEvidence(
            ref=Ref("Deployment", "cart", "shop"),
            path="$.spec.template.metadata.labels",
            value="app=cart",
        ),
    )
    assert finding.fixes == ("Set spec.selector to app=cart, as the pods of Deployment cart have.",)


def test_a_key_that_differs_is_named() -> None:
    labels = {"app.kubernetes.io/name": "cart"}
    finding = only(conclude(service({"app": "cart"}), deployment(labels), analyzers=ONLY))
    assert finding.title == (
        "Selects app=cart, but pods of Deployment cart have app.kubernetes.io/name=cart"
    )


def test_the_label_that_is_too_much_is_named() -> None:
    selector = {"app": "cart", "track": "stable"}
    finding = only(conclude(service(selector), deployment({"app": "cart"}), analyzers=ONLY))
    assert finding.title == "Selects track=stable, but pods of Deployment cart have no label track"


def test_the_workload_of_the_same_name_is_preferred() -> None:
    others = [deployment({"app": "x", "tier": "web"}, name) for name in ("a", "b")]
    meant = deployment({"app": "cart", "tier": "web"})
    asked = service({"app": "cart-v2", "tier": "web"})
    assert "Deployment cart" in only(conclude(*others, meant, asked, analyzers=ONLY)).title


def test_without_anything_alike_it_is_for_information() -> None:
    found = conclude(service({"app": "cart"}), deployment({"run": "db"}, "db"), analyzers=ONLY)
    assert only(found).severity == Severity.INFO


def test_a_service_with_pods_is_silent() -> None:
    assert conclude(service({"app": "cart"}), labelled({"app": "cart"}), analyzers=ONLY) == []


def test_a_workload_scaled_to_zero_is_silent() -> None:
    idle = deployment({"app": "cart"}, replicas=0)
    assert conclude(service({"app": "cart"}), idle, analyzers=ONLY) == []


def test_services_that_need_no_pods_are_silent() -> None:
    assert (
        conclude(
            service({}, "by-hand"),
            service({"app": "x"}, "elsewhere", type="ExternalName"),
            service({"app": "x"}, "peers", clusterIP="None"),
            analyzers=ONLY,
        )
        == []
    )


def test_a_headless_service_that_nearly_matches_is_told() -> None:
    headless = service({"app": "cart-v2"}, clusterIP="None")
    assert only(conclude(headless, deployment({"app": "cart"}), analyzers=ONLY))


def test_a_service_that_was_just_created_is_silent() -> None:
    young = make("Service", "cart", age=3, spec={"selector": {"app": "cart"}})
    assert conclude(young, analyzers=ONLY) == []


def test_a_service_that_changed_or_went_since_is_silent() -> None:
    broken, ref = service({"app": "cart-v2"}), Ref("Service", "cart", "shop")
    kin = deployment({"app": "cart"})
    assert only(conclude(broken, kin, analyzers=ONLY, now={ref: broken}))
    assert conclude(broken, kin, analyzers=ONLY, now={ref: None}) == []
    assert conclude(broken, kin, analyzers=ONLY, now={ref: service({"app": "cart"})}) == []
