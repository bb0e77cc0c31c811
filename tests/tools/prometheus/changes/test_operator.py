"""Rules, monitors and silences on a cluster that the real operator of Prometheus looks after."""

import json

import httpx
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


def fix(place: Place, **fields: Json) -> Manifest:
    return {"kind": "fix_monitor", "object": f"ServiceMonitor/{place.namespace}/cart", **fields}


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


def measured(place: Place) -> dict[str, Manifest]:
    """Return the labels of what fires and of what is up in a namespace, past what is tested."""
    asked = f'{{__name__=~"ALERTS|up", namespace="{place.namespace}"}} == 1'
    answer = httpx.get(f"{place.sandbox.prometheus_url}/api/v1/query", params={"query": asked})
    found: list[Manifest] = [one["metric"] for one in answer.json()["data"]["result"]]
    return {one["__name__"]: one for one in found}


async def test_a_rule_and_a_monitor_go_through_the_operator_and_back(shop: Place) -> None:
    shop.create(*cart(shop))
    rule, fixed = slow(shop), fix(shop, selector={"app": "cart"}, port="web")
    async with shop.session() as session:
        plan, said = await session.plan(rule, fixed)
        assert "it would fire for 1 series at once" in said
        assert "it would select 1 Service" in said
        assert "endpoint 0 (port web): 1 address" in said
        state, said = await session.apply(plan)
        assert state == "applied", said
        assert f"Prometheus scrapes targets of serviceMonitor/{shop.namespace}/cart/0" in said
        assert shop.get("prometheusrule", "cart")["spec"]["groups"][0]["interval"] == "5s"
        found = measured(shop)
        assert found["ALERTS"]["alertstate"] == "firing"
        assert found["up"]["service"] == "cart"
        await session.done({"kind": "undo", "plan": plan})
    spec = shop.get("servicemonitor", "cart")["spec"]
    assert spec["selector"]["matchLabels"] == {"app": "carts"}
    assert spec["endpoints"][0]["port"] == "http"
    assert shop.sandbox.kubectl("get", "prometheusrule", "-n", shop.namespace, "-o", "name") == ""


async def test_a_plan_for_a_monitor_says_what_is_still_off(shop: Place) -> None:
    shop.create(*cart(shop))
    async with shop.session() as session:
        _, said = await session.plan(fix(shop, port="metrics"))
        assert "risk high: it would have no targets" in said
        assert "it would select no Service" in said
        _, said = await session.plan(fix(shop, selector={"app": "cart"}))
        assert "has no port named 'http'; it has web" in said
        plan, said = await session.plan(fix(shop, selector={"app": "cart"}, port="web"))
        assert "risk low: 1 object is scraped" in said
        # What is selected is a part of what was approved, and so is the monitor itself.
        second = cart(shop)[0]
        second["metadata"]["name"] = "second"
        shop.create(second)
        state, said = await session.apply(plan)
        assert (state, "nothing was changed" in said) == ("error", True)
        plan, _ = await session.plan(fix(shop, selector={"app": "cart"}, port="web"))
        shop.sandbox.kubectl(
            "patch", "servicemonitor", "cart", "-n", shop.namespace, "--type=json",
            "-p", '[{"op": "replace", "path": "/spec/endpoints/0/port", "value": "admin"}]',
        )  # fmt: skip
        state, said = await session.apply(plan)
        assert (state, "nothing was changed" in said) == ("error", True)
    assert shop.get("servicemonitor", "cart")["spec"]["endpoints"][0]["port"] == "admin"


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
