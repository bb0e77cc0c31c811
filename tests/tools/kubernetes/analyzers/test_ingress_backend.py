"""Ingresses and the Services that they route to."""

from clusterwright.tools.finding import AbsenceEvidence, FieldEvidence
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only

CART = Ref("Service", "cart", "shop")


def ingress(port: Json, name: str = "cart", **rest: Json) -> Manifest:
    backend = {"service": {"name": name, "port": port}}
    spec = {"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}], **rest}
    return make("Ingress", "web", api="networking.k8s.io/v1", spec=spec)


def service(name: str = "cart", target: Json = "http") -> Manifest:
    port = {"name": "http", "port": 80, "targetPort": target}
    return make("Service", name, spec={"ports": [port]})


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
    assert conclude(one, also_read=["Service"], now={CART: service()}) == []
    finding = only(conclude(one, also_read=["Service"], now={CART: None}))
    assert finding.evidence[-1] == AbsenceEvidence(ref=CART)


def test_a_missing_port_is_told_with_those_there_are() -> None:
    for port, asked in (({"number": 8080}, "8080"), ({"name": "web"}, "web")):
        finding = only(conclude(ingress(port), service()))
        assert finding.code == "ingress/port-missing"
        assert finding.title == f'Routes to port {asked} of Service "cart", which has 80 (http)'


def test_services_that_were_not_read_are_not_missing() -> None:
    assert conclude(ingress({"number": 80})) == []


def test_a_port_that_is_there_by_now_is_not_missing() -> None:
    now = make("Service", "cart", spec={"ports": [{"port": 8080}]})
    assert conclude(ingress({"number": 8080}), service(), now={CART: now}) == []
    assert only(conclude(ingress({"number": 8080}), service(), now={CART: service()}))


def test_the_port_of_the_pods_is_told_as_such() -> None:
    finding = only(conclude(ingress({"number": 8080}), service(target=8080)))
    assert finding.fixes == ("Route to port 80 (http): 8080 is the port of the pods behind it.",)


def test_ingress_nginx_takes_the_port_of_the_pods() -> None:
    spec = {"controller": "k8s.io/ingress-nginx"}
    nginx = make("IngressClass", "edge", api="networking.k8s.io/v1", namespace="", spec=spec)
    wrong, other = ingress({"number": 8080}), ingress({"number": 9090})
    assert conclude(wrong, service(target=8080), nginx) == []
    assert only(conclude(other, service(target=8080), nginx)).code == "ingress/port-missing"


def test_a_service_that_is_a_name_elsewhere_may_declare_no_ports() -> None:
    spec = {"type": "ExternalName", "externalName": "cart.example.com"}
    assert conclude(ingress({"number": 80}), make("Service", "cart", spec=spec)) == []


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


def test_an_ingress_of_this_moment_may_be_waiting_for_its_service() -> None:
    young = ingress({"number": 80})
    young["metadata"]["creationTimestamp"] = "2026-01-01T11:59:55Z"
    assert conclude(young, also_read=["Service"]) == []
