"""Which Services are taken for backends and Alertmanagers, and which are the same one."""

import pytest

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.capability import Flavor
from clusterwright.tools.prometheus.discovery import Role, find_services, most_telling, told_apart


def service(name: str, *ports: tuple[str, int], **labels: str) -> Manifest:
    spelled = {k.replace("__", "/").replace("_", "."): v for k, v in labels.items()}
    return {
        "metadata": {"namespace": "monitoring", "name": name, "labels": spelled},
        "spec": {"ports": [{"name": port, "port": number} for port, number in ports]},
    }


def slices(name: str, *addresses: str) -> Manifest:
    return {
        "metadata": {
            "namespace": "monitoring",
            "name": f"{name}-x",
            "labels": {"kubernetes.io/service-name": name},
        },
        "endpoints": [{"addresses": [one]} for one in addresses],
    }


WEB = ("web", 9090)


@pytest.mark.parametrize(
    ("found", "flavor", "port", "prefix"),
    [
        (service("prometheus-operated", WEB), Flavor.PROMETHEUS, 9090, ""),
        (service("kps-kube-prometheus-stack-prometheus", WEB), Flavor.PROMETHEUS, 9090, ""),
        (service("prometheus-server", ("http", 80)), Flavor.PROMETHEUS, 80, ""),
        (service("thanos-query", ("grpc", 10901), ("http", 9090)), Flavor.THANOS, 9090, ""),
        (service("vmsingle-main", ("http", 8429)), Flavor.VICTORIA_METRICS, 8429, ""),
        (
            service("vmselect-main", ("http", 8481)),
            Flavor.VICTORIA_METRICS,
            8481,
            "/select/0/prometheus",
        ),
        (service("mimir-nginx", ("http-metric", 80)), Flavor.MIMIR, 80, "/prometheus"),
    ],
)
def test_a_backend_is_known_by_its_name(
    found: Manifest, flavor: Flavor, port: int, prefix: str
) -> None:
    (one,) = find_services([found])
    assert (one.role, one.flavor, one.port, one.prefix) == (Role.BACKEND, flavor, port, prefix)


@pytest.mark.parametrize(
    "name",
    [
        *("prometheus-operator", "prometheus-node-exporter", "prometheus-pushgateway"),
        *("prometheus-adapter", "thanos-ruler", "thanos-storegateway", "grafana", "web"),
        "kube-state-metrics",
    ],
)
def test_what_only_belongs_to_monitoring_is_no_backend(name: str) -> None:
    assert find_services([service(name, WEB)]) == ()


def test_an_alertmanager_is_one() -> None:
    (one,) = find_services([service("alertmanager-operated", ("web", 9093), ("mesh", 9094))])
    assert (one.role, one.port, one.governing) == (Role.ALERTMANAGER, 9093, True)


def test_services_before_the_same_pods_are_one_with_two_names() -> None:
    services = [service("prometheus-operated", WEB), service("prometheus-k8s", WEB)]
    same = [slices("prometheus-operated", "10.0.0.1"), slices("prometheus-k8s", "10.0.0.1")]
    for seen in (same, None):
        (one,) = told_apart(find_services(services), seen)
        assert one.is_named("prometheus-k8s")
        assert one.is_named("monitoring/prometheus-operated")
    other = [slices("prometheus-operated", "10.0.0.1"), slices("prometheus-k8s", "10.0.0.2")]
    assert len(told_apart(find_services(services), other)) == 2


def test_of_several_the_prometheus_of_the_operator_knows_most_of_its_cluster() -> None:
    services = [
        *(service("a-thanos-query", WEB), service("prometheus-of-a-team", WEB)),
        *(service("prometheus-k8s", WEB), service("prometheus-operated", WEB)),
    ]
    addresses = [
        *(slices("a-thanos-query", "10.0.0.9"), slices("prometheus-of-a-team", "10.0.0.2")),
        *(slices("prometheus-k8s", "10.0.0.1"), slices("prometheus-operated", "10.0.0.1")),
    ]
    for known in (addresses, None):
        best = most_telling(told_apart(find_services(services), known))
        assert best.is_named("prometheus-operated")


def test_odd_services_break_nothing() -> None:
    odd: list[Manifest] = [{}, {"metadata": None}, {"metadata": {"name": "prometheus"}, "spec": 5}]
    assert find_services(odd) == ()
    assert find_services([service("prometheus")]) == ()
