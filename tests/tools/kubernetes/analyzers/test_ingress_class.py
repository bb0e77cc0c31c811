"""Ingresses of a class that no cluster has."""

from clusterwright.tools.finding import AbsenceEvidence
from clusterwright.tools.kubernetes.analyzers.ingress_class import INGRESS_CLASS
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only

ONLY = (INGRESS_CLASS,)
NGINX = Ref("IngressClass", "nginx")


def ingress(name: str = "nginx", *, address: str = "") -> Manifest:
    served = {"loadBalancer": {"ingress": [{"ip": address}]}} if address else {}
    spec = {"ingressClassName": name} if name else {}
    return make("Ingress", "web", api="networking.k8s.io/v1", spec=spec, status=served)


def one_class(name: str) -> Manifest:
    return make("IngressClass", name, api="networking.k8s.io/v1", namespace="")


def test_a_missing_class_is_told_with_those_there_are() -> None:
    finding = only(conclude(ingress(), one_class("traefik"), analyzers=ONLY, now={NGINX: None}))
    assert finding.code == "ingress/class-missing"
    assert finding.subject == Ref("Ingress", "web", "shop")
    assert finding.title == (
        'IngressClass "nginx" does not exist, and it has no address; there is traefik'
    )
    assert finding.evidence[-1] == AbsenceEvidence(ref=NGINX)


def test_the_nearest_name_is_told() -> None:
    finding = only(conclude(ingress("nginx"), one_class("ngnix"), analyzers=ONLY))
    assert finding.title.endswith('; did you mean "ngnix"?')


def test_a_class_that_exists_or_does_by_now_is_silent() -> None:
    assert conclude(ingress(), one_class("nginx"), analyzers=ONLY) == []
    late = conclude(
        ingress(), analyzers=ONLY, also_read=["IngressClass"], now={NGINX: one_class("nginx")}
    )
    assert late == []


def test_classes_that_were_not_read_are_not_missing() -> None:
    assert conclude(ingress(), analyzers=ONLY) == []


def test_an_ingress_that_is_served_or_names_no_class_is_silent() -> None:
    served = ingress(address="192.0.2.1")
    assert conclude(served, ingress(""), analyzers=ONLY, also_read=["IngressClass"]) == []
