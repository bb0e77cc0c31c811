import pytest

from clusterwright.tools.finding import Edge, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.service_target_port import SERVICE_TARGET_PORT
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only, pod, running

ONLY = (SERVICE_TARGET_PORT,)
HTTP = {"name": "http", "containerPort": 8080}


def service(*ports: Json, **spec: Json) -> Manifest:
    return make("Service", "cart", spec={"selector": {"app": "cart"}, "ports": list(ports), **spec})


def backend(*ports: Json, **container: Json) -> Manifest:
    return pod(
        running(),
        ready=True,
        container={"ports": list(ports), **container},
        metadata={"labels": {"app": "cart"}},
    )


def test_a_name_that_no_container_declares_is_told() -> None:
    aimed = service({"port": 80, "targetPort": "web"})
    finding = only(conclude(aimed, backend(HTTP), analyzers=ONLY))
    assert finding.code == "service/target-port-mismatch"
    assert finding.severity == Severity.CRITICAL
    assert finding.title == 'Targets port name "web", but pods of Pod cart-1 declare http 8080'
    assert finding.fixes == ("Set targetPort of port 80 to http.",)
    assert finding.relations == (
        Relation(
            source=Ref("Service", "cart", "shop"),
            edge=Edge.SELECTS,
            target=Ref("Pod", "cart-1", "shop"),
        ),
    )


def test_a_number_that_is_not_the_declared_one_is_a_warning() -> None:
    finding = only(
        conclude(service({"port": 80, "targetPort": 9090}), backend(HTTP), analyzers=ONLY)
    )
    assert finding.severity == Severity.WARNING
    assert "port 9090" in finding.title
    assert "http 8080" in finding.title


def test_a_target_that_is_left_out_is_the_port_itself() -> None:
    assert (
        "Targets port 80,"
        in only(conclude(service({"port": 80}), backend(HTTP), analyzers=ONLY)).title
    )


def test_another_protocol_is_told() -> None:
    dns = {"name": "dns", "containerPort": 53, "protocol": "UDP"}
    finding = only(conclude(service({"port": 53}), backend(dns), analyzers=ONLY))
    assert finding.title == "Targets port 53 by TCP, but the pods declare dns 53/UDP"


@pytest.mark.parametrize("target", ["http", 8080, "8080"])
def test_a_declared_port_is_silent(target: Json) -> None:
    assert (
        conclude(service({"port": 80, "targetPort": target}), backend(HTTP), analyzers=ONLY) == []
    )


def test_a_port_that_nothing_declares_is_silent_where_it_may_well_listen() -> None:
    undeclared = service({"port": 80, "targetPort": 9090})
    probe = {"httpGet": {"port": 9090}}
    assert conclude(undeclared, backend(), analyzers=ONLY) == []
    assert conclude(undeclared, backend(HTTP, readinessProbe=probe), analyzers=ONLY) == []
    assert (
        conclude(
            service({"port": 80, "targetPort": "http"}, {"port": 9090}),
            backend(HTTP),
            analyzers=ONLY,
        )
        == []
    )


def test_a_name_that_some_pods_declare_is_silent() -> None:
    old = backend({"name": "web", "containerPort": 8080})
    old["metadata"]["name"] = "cart-0"
    aimed = service({"port": 80, "targetPort": "http"})
    assert conclude(aimed, backend(HTTP), old, analyzers=ONLY) == []


def test_headless_services_and_those_without_pods_are_silent() -> None:
    wrong = {"port": 80, "targetPort": "web"}
    assert conclude(service(wrong, clusterIP="None"), backend(HTTP), analyzers=ONLY) == []
    assert conclude(service(wrong), analyzers=ONLY) == []
