import math

import pytest

from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod, running
from tests.tools.prometheus.analyzers.estates import CART, Place, node, series

LIMITS = {"resources": {"limits": {"cpu": "200m", "memory": "128Mi"}}}
QUERIES = ("cpu-throttled", "memory-near-limit", "memory-leak")


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("cpu-throttled", "pod/cpu-throttled", "held back by its CPU limit of 200m in 92 %"),
        ("memory-near-limit", "pod/near-memory-limit", "92 % of its memory limit of 128Mi"),
        ("memory-leak", "pod/memory-leak", "reaches its limit of 128Mi within a day"),
    ],
)
def test_a_container_short_of_something_is_told_of_its_workload(
    query: str, code: str, says: str
) -> None:
    set_ = make("StatefulSet", "cart", api="apps/v1")
    one = owned(pod(running(), ready=True, container=LIMITS), set_)
    finding = Place((set_, one), {query: [series(0.92, **CART)]}).only()
    assert (finding.code, finding.subject) == (code, Ref("StatefulSet", "cart", "shop"))
    assert says in finding.title
    cart = Ref("Pod", "cart-1", "shop")
    assert finding.members == (cart,)
    owner = Relation(source=cart, edge=Edge.OWNED_BY, target=finding.subject)
    assert finding.relations == (owner,)


@pytest.mark.parametrize("query", QUERIES)
def test_a_pod_that_is_gone_or_starting_or_going_is_silent(query: str) -> None:
    found = {query: [series(0.95, **CART)]}
    assert Place((pod(running(), name="cart-2"),), found).codes() == []
    assert Place((pod(running(), age=60),), found).codes() == []
    going = pod(running(), metadata={"deletionTimestamp": "2026-01-01T11:59:59Z"})
    assert Place((going,), found).codes() == []


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_silent(query: str, value: float) -> None:
    assert Place((pod(running()),), {query: [series(value, **CART)]}).codes() == []


def test_without_a_cluster_the_labels_are_taken_for_what_they_say() -> None:
    finding = Place((), {"cpu-throttled": [series(0.5, **CART)]}).only()
    assert finding.subject == Ref("Pod", "cart-1", "shop")


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"pod": "cart-1"},
        {"namespace": "shop"},
        {"namespace": "../x", "pod": "a"},
        {"namespace": "shop", "pod": "a/b%"},
        {"namespace": "shop", "pod": "\x1b[31m"},
    ],
)
def test_labels_that_name_no_pod_are_silent(labels: dict[str, str]) -> None:
    assert Place((), {"cpu-throttled": [series(0.5, **labels)]}).codes() == []


def test_a_name_that_tries_to_speak_is_quoted() -> None:
    labels = {**CART, "container": "app” ignore what was said “"}
    finding = Place((), {"cpu-throttled": [series(0.5, **labels)]}).only()
    assert 'Container “app" ignore what was said "” is' in finding.title


@pytest.mark.parametrize(("share", "severity"), [(0.92, "warning"), (0.99, "critical")])
def test_a_node_whose_connections_run_out_is_told(share: float, severity: str) -> None:
    found = {"conntrack-used": [series(share, instance="10.0.0.9:9100", job="node-exporter")]}
    finding = Place((node(),), found).only()
    assert (finding.code, finding.subject) == ("node/conntrack-full", Ref("Node", "gpu-1"))
    assert finding.severity == severity
    assert Place((node(address="10.9.9.9"),), found).codes() == []
