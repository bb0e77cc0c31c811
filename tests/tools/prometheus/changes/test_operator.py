"""Rules, monitors and silences on a cluster that the real operator of Prometheus looks after."""

import json

import pytest

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.prometheus.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

MONITORING = "monitoring.coreos.com/v1"


def slow(place: Place, **more: Json) -> Manifest:
    return {
        "kind": "create_rule",
        "object": f"PrometheusRule/{place.namespace}/cart",
        "group": f"cart-{place.namespace}",
        "interval": "5s",
        "rule": {
            "alert": f"CartSlow{place.namespace.replace('-', '')}",
            "expr": f'absent(up{{job="none", namespace="{place.namespace}"}})',
            "labels": {"severity": "warning"},
            "annotations": {"summary": "{{ $labels.namespace }} has no cart"},
        },
        **more,
    }


def cart(place: Place) -> list[Manifest]:
    """Return a Service, behind which is the Prometheus itself, and a monitor that misses it."""
    served = place.sandbox.kubectl(
        "get", "endpointslice", "-n", "monitoring", "-o", "json",
        "-l", "kubernetes.io/service-name=prometheus-k8s",
    )  # fmt: skip
    (real,) = json.loads(served)["items"]
    ports = [{"name": "web", "port": real["ports"][0]["port"]}]
    labels = {"app": "cart", "kubernetes.io/service-name": "cart"}
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "cart", "labels": {"app": "cart"}},
            "spec": {"clusterIP": "None", "ports": ports},
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "cart-1", "labels": labels},
            "addressType": "IPv4",
            "ports": ports,
            "endpoints": [{"addresses": real["endpoints"][0]["addresses"]}],
        },
        {
            "apiVersion": MONITORING,
            "kind": "ServiceMonitor",
            "metadata": {"name": "cart"},
            "spec": {
                "selector": {"matchLabels": {"app": "carts"}},
                "endpoints": [{"port": "http", "interval": "1s"}],
            },
        },
    ]


async def test_a_rule_goes_through_the_operator_and_back(shop: Place) -> None:
    async with shop.session() as session:
        plan, said = await session.plan(slow(shop))
        assert plan, said
        assert "it would fire for 1 series at once" in said
        state, said = await session.apply(plan)
        assert state == "applied", said
        made = shop.get("prometheusrule", "cart")
        assert made["spec"]["groups"][0]["interval"] == "5s"
        edit = slow(shop, kind="edit_rule")
        del edit["interval"]
        edit["rule"] = {"alert": edit["rule"]["alert"], "for": "1h"}
        plan, said = await session.plan(edit)
        assert "rules[0].for: 1h" in said
        assert (await session.apply(plan))[0] == "applied"
        await session.done({"kind": "undo", "plan": plan})
        assert "for" not in shop.get("prometheusrule", "cart")["spec"]["groups"][0]["rules"][0]


async def test_a_rule_that_helm_owns_is_left_to_helm(shop: Place) -> None:
    rule = slow(shop)["rule"]
    shop.create(
        {
            "apiVersion": MONITORING,
            "kind": "PrometheusRule",
            "metadata": {
                "name": "cart",
                "labels": {"app.kubernetes.io/managed-by": "Helm"},
                "annotations": {
                    "meta.helm.sh/release-name": "cart",
                    "meta.helm.sh/release-namespace": shop.namespace,
                },
            },
            "spec": {"groups": [{"name": "cart", "rules": [rule]}]},
        }
    )
    edit = slow(shop, kind="edit_rule", group="cart", rule={"alert": rule["alert"], "for": "1h"})
    del edit["interval"]
    async with shop.session() as session:
        plan, said = await session.plan(edit)
        assert (plan, "Helm" in said) == ("", True)
        plan, said = await session.plan(edit, override_owner=True)
        assert plan
        assert "risk high" in said


async def test_a_monitor_whose_port_is_wrong_is_fixed_and_proven_by_its_targets(
    shop: Place,
) -> None:
    shop.create(*cart(shop))
    named = {"kind": "fix_monitor", "object": f"ServiceMonitor/{shop.namespace}/cart"}
    async with shop.session() as session:
        _, said = await session.plan({**named, "port": "metrics"})
        assert "risk high: it would have no targets" in said
        assert "it would select no Service" in said
        _, said = await session.plan({**named, "selector": {"app": "cart"}})
        assert "has no port named 'http'; it has web" in said
        plan, said = await session.plan({**named, "selector": {"app": "cart"}, "port": "web"})
        assert "it would select 1 Service" in said
        assert "endpoint 0 (port web): 1 address" in said
        assert "risk low" in said
        state, said = await session.apply(plan)
        assert state == "applied", said
        assert f"Prometheus scrapes targets of serviceMonitor/{shop.namespace}/cart/0" in said
        await session.done({"kind": "undo", "plan": plan})
        spec = shop.get("servicemonitor", "cart")["spec"]
        assert spec["selector"]["matchLabels"] == {"app": "carts"}


async def test_a_silence_is_made_through_the_api_servers_proxy(shop: Place) -> None:
    name = f"CartSlow{shop.namespace}"
    shop.alertmanager.fire({"alertname": name, "namespace": shop.namespace})
    change = {
        "kind": "silence",
        "matchers": [f"alertname={name}"],
        "duration": "10m",
        "reason": "moving the cart, ticket 12",
    }
    async with shop.session() as session:
        plan, said = await session.plan(change)
        assert f"{name} x1" in said
        assert (await session.apply(plan))[0] == "applied"
        assert name not in shop.alertmanager.loud()
        await session.done({"kind": "undo", "plan": plan})
        assert name in shop.alertmanager.loud()
    shop.alertmanager.resolve({"alertname": name, "namespace": shop.namespace})
