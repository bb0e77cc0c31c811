"""The whole life of a release by two tools, with the real helm and the real API server."""

import json

import pytest

from tests.tools.helm.changes.charts import web
from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]


def image_of(place: Place, release: str) -> str:
    path = "jsonpath={.spec.template.spec.containers[0].image}"
    return place.workshop.kubectl("get", "deployment", release, "-o", path)


def history_of(place: Place, release: str) -> list[tuple[int, str]]:
    listed = json.loads(place.workshop.helm("history", release, "-o", "json"))
    return [(one["revision"], one["status"]) for one in listed]


async def test_install_upgrade_roll_back_and_uninstall(place: Place) -> None:
    web(place.workshop)
    release = place.named("cart")
    async with place.session() as session:
        plan, told = await session.plan(
            {"kind": "install", "release": release, "chart": "shelf/web"}
        )
        assert f"create Deployment/{place.namespace}/cart" in told
        assert "chart: web 1.0.0" in told
        assert not place.helm_writes()
        assert (await session.apply(plan))[0] == "applied"
        assert history_of(place, "cart") == [(1, "deployed")]

        values = {"image": {"tag": "2.0.0"}}
        upgrade = {"kind": "upgrade", "release": release, "values": values}
        _, told = await session.plan(upgrade)
        assert "registry.example/shop/web:1.0.0 -> registry.example/shop/web:2.0.0" in told
        assert "values.image: tag: 2.0.0" in told
        applied = await session.done(upgrade)
        assert image_of(place, "cart").endswith("web:2.0.0")

        await session.done({"kind": "undo", "plan": applied})
        assert image_of(place, "cart").endswith("web:1.0.0")
        await session.done({"kind": "rollback", "release": release, "revision": 2})
        assert image_of(place, "cart").endswith("web:2.0.0")
        assert history_of(place, "cart")[-1] == (4, "deployed")

        gone = await session.done({"kind": "uninstall", "release": release, "keep_history": True})
        assert not place.workshop.kubectl(
            "get", "deployment,configmap", "-l", "app=web", "-o", "name"
        )
        await session.done({"kind": "undo", "plan": gone})
        assert image_of(place, "cart").endswith("web:2.0.0")
        await session.done({"kind": "uninstall", "release": release})
    assert not place.workshop.kubectl("get", "secret", "-l", "owner=helm", "-o", "name")
    assert not place.writes(), "everything was written by helm"


async def test_an_upgrade_keeps_the_values_that_were_supplied_before(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart, "--set", "level=debug")
    async with place.session() as session:
        release = place.named("cart")
        await session.done(
            {"kind": "upgrade", "release": release, "values": {"image": {"tag": "2"}}}
        )
        values = json.loads(place.workshop.helm("get", "values", "cart", "-o", "json"))
        assert values == {"level": "debug", "image": {"tag": "2"}}
        await session.done({"kind": "upgrade", "release": release, "values": {"level": None}})
        values = json.loads(place.workshop.helm("get", "values", "cart", "-o", "json"))
        assert values == {"image": {"tag": "2"}}
        change = {"kind": "upgrade", "release": release, "reset_values": True}
        await session.done(change)
        assert json.loads(place.workshop.helm("get", "values", "cart", "-o", "json")) in ({}, None)


async def test_a_release_that_helm_3_made_is_upgraded_by_its_own_merge(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart, three=True)
    place.workshop.kubectl("label", "deployment", "cart", "team=shop")
    async with place.session() as session:
        release = place.named("cart")
        _, told = await session.plan(
            {"kind": "upgrade", "release": release, "values": {"level": "warn"}}
        )
        assert "data.level: info -> warn" in told
        await session.done({"kind": "upgrade", "release": release, "values": {"level": "warn"}})
    labels = place.workshop.kubectl(
        "get", "deployment", "cart", "-o", "jsonpath={.metadata.labels}"
    )
    assert json.loads(labels)["team"] == "shop"


async def test_what_does_not_come_up_is_explained_and_rolled_back(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart)
    async with place.session() as session:
        values = {"replicas": 1, "image": {"tag": "none"}}
        plan, _ = await session.plan(
            {"kind": "upgrade", "release": place.named("cart"), "values": values}
        )
        state, told = await session.apply(plan)
    assert state == "undone", told
    assert "cause: pod/" in told
    assert "roll HelmRelease/" in told
    assert history_of(place, "cart")[-1] == (3, "deployed")


async def test_records_in_config_maps_are_changed_where_they_are(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart, driver="configmap")
    async with place.session() as session:
        change = {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "warn"}}
        await session.done(change)
    assert "sh.helm.release.v1.cart.v2" in place.workshop.kubectl("get", "configmap", "-o", "name")
    assert not place.workshop.kubectl("get", "secret", "-l", "owner=helm", "-o", "name")


async def test_old_revisions_that_go_with_a_new_one_are_told(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart)
    for number in range(11):
        place.workshop.helm("upgrade", "cart", chart, f"--set=level=l{number}", "--history-max=0")
    async with place.session() as session:
        change = {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "last"}}
        plan, told = await session.plan(change)
        assert "the oldest 3 revisions of its history go: Helm keeps 10" in told
        assert (await session.apply(plan))[0] == "applied"
    assert len(history_of(place, "cart")) == 10
