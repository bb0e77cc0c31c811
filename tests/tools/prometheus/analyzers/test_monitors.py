from collections.abc import Sequence

import pytest

from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.scraping.target import Target
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import event, make, pod, running
from tests.tools.prometheus.analyzers.estates import Place, operated, scraped, target

MONITOR = Ref("ServiceMonitor", "cart", "shop", "monitoring.coreos.com")
PROMETHEUS = operated(
    "Prometheus",
    spec={
        "serviceMonitorSelector": {"matchLabels": {"release": "mon"}},
        "serviceMonitorNamespaceSelector": {},
        "podMonitorSelector": {},
        "podMonitorNamespaceSelector": {},
    },
)
READ = ("Service", "Pod", "EndpointSlice", "Namespace")


def monitor(
    labels: dict[str, str] | None = None,
    *,
    port: str = "metrics",
    name: str = "cart",
    release: str = "mon",
    **spec: Json,
) -> Manifest:
    whole: Manifest = {
        "selector": {"matchLabels": labels or {"app": "cart"}},
        "endpoints": [{"port": port, **spec.pop("endpoint", {})}],
    }
    return operated(
        "ServiceMonitor",
        name,
        namespace="shop",
        metadata={"labels": {"release": release}},
        spec=whole | spec,
    )


def service(app: str = "cart", *, namespace: str = "shop", port: str = "metrics") -> Manifest:
    return make(
        "Service",
        "cart",
        namespace=namespace,
        metadata={"labels": {"app": app}},
        spec={"selector": {"app": "cart"}, "ports": [{"name": port, "port": 8080}]},
    )


def slice_(*addresses: str, port: str = "metrics", namespace: str = "shop") -> Manifest:
    return make(
        "EndpointSlice",
        "cart-x",
        api="discovery.k8s.io/v1",
        namespace=namespace,
        metadata={"labels": {"kubernetes.io/service-name": "cart"}},
        endpoints=[{"addresses": [one]} for one in addresses],
        ports=[{"name": port, "port": 8080}],
    )


def place(*objects: Manifest, of: Sequence[Target] = (), **knows: object) -> Place:
    return Place((PROMETHEUS, *objects), knows=scraped(*of) | knows, also_read=READ)


def test_a_label_that_is_off_is_named_with_the_change() -> None:
    finding = place(monitor({"app": "carts"}), service(), slice_("10.0.0.1")).only()
    assert (finding.code, finding.subject) == ("monitor/selects-nothing", MONITOR)
    assert "app=carts (has app=cart)" in finding.title
    (remedy,) = finding.remedies
    (change,) = remedy.changes
    assert change == {"kind": "fix_monitor", "object": str(MONITOR), "selector": {"app": "cart"}}


def test_a_service_of_another_namespace_is_named_with_the_change() -> None:
    finding = place(
        monitor(), service(namespace="other"), slice_("10.0.0.1", namespace="other")
    ).only()
    assert finding.code == "monitor/selects-nothing"
    assert "Service/other/cart is in another namespace" in finding.title
    (change,) = finding.remedies[0].changes
    assert change["namespaces"] == ["other"]


def test_a_port_that_the_service_does_not_name_is_told_with_the_one_it_has() -> None:
    objects = (service(port="http"), slice_("10.0.0.1", port="http"))
    finding = place(monitor(), *objects).only()
    assert finding.code == "monitor/port-missing"
    assert "no port named 'metrics'; it has http" in finding.title
    (change,) = finding.remedies[0].changes
    assert (change["port"], change["endpoint"]) == ("http", 0)


def test_a_service_without_endpoints_is_told_with_the_service() -> None:
    finding = place(monitor(), service(), slice_()).only()
    assert finding.code == "monitor/no-endpoints"
    wanted = Relation(source=MONITOR, edge=Edge.SELECTS, target=Ref("Service", "cart", "shop"))
    assert finding.relations == (wanted,)


def test_what_was_scaled_to_zero_is_silent() -> None:
    template = {"metadata": {"labels": {"app": "cart"}}}
    zero = make("Deployment", "cart", api="apps/v1", spec={"replicas": 0, "template": template})
    assert place(monitor(), service(), slice_(), zero).codes() == []


@pytest.mark.parametrize("health", ["up", "down"])
def test_a_monitor_that_has_targets_is_silent_whatever_objects_say(health: str) -> None:
    known = target("", health=health)
    assert place(monitor({"app": "carts"}), service(), of=[known]).codes() == []
    assert place(monitor(release="other"), service(), of=[known]).codes() == []


def test_a_monitor_that_fits_is_silent() -> None:
    assert place(monitor(), service(), slice_("10.0.0.1")).codes() == []


def test_a_monitor_made_a_moment_ago_is_silent() -> None:
    young = monitor({"app": "carts"})
    young["metadata"]["creationTimestamp"] = "2026-01-01T11:59:40Z"
    assert place(young, service(), slice_("10.0.0.1")).codes() == []


def test_a_monitor_that_is_gone_when_it_is_read_again_is_silent() -> None:
    found = place(monitor({"app": "carts"}), service(), slice_("10.0.0.1"))
    found.now = {MONITOR: None}
    assert found.codes() == []


def test_without_the_targets_nothing_is_told_of_what_selects_nothing() -> None:
    found = Place((PROMETHEUS, monitor({"app": "carts"}), service()), also_read=READ)
    assert found.codes() == []


def test_a_monitor_that_no_prometheus_selects_is_told_with_the_label() -> None:
    finding = place(monitor(release="stable"), service(), slice_("10.0.0.1")).only()
    assert (finding.code, finding.subject) == ("monitor/not-selected", MONITOR)
    assert "release=mon (has release=stable)" in finding.title


def test_without_any_prometheus_object_nothing_is_said_to_be_unselected() -> None:
    found = Place((monitor(release="stable"),), knows=scraped(), also_read=READ)
    assert "monitor/not-selected" not in found.codes()


def test_what_the_operator_refuses_is_told_in_its_words() -> None:
    one = monitor()
    refused = event(one, "InvalidConfiguration", 'secret "token" not found in namespace "shop"')
    finding = place(one, service(), slice_("10.0.0.1"), refused).only()
    assert finding.code == "monitor/rejected"
    assert 'secret "token" not found' in finding.title
    old = event(one, "InvalidConfiguration", "secret not found", age=7_200)
    assert place(one, service(), slice_("10.0.0.1"), old).codes() == []


def test_a_pod_monitor_that_asks_for_a_port_no_pod_declares_is_told() -> None:
    one = operated(
        "PodMonitor",
        "cart",
        namespace="shop",
        spec={
            "selector": {"matchLabels": {"app": "cart"}},
            "podMetricsEndpoints": [{"port": "metrics"}],
        },
    )
    declares = {"ports": [{"name": "http", "containerPort": 80}]}
    shown = pod(running(), ready=True, container=declares, metadata={"labels": {"app": "cart"}})
    finding = place(one, shown).only()
    assert finding.code == "monitor/port-missing"
    right = {"ports": [{"name": "metrics", "containerPort": 80}]}
    shown = pod(running(), ready=True, container=right, metadata={"labels": {"app": "cart"}})
    assert place(one, shown).codes() == []
