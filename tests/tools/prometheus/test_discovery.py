"""Which Services are taken for backends and Alertmanagers, and which are the same one."""

import pytest

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.capability import Flavor
from clusterwright.tools.prometheus.client.in_cluster import InCluster
from clusterwright.tools.prometheus.discovery import (
    Role,
    candidates,
    find_services,
    most_telling,
    told_apart,
)
from clusterwright.tools.prometheus.monitoring import Reach
from clusterwright.tools.prometheus.targets import prom_targets
from tests.tools.prometheus.answering import One, a_cluster, answering


def service(
    name: str,
    *ports: tuple[str, int],
    namespace: str = "monitoring",
    owner: str = "",
    **labels: str,
) -> Manifest:
    spelled = {k.replace("__", "/").replace("_", "."): v for k, v in labels.items()}
    owners = [{"apiVersion": "monitoring.coreos.com/v1", "kind": owner}] if owner else []
    return {
        "metadata": {
            "namespace": namespace,
            "name": name,
            "labels": spelled,
            "ownerReferences": owners,
        },
        "spec": {"ports": [{"name": port, "port": number} for port, number in ports]},
    }


def slices(name: str, *addresses: str, namespace: str = "monitoring") -> Manifest:
    return {
        "metadata": {
            "namespace": namespace,
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
        service("prometheus-k8s", WEB),
        service("prometheus-operated", WEB, owner="Prometheus"),
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


OPERATED = service("prometheus-operated", WEB, owner="Prometheus")
CHART = service("main-prometheus-server", ("http", 80), app_kubernetes_io__name="prometheus")
STRAY = service("prometheus", WEB, namespace="a-team")
LABELLED = service("prometheus", WEB, namespace="a-team", app="prometheus")
THANOS = service("query", WEB, app="thanos-query")


def likely(*services: Manifest, ready: tuple[Manifest, ...] | None = None) -> list[str]:
    """Return which of some Services may be meant where none is named; all are ready by default."""
    seen = [
        slices(
            one["metadata"]["name"],
            *([f"10.0.0.{n}"] if ready is None or one in ready else []),
            namespace=one["metadata"]["namespace"],
        )
        for n, one in enumerate(services)
    ]
    return [one.name for one in candidates(told_apart(find_services(services), seen))]


@pytest.mark.parametrize(
    ("services", "meant"),
    [
        ((STRAY,), ["a-team/prometheus"]),
        ((OPERATED, STRAY), ["monitoring/prometheus-operated"]),
        ((OPERATED, LABELLED), ["monitoring/prometheus-operated"]),
        ((CHART, STRAY), ["monitoring/main-prometheus-server"]),
        ((CHART, LABELLED), ["a-team/prometheus", "monitoring/main-prometheus-server"]),
        ((OPERATED, THANOS), ["monitoring/prometheus-operated", "monitoring/query"]),
        ((OPERATED, THANOS, STRAY), ["monitoring/prometheus-operated", "monitoring/query"]),
    ],
)
def test_what_merely_has_the_name_yields_to_what_is_operated_or_labelled(
    services: tuple[Manifest, ...], meant: list[str]
) -> None:
    assert likely(*services) == meant


def test_what_has_nothing_behind_it_is_not_meant_where_another_has() -> None:
    assert likely(CHART, LABELLED, ready=(CHART,)) == ["monitoring/main-prometheus-server"]
    assert likely(CHART, STRAY, ready=(STRAY,)) == ["a-team/prometheus"]
    assert likely(CHART, ready=()) == ["monitoring/main-prometheus-server"]


def test_nobody_takes_the_place_of_what_the_operator_made_while_it_is_down() -> None:
    assert likely(OPERATED, STRAY, ready=(STRAY,)) == ["monitoring/prometheus-operated"]
    assert likely(OPERATED, LABELLED, ready=(LABELLED,)) == ["monitoring/prometheus-operated"]
    beside = service("b-prometheus", WEB, app="prometheus")
    assert likely(OPERATED, beside, ready=(beside,)) == ["monitoring/b-prometheus"]


def test_a_problem_search_never_begins_with_a_mere_name() -> None:
    services = find_services([service("prometheus", WEB, namespace="a-team"), THANOS])
    assert most_telling(candidates(services)).name == "monitoring/query"


def test_a_service_that_claims_the_addresses_of_another_namespace_is_not_the_same() -> None:
    services = find_services([OPERATED, STRAY])
    claims = [
        slices("prometheus-operated", "10.0.0.1"),
        slices("prometheus", "10.0.0.1", namespace="a-team"),
    ]
    both = told_apart(services, claims)
    assert [one.name for one in both] == ["a-team/prometheus", "monitoring/prometheus-operated"]
    assert not any(one.aliases for one in both)


@pytest.mark.anyio
async def test_the_one_that_is_taken_comes_with_the_names_of_the_others() -> None:
    cluster = InCluster(a_cluster({"services": [OPERATED, LABELLED]}))
    backend, others = await cluster.backend(None, [])
    assert (backend.name, others) == ("monitoring/prometheus-operated", ("a-team/prometheus",))
    reach = Reach("simulated", backend, None, None, others=others)
    (gap,) = reach.not_asked
    assert gap.what == "backend a-team/prometheus"
    assert "here monitoring/prometheus-operated" in gap.reason
    assert "here monitoring/prometheus-operated" in reach.notes[0]
    named, others = await cluster.backend("monitoring/prometheus-operated", [])
    assert (named, others) == (backend, ())


@pytest.mark.anyio
async def test_several_that_count_alike_are_named_and_none_is_taken() -> None:
    cluster = InCluster(a_cluster({"services": [CHART, LABELLED]}))
    with pytest.raises(NotFoundError, match="none was named") as caught:
        await cluster.backend(None, [])
    assert "monitoring/main-prometheus-server" in caught.value.hint
    assert "a-team/prometheus" in caught.value.hint


@pytest.mark.anyio
async def test_an_answer_says_which_backend_it_is_of_and_which_there_are() -> None:
    reach = One(answering({"targets": {}}), others=("a-team/prometheus",))
    said = (await prom_targets(reach)).render()
    assert "backend a-team/prometheus (one of several is asked at a time, here main" in said
