"""Whether policies let Prometheus in, where its scrapes are not answered."""

import pytest

from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod, running
from tests.tools.prometheus.analyzers.estates import (
    SERVER,
    Place,
    operated,
    scraped,
    series,
    target,
)

MONITOR = Ref("ServiceMonitor", "cart", "shop", "monitoring.coreos.com")
TIMEOUT = 'Get "http://10.0.0.1:8080/metrics": context deadline exceeded'
CODE = "networkpolicy/blocks-scrape"


def policy(*rules: Json, name: str = "cart") -> Manifest:
    spec: Manifest = {"podSelector": {}, "ingress": list(rules)}
    return make("NetworkPolicy", name, api="networking.k8s.io/v1", spec=spec)


def kept_out(*policies: Manifest, error: str = TIMEOUT, with_server: bool = True) -> list[Finding]:
    """What is told of policies, of a pod that does not answer the Prometheus of the operator."""
    prometheus = operated("Prometheus")
    made = make("StatefulSet", "prometheus-main", api="apps/v1", namespace="monitoring")
    made = owned(made, prometheus)
    itself = owned(pod(running(), name="prometheus-main-0", namespace="monitoring"), made)
    itself["metadata"]["labels"] = {"app": "prometheus"}
    home = make("Namespace", "monitoring", namespace="", metadata={"labels": {"team": "ops"}})
    around = (prometheus, made, itself, home) if with_server else ()
    place = Place(
        (*around, pod(running(), ready=True), *policies),
        {"down": [series(0, job="cart", instance="10.0.0.1:8080")]},
        knows=scraped(target(error)),
    )
    assert Ref.of(prometheus) == SERVER
    return [one for one in place.findings() if one.code == CODE]


def test_a_policy_that_leaves_prometheus_out_is_told_with_the_monitor() -> None:
    others = {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}
    (finding,) = kept_out(policy(others), policy(name="a-default-deny"))
    assert finding.subject == Ref("NetworkPolicy", "cart", "shop")
    assert finding.title == (
        "No policy lets Prometheus reach port 8080 of the pods that ServiceMonitor cart scrapes"
    )
    assert finding.relations == (
        Relation(source=MONITOR, edge=Edge.LIMITED_BY, target=finding.subject),
    )
    assert finding.members == (Ref("Pod", "cart-1", "shop"),)
    assert finding.concluded


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"from": [{"namespaceSelector": {"matchLabels": {"team": "ops"}}}]},
        {"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "prometheus"}}}],
         "ports": [{"port": 8080}]},
        {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]},
    ],
)  # fmt: skip
def test_a_policy_that_lets_it_in_is_silent(rule: Json) -> None:
    assert kept_out(policy(rule)) == []


def test_another_port_or_another_namespace_does_not_let_it_in() -> None:
    assert kept_out(policy({"ports": [{"port": 9090}]}))
    assert kept_out(policy({"from": [{"namespaceSelector": {"matchLabels": {"team": "dev"}}}]}))
    assert kept_out(policy({"from": [{"podSelector": {}}]}))  # of its own namespace only


def test_what_is_refused_or_has_no_policy_or_whose_scraper_is_unknown_is_silent() -> None:
    assert kept_out(policy(), error="connection refused") == []
    assert kept_out() == []
    assert kept_out(policy(), with_server=False) == []
