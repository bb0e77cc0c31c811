"""Who may read and not write: told when planning, refused when applying, and nothing half done."""

import pytest

from clusterwright.tools.manifest import Manifest
from tests.tools.prometheus.changes.account import account
from tests.tools.prometheus.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
PROXY: Manifest = {"apiGroups": [""], "resources": ["services/proxy"], "verbs": ["create"]}


def rule(place: Place) -> Manifest:
    return {
        "kind": "create_rule",
        "object": f"PrometheusRule/{place.namespace}/cart",
        "group": "cart",
        "rule": {"record": "cart:up", "expr": "up"},
    }


def silence(place: Place) -> Manifest:
    return {
        "kind": "silence",
        "matchers": ["alertname=CartDown", f"namespace={place.namespace}"],
        "duration": "1h",
        "reason": "the cart is being moved",
    }


async def test_what_may_not_be_written_is_no_plan(shop: Place) -> None:
    with account(shop) as reader:
        async with shop.session(reader) as session:
            plan, said = await session.plan(rule(shop))
            assert (plan, 'cannot create resource "prometheusrules"' in said) == ("", True)
            plan, said = await session.plan(silence(shop))
            assert (plan, "this credential cannot create services/proxy" in said) == ("", True)
            assert "grant `create services/proxy` there" in said
            plan, said = await session.plan(silence(shop), rule(shop))
            assert not plan


async def test_a_right_that_was_taken_away_since_stops_an_apply_before_any_write(
    shop: Place,
) -> None:
    with account(shop, PROXY) as worker:
        async with shop.session(worker) as session:
            plan, said = await session.plan(silence(shop))
            assert plan, said
    name = shop.alertmanager.silence(("alertname", f"Other{shop.namespace}"))
    with account(shop) as reader:
        async with shop.session(reader) as session:
            state, said = await session.apply(plan)
            assert (state, "cannot create services/proxy" in said) == ("error", True)
            ending, said = await session.plan({"kind": "expire_silence", "silence": name})
            assert (ending, "cannot delete services/proxy" in said) == ("", True)
    comments = [one["comment"] for one in shop.alertmanager.active()]
    assert "the cart is being moved" not in comments
    async with shop.session() as session:
        await session.done({"kind": "expire_silence", "silence": name})
