"""Pods behind a port of a Service, as slices tell them, odd ones too."""

import pytest

from clusterwright.tools.errors import NotFoundError, UnreachableError
from clusterwright.tools.kubernetes.client.behind import Listening, listening
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref

NAME = "monitoring/prometheus"


def service(*ports: Manifest) -> Manifest:
    return {"metadata": {"name": "prometheus"}, "spec": {"ports": list(ports)}}


def endpoint(name: str, *, ready: Json = None, **target: Json) -> Manifest:
    return {"conditions": {"ready": ready}, "targetRef": {"kind": "Pod", "name": name, **target}}


def endpoint_slice(*endpoints: Manifest, **ports: int) -> Manifest:
    listed = [{"name": name, "port": port, "protocol": "TCP"} for name, port in ports.items()]
    return {"ports": listed, "endpoints": list(endpoints)}


WEB = service({"name": "web", "port": 80}, {"name": "grpc", "port": 90})


def test_ready_pods_come_by_name_with_the_port_that_the_service_means() -> None:
    slices = [
        endpoint_slice(endpoint("p-1"), endpoint("p-2", ready=False), web=9090, grpc=10901),
        endpoint_slice(
            endpoint("p-0", ready=True), endpoint("p-1", namespace="monitoring"), web=9091
        ),
    ]
    assert listening(NAME, [WEB], slices, 80) == [
        Listening(Ref("Pod", "p-0", "monitoring"), 9091),
        Listening(Ref("Pod", "p-1", "monitoring"), 9090),
        Listening(Ref("Pod", "p-1", "monitoring"), 9091),
    ]
    assert listening(NAME, [WEB], slices, 90) == [Listening(Ref("Pod", "p-1", "monitoring"), 10901)]


def test_a_port_without_a_name_is_found_without_one() -> None:
    slices: list[Manifest] = [{"ports": [{"port": 9090}], "endpoints": [endpoint("p")]}]
    found = listening(NAME, [service({"port": 80})], slices, 80)
    assert found == [Listening(Ref("Pod", "p", "monitoring"), 9090)]


@pytest.mark.parametrize(
    "slices",
    [
        [],
        [endpoint_slice(endpoint("p", ready=False), web=9090)],
        [endpoint_slice(endpoint("p"), other=9090)],
        [endpoint_slice(endpoint("p"), web=0)],
        [endpoint_slice(endpoint("p"), web=70_000)],
        [endpoint_slice(endpoint("node-1", kind="Node"), web=9090)],
        [endpoint_slice(endpoint(""), web=9090)],
        [endpoint_slice(endpoint("p", namespace="kube-system"), web=9090)],
        [endpoint_slice({"addresses": ["192.0.2.1"]}, web=9090)],
        [{"ports": None, "endpoints": "x"}],
    ],
)
def test_without_a_pod_of_its_own_that_is_ready_it_leads_nowhere(slices: list[Manifest]) -> None:
    with pytest.raises(UnreachableError, match="no pod behind port 80 of Service/monitoring/prom"):
        listening(NAME, [WEB], slices, 80)


@pytest.mark.parametrize("services", [[], [service({"port": 81})]])
def test_a_service_or_port_that_is_gone_is_said_to_be(services: list[Manifest]) -> None:
    with pytest.raises(NotFoundError, match="TCP port 80"):
        listening(NAME, services, [], 80)
