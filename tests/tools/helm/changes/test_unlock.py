"""A release that a dead helm holds: signs of life first, then free again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.deploy.sandbox.scenario.helm import Record
from clusterwright.deploy.sandbox.scenario.records import merge_of
from tests.tools.helm.changes.charts import web
from tests.tools.helm.changes.place import Place
from tests.tools.helm.workshop import Workshop

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]


def aged(workshop: Workshop, record: str) -> None:
    """Have a record written three hours ago."""
    found = json.loads(workshop.kubectl("get", "secret", record, "-o", "json"))
    then = datetime.now(UTC) - timedelta(hours=3)
    wanted = Record(release="cart", revision=1, hours_ago=3)
    patch = json.dumps(merge_of(found, wanted, then))
    workshop.kubectl("patch", "secret", record, "--type=merge", "-p", patch)


def locked(place: Place) -> None:
    """Leave revision 2 of release cart pending."""
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart)
    sets = ("--set", "replicas=1,level=warn", "--wait", "--timeout=60s")
    place.workshop.killed("upgrade", "cart", chart, *sets, record="sh.helm.release.v1.cart.v2")


def statuses(place: Place) -> list[str]:
    return [
        one["status"] for one in json.loads(place.workshop.helm("history", "cart", "-o", "json"))
    ]


async def test_a_release_that_was_touched_a_moment_ago_is_not_freed(place: Place) -> None:
    locked(place)
    async with place.session() as session:
        upgrade, told = await session.plan({"kind": "upgrade", "release": place.named("cart")})
        assert not upgrade
        assert "[pending-lock]" in told
        for kind in ("unlock", "rollback", "uninstall"):
            plan, told = await session.plan({"kind": kind, "release": place.named("cart")})
            assert not plan
            assert "it was at work" in told
        told, _ = await session.call("helm_find_problems", {"namespace": place.namespace})
        assert "release/locked" not in told
        assert "revision 2 is pending-upgrade since" in told


async def test_a_dead_upgrade_is_rolled_back(place: Place) -> None:
    locked(place)
    async with place.session() as session:
        change = {"kind": "unlock", "release": place.named("cart"), "dead": True}
        _, told = await session.plan(change)
        assert "risk high: its operation is taken for dead on somebody's word" in told
        await session.done({"kind": "unlock", "release": place.named("cart"), "dead": True})
        assert statuses(place)[-1] == "deployed"
        change = {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "debug"}}
        await session.done(change)


async def test_an_old_lock_needs_nobody_to_say_that_it_is_dead(place: Place) -> None:
    locked(place)
    aged(place.workshop, "sh.helm.release.v1.cart.v2")
    async with place.session() as session:
        await session.done({"kind": "unlock", "release": place.named("cart")})
    assert statuses(place)[-1] == "deployed"


async def test_a_label_that_a_new_revision_inherits_does_not_make_it_look_old(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart)
    aged(place.workshop, "sh.helm.release.v1.cart.v1")
    sets = ("--set", "replicas=1,level=warn", "--wait", "--timeout=60s")
    place.workshop.killed("upgrade", "cart", chart, *sets, record="sh.helm.release.v1.cart.v2")
    async with place.session() as session:
        plan, told = await session.plan({"kind": "unlock", "release": place.named("cart")})
    assert not plan
    assert "it was at work" in told


async def test_a_revision_can_be_forgotten_instead(place: Place) -> None:
    locked(place)
    async with place.session() as session:
        change = {"kind": "unlock", "release": place.named("cart"), "by": "forget"}
        await session.done({**change, "dead": True})
    assert statuses(place) == ["deployed"]


async def test_a_dead_installation_is_taken_away(place: Place) -> None:
    chart = web(place.workshop)
    sets = ("--set", "replicas=1", "--wait", "--timeout=60s")
    place.workshop.killed("install", "cart", chart, *sets, record="sh.helm.release.v1.cart.v1")
    async with place.session() as session:
        plan, told = await session.plan(
            {"kind": "unlock", "release": place.named("cart"), "dead": True}
        )
        assert "uninstall HelmRelease" in told
        assert (await session.apply(plan))[0] == "applied"
    assert not place.workshop.kubectl("get", "secret", "-l", "owner=helm", "-o", "name")
