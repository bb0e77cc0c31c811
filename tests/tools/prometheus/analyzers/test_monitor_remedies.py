"""A monitor is mended only where there is one way to do it, and then by a change that is taken."""

import pytest

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.changes.asked import Asked
from clusterwright.tools.prometheus.changes.monitor_outlook import MonitorOutlook
from clusterwright.tools.prometheus.desk import VOCABULARY
from tests.tools.kubernetes.analyzers.cluster import NOW, make, pod, running
from tests.tools.prometheus.analyzers.estates import operated
from tests.tools.prometheus.analyzers.test_monitors import monitor, place, service, slice_


def other(app: str, *, name: str = "", namespace: str = "shop", **labels: str) -> Manifest:
    return make(
        "Service",
        name or app,
        namespace=namespace,
        metadata={"labels": {"app": app, **labels}},
        spec={"ports": [{"name": "metrics", "port": 8080}]},
    )


def changes(finding: Finding) -> list[Manifest]:
    return [change for remedy in finding.remedies for change in remedy.changes]


def selector(finding: Finding) -> list[Json]:
    return [change["selector"] for change in changes(finding)]


def test_of_several_services_the_one_of_a_like_name_is_meant() -> None:
    services = (service(), other("till"), other("db"))
    finding = place(monitor({"app": "carts"}), *services, slice_("10.0.0.1")).only()
    assert selector(finding) == [{"app": "cart"}]


def test_the_change_names_the_backend_that_was_asked_as_there_may_be_several() -> None:
    seen = (monitor({"app": "carts"}), service(), slice_("10.0.0.1"))
    (change,) = changes(place(*seen, backend="monitoring/a").only())
    assert change["backend"] == "monitoring/a"


@pytest.mark.parametrize(
    "services",
    [
        [other("till"), other("db")],
        [other("cartss"), other("cart")],
        [other("cart", namespace="else")],
        [make("Service", "cart", metadata={"labels": {"name": "carts"}})],
    ],
    ids=["two of other names", "two of like names", "another namespace", "the label is missing"],
)
def test_where_several_things_could_be_meant_nothing_is_proposed(services: list[Manifest]) -> None:
    finding = place(monitor({"app": "carts"}), *services).only()
    assert finding.code == "monitor/selects-nothing"
    assert changes(finding) == []


def test_what_another_monitor_scrapes_is_not_meant() -> None:
    others = monitor({"app": "cart"}, name="theirs")
    finding = place(monitor({"app": "carts"}), others, service(), slice_("10.0.0.1")).only()
    assert changes(finding) == []


def test_a_monitor_for_everything_takes_nothing_away() -> None:
    everything = operated(
        "ServiceMonitor",
        "all",
        namespace="shop",
        metadata={"labels": {"release": "mon"}},
        spec={"selector": {}, "endpoints": [{"port": "metrics"}]},
    )
    finding = place(monitor({"app": "carts"}), everything, service(), slice_("10.0.0.1")).only()
    assert selector(finding) == [{"app": "cart"}]


def test_services_of_one_label_in_two_namespaces_leave_it_open_which_is_meant() -> None:
    services = [other("cart", namespace=one) for one in ("blue", "green")]
    assert changes(place(monitor(), *services).only()) == []


def test_ports_of_two_names_leave_it_open_which_is_meant() -> None:
    two = {"ports": [{"name": "http", "port": 80}, {"name": "admin", "port": 81}]}
    whole = {**service(), "spec": {"selector": {"app": "cart"}, **two}}
    finding = place(monitor(), whole, slice_("10.0.0.1", port="http")).only()
    assert (finding.code, changes(finding)) == ("monitor/port-missing", [])


def test_the_only_port_of_pods_is_what_a_pod_monitor_means() -> None:
    ports = [{"name": "web", "containerPort": 8080}]
    cart = pod(running(), container={"ports": ports}, metadata={"labels": {"app": "cart"}})
    spec = {
        "selector": {"matchLabels": {"app": "cart"}},
        "podMetricsEndpoints": [{"port": "metrics"}],
    }
    finding = place(operated("PodMonitor", "cart", namespace="shop", spec=spec), cart).only()
    assert [(one["port"], one["endpoint"]) for one in changes(finding)] == [("web", 0)]


def test_a_label_and_a_port_that_are_both_off_are_one_change() -> None:
    objects = (service(port="web"), slice_("10.0.0.1", port="web"))
    finding = place(monitor({"app": "carts"}), *objects).only()
    fields = {"selector": {"app": "cart"}, "port": "web", "endpoint": 0}
    assert [{key: one[key] for key in fields} for one in changes(finding)] == [fields]


def test_what_would_still_have_no_targets_is_not_proposed() -> None:
    finding = place(monitor({"app": "carts"}), service(), slice_()).only()
    assert finding.code == "monitor/selects-nothing"
    assert changes(finding) == []


def test_what_is_proposed_is_a_change_that_selects_something() -> None:
    objects = (monitor({"app": "carts"}), service(), slice_("10.0.0.1"))
    at = place(*objects)
    (asked,) = changes(at.only())
    change = parse_change(Asked.model_validate(asked).told(), VOCABULARY)
    (ref,) = change.targets
    estate = at.estate()
    prepared = {ref: MonitorOutlook(estate, "main")}
    scene = Scene("test", NOW, {ref: objects[0]}, estate, prepared=prepared)
    (step,) = change.steps(scene)
    assert "it would select 1 Service: shop/cart" in step.notes[0]
