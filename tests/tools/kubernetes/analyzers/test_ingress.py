"""Ingresses and what they route to."""

from clusterwright.tools.finding import AbsenceEvidence, FieldEvidence
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only

CART = Ref("Service", "cart", "shop")
CLASSES = [make("IngressClass", "traefik", api="networking.k8s.io/v1", namespace="")]


def ingress(port: Json, name: str = "cart", **rest: Json) -> Manifest:
    backend = {"service": {"name": name, "port": port}}
    spec = {"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}], **rest}
    return make("Ingress", "web", api="networking.k8s.io/v1", spec=spec)


def service(name: str = "cart") -> Manifest:
    return make("Service", name, spec={"ports": [{"name": "http", "port": 80}]})


def test_a_missing_service_is_told_with_the_nearest_name() -> None:
    found = conclude(ingress({"number": 80}, "cart-svc"), service(), now={})
    finding = only(found)
    assert finding.code == "ingress/service-missing"
    assert finding.title == 'Routes to Service "cart-svc", which does not exist; there is cart'
    assert finding.evidence[0] == FieldEvidence(
        ref=Ref("Ingress", "web", "shop"),
        path="$.spec.rules[0].http.paths[0].backend.service.name",
        value="cart-svc",
    )


def test_a_service_that_is_there_by_now_is_not_missing() -> None:
    one = ingress({"number": 80})
    assert conclude(one, now={CART: service()}) == []
    finding = only(conclude(one, now={CART: None}))
    assert finding.evidence[-1] == AbsenceEvidence(ref=CART)


def test_a_missing_port_is_told_with_those_there_are() -> None:
    for port, asked in (({"number": 8080}, "8080"), ({"name": "web"}, "web")):
        finding = only(conclude(ingress(port), service()))
        assert finding.code == "ingress/port-missing"
        assert finding.title == f'Routes to port {asked} of Service "cart", which has 80 (http)'


def test_what_is_there_is_silent() -> None:
    for port in ({"number": 80}, {"name": "http"}):
        assert conclude(ingress(port), service()) == []


def test_a_default_backend_is_looked_at_as_well() -> None:
    default = {"service": {"name": "gone", "port": {"number": 80}}}
    finding = only(conclude(ingress({"number": 80}, defaultBackend=default), service()))
    (said,) = finding.evidence
    assert isinstance(said, FieldEvidence)
    assert said.path == "$.spec.defaultBackend.service.name"


def test_an_action_of_the_aws_controller_names_no_service() -> None:
    assert conclude(ingress({"name": "use-annotation"}, "ssl-redirect"), service()) == []


def test_a_missing_class_is_told_only_where_classes_were_read() -> None:
    one = ingress({"number": 80}, ingressClassName="nginx")
    assert conclude(one, service()) == []
    finding = only(conclude(one, service(), *CLASSES))
    assert finding.code == "ingress/class-missing"
    assert finding.title.endswith("; there is traefik")
    one["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    assert conclude(one, service(), *CLASSES) == []
    known = ingress({"number": 80}, ingressClassName="traefik")
    assert conclude(known, service(), *CLASSES) == []


def test_an_ingress_of_this_moment_may_be_waiting_for_its_service() -> None:
    young = ingress({"number": 80})
    young["metadata"]["creationTimestamp"] = "2026-01-01T11:59:55Z"
    assert conclude(young) == []
