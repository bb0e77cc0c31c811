"""What helm or the API server would refuse is told by the plan, and nothing is stored for it."""

import json
from random import Random

import pytest

from tests.changes_by_tools import Session
from tests.tools.helm.changes.charts import LOGIN, MIGRATION, RANDOM, crd, web
from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]


async def refused(session: Session, place: Place, **change: object) -> str:
    """Plan a change of release cart, which must be refused; return what was said."""
    plan, told = await session.plan({"release": place.named("cart"), **change})
    assert not plan, told
    return told


async def test_a_field_that_another_manager_owns(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    place.workshop.kubectl("scale", "deployment", "cart", "--replicas=1")
    async with place.session() as session:
        change = {"kind": "upgrade", "values": {"replicas": 2}}
        told = await refused(session, place, **change)
        assert "kubectl" in told
        assert "spec.replicas" in told
        assert "force_conflicts" in told
        plan, _ = await session.plan(
            {"release": place.named("cart"), **change, "force_conflicts": True}
        )
    assert plan


async def test_an_immutable_field(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    chart = web(place.workshop, "1.1.0")
    path = chart / "templates" / "deployment.yaml"
    path.write_text(path.read_text().replace("app: {{ .Release.Name }}", "app: new", 2))
    async with place.session() as session:
        told = await refused(session, place, kind="upgrade", chart="shelf/web")
    assert "immutable" in told
    assert "spec.selector" in told


async def test_values_that_the_schema_rejects(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    async with place.session() as session:
        told = await refused(session, place, kind="upgrade", values={"replicas": "two"})
    assert "values-schema" in told
    assert "/replicas" in told


async def test_objects_that_are_not_the_releases_own_until_they_are_adopted(place: Place) -> None:
    web(place.workshop)
    place.workshop.kubectl("create", "configmap", "cart-settings", "--from-literal=level=old")
    install = {"kind": "install", "chart": "shelf/web"}
    async with place.session() as session:
        told = await refused(session, place, **install)
        name = f"ConfigMap/{place.namespace}/cart-settings"
        assert "[ownership]" in told
        assert name in told
        await session.done({"kind": "adopt", "release": place.named("cart"), "objects": [name]})
        await session.done({**install, "release": place.named("cart"), "force_conflicts": True})
    level = place.workshop.kubectl("get", "cm", "cart-settings", "-o", "jsonpath={.data.level}")
    assert level == "info"


async def test_objects_of_another_release_are_not_adopted(place: Place) -> None:
    place.workshop.helm("install", "other", web(place.workshop))
    name = f"ConfigMap/{place.namespace}/other-settings"
    async with place.session() as session:
        told = await refused(session, place, kind="adopt", objects=[name])
    assert f"HelmRelease/{place.namespace}/other" in told


async def test_a_name_that_is_in_use_and_one_that_is_not(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    async with place.session() as session:
        told = await refused(session, place, kind="install", chart="shelf/web")
        assert "[name-in-use]" in told
        _, told = await session.plan({"kind": "upgrade", "release": place.named("basket")})
    assert "there is no HelmRelease" in told


async def test_an_api_that_is_not_served(place: Place) -> None:
    monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\n"
    web(place.workshop, monitor=monitor)
    async with place.session() as session:
        told = await refused(session, place, kind="install", chart="shelf/web")
    assert "ServiceMonitor" in told


async def test_a_kubernetes_that_is_too_old(place: Place) -> None:
    chart = web(place.workshop)
    about = json.loads((chart / "Chart.yaml").read_text())
    (chart / "Chart.yaml").write_text(json.dumps({**about, "kubeVersion": ">=1.99.0"}))
    async with place.session() as session:
        told = await refused(session, place, kind="install", chart="shelf/web")
    assert "kube-version" in told


async def test_a_quota_that_an_object_would_exceed(place: Place) -> None:
    web(place.workshop)
    place.workshop.kubectl("create", "quota", "few", "--hard=count/configmaps=1")
    async with place.session() as session:
        told = await refused(session, place, kind="install", chart="shelf/web")
    assert "exceeded quota" in told


async def test_a_hook_that_an_earlier_run_left(place: Place) -> None:
    chart = web(place.workshop, migration=MIGRATION)
    policy = ("--set", "policy=hook-succeeded")
    place.workshop.helm("install", "cart", chart, *policy)
    place.workshop.kubectl("create", "configmap", "cart-migration")
    hook = f"ConfigMap/{place.namespace}/cart-migration"
    async with place.session() as session:
        told = await refused(session, place, kind="upgrade", values={"level": "warn"})
        assert "[hook-leftover]" in told
        release = place.named("cart")
        await session.done({"kind": "remove_hook", "release": release, "objects": [hook]})
        await session.done({"kind": "upgrade", "release": release, "values": {"level": "warn"}})


async def test_a_record_that_would_be_too_large(place: Place) -> None:
    chart = web(place.workshop)
    (chart / "noise.bin").write_bytes(Random(1).randbytes(900_000))
    async with place.session() as session:
        told = await refused(session, place, kind="install", chart="shelf/web")
    assert "release-too-big" in told


async def test_secrets_of_values_and_manifests_are_not_shown(place: Place) -> None:
    web(place.workshop, login=LOGIN)
    release = place.named("cart")
    async with place.session() as session:
        values = {"password": "correct-horse-battery"}
        install = {"kind": "install", "release": release, "chart": "shelf/web", "values": values}
        plan, told = await session.plan(install)
        assert "correct-horse" not in told
        state, said = await session.apply(plan)
        assert state == "applied", said
        change = {"kind": "upgrade", "release": release, "values": {"password": "another-secret"}}
        plan, told = await session.plan(change)
        assert "another-secret" not in told
        assert "correct-horse" not in told
        assert "[redacted]" in told


async def test_a_secret_is_not_shown_under_another_name_either(place: Place) -> None:
    leaky = LOGIN.replace(".Values.password", ".Values.level")
    place.workshop.helm("install", "cart", web(place.workshop, login=leaky))
    async with place.session() as session:
        change = {"kind": "upgrade", "release": place.named("cart")}
        plan, told = await session.plan({**change, "values": {"level": "open-sesame-42"}})
    assert plan
    assert "open-sesame" not in told
    assert "data.level: [redacted] -> [redacted]" in told or "data.level" in told


async def test_what_is_rendered_anew_each_time_is_told_and_does_not_break_the_plan(
    place: Place,
) -> None:
    web(place.workshop, random=RANDOM)
    async with place.session() as session:
        plan, told = await session.plan(
            {"kind": "install", "release": place.named("cart"), "chart": "shelf/web"}
        )
        assert "anew each time" in told
        assert f"Secret/{place.namespace}/cart-random" in told
        assert (await session.apply(plan))[0] == "applied"


async def test_a_plan_does_not_hold_once_somebody_else_has_upgraded(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart)
    async with place.session() as session:
        change = {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "warn"}}
        plan, _ = await session.plan(change)
        place.workshop.helm("upgrade", "cart", chart, "--set", "level=debug")
        state, told = await session.apply(plan)
        assert state == "error"
        assert "has changed since" in told


async def test_an_undo_is_refused_once_somebody_else_has_upgraded(place: Place) -> None:
    chart = web(place.workshop)
    place.workshop.helm("install", "cart", chart)
    async with place.session() as session:
        plan = await session.done(
            {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "warn"}}
        )
        place.workshop.helm("upgrade", "cart", chart, "--set", "level=debug")
        undo, told = await session.plan({"kind": "undo", "plan": plan})
    assert not undo
    assert "somebody changed" in told


async def test_a_crd_that_the_chart_has_newer_is_told_and_upgraded_when_it_is_asked_for(
    place: Place,
) -> None:
    group = f"{place.namespace}.example.com"
    chart = web(place.workshop)
    (chart / "crds").mkdir()
    (chart / "crds" / "pool.yaml").write_text(crd(group, "v1alpha1"))
    place.workshop.helm("install", "cart", chart)
    try:
        (chart / "crds" / "pool.yaml").write_text(crd(group, "v1alpha1", "v1", stored="v1alpha1"))
        release = place.named("cart")
        async with place.session() as session:
            _, told = await session.plan(
                {
                    "kind": "upgrade",
                    "release": release,
                    "chart": "shelf/web",
                    "values": {"level": "x"},
                }
            )
            assert "[crd-skew]" in told
            crds = {"kind": "upgrade_crds", "release": release, "chart": "shelf/web"}
            await session.done(crds)
            served = place.workshop.kubectl("get", "crd", f"pools.{group}", "-o", "json")
            assert [one["name"] for one in json.loads(served)["spec"]["versions"]] == [
                "v1alpha1",
                "v1",
            ]
            (chart / "crds" / "pool.yaml").write_text(crd(group, "v1"))
            told = await refused(session, place, kind="upgrade_crds", chart="shelf/web")
            assert "stored as v1alpha1" in told
    finally:
        place.workshop.kubectl("delete", "crd", f"pools.{group}", "--wait=false")
