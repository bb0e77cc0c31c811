"""A plan acts at most once, on just what it was made for: judged by the API server's audit log."""

import shutil
import sqlite3

import anyio
import pytest

from tests.trust.changes.workplace import Workplace, config_map, deployment, set_

pytestmark = pytest.mark.anyio


async def test_five_applies_of_one_plan_write_once(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended()
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        states = [(await client.apply(plan))[0] for _ in range(5)]
    assert states == ["applied", "error", "error", "error", "error"]
    assert len(place.writes()) == 1


async def test_of_two_applies_at_once_exactly_one_wins(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended()
    states: list[str] = []

    async def apply(plan: str) -> None:
        async with place.client() as client:  # a server of its own, on the same store
            states.append((await client.apply(plan))[0])

    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(apply, plan)
    assert sorted(states) == ["applied", "error", "error", "error"]
    assert len(place.writes()) == 1


async def test_after_an_undo_the_old_plan_stays_spent(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended()
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        assert (await client.apply(plan))[0] == "applied"
        back, said = await client.plan({"kind": "undo", "plan": plan})
        assert "level: debug -> info" in said
        assert (await client.apply(back))[0] == "applied"
        assert place.get("configmap", "settings")["data"] == {"level": "info"}
        state, said = await client.apply(plan)
        assert state == "error"
        assert "at most once" in said
        again, said = await client.plan({"kind": "undo", "plan": plan})
        assert (again, "nothing of plan" in said) == ("", True)
    assert len(place.writes()) == 2


async def test_a_job_is_rerun_once_also_after_the_new_run_was_undone(place: Workplace) -> None:
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "import"},
        "spec": {
            "suspend": True,
            "template": {
                "spec": {
                    "restartPolicy": "Never",
                    "containers": [{"name": "app", "image": "registry.invalid/app:1"}],
                }
            },
        },
    }
    place.create(job)
    place.policy = place.policy.model_copy(update={"proof_seconds": 1.0, "undo_on_failure": False})
    place.unattended()
    async with place.client() as client:
        plan, said = await client.plan({"kind": "rerun", "object": place.ref("Job", "import")})
        state, said = await client.apply(plan)
        assert state == "unproven", said  # it is suspended, and never completes
        back, said = await client.plan({"kind": "undo", "plan": plan})
        assert (await client.apply(back))[0] == "applied", said
        assert [(await client.apply(plan))[0] for _ in range(2)] == ["error", "error"]
    taken = [(one.verb, one.resource) for one in place.writes()]
    assert taken == [("create", "jobs"), ("delete", "jobs")]


async def test_a_plan_store_that_was_put_back_does_not_replay(place: Workplace) -> None:
    """The audit remembers what the store has forgotten."""
    place.create(config_map("settings", level="info"))
    place.unattended()
    database = place.state / "plans.sqlite"
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        shutil.copy(database, place.state / "copy")
        assert (await client.apply(plan))[0] == "applied"
    place.kubectl("patch", "configmap", "settings", "-p", '{"data":{"level":"info"}}')
    shutil.copy(place.state / "copy", database)
    async with place.client() as client:
        state, said = await client.apply(plan)
    assert state == "error", said
    assert len(place.writes()) == 1


@pytest.mark.parametrize(
    "edit",
    [
        "update plans set body = replace(body, 'debug', 'trace')",
        "update plans set body = replace(body, 'settings', 'others')",
        "update plans set state = 'planned'",
    ],
)
async def test_an_edited_plan_store_is_refused(place: Workplace, edit: str) -> None:
    place.create(config_map("settings", level="info"), config_map("others", level="info"))
    place.unattended()
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        expected = 0
        if "state" in edit:
            assert (await client.apply(plan))[0] == "applied"
            expected = 1
        with sqlite3.connect(place.state / "plans.sqlite") as database:
            database.execute(edit)
        state, said = await client.apply(plan)
    assert state == "error"
    assert "changed by somebody else" in said
    assert len(place.writes()) == expected


async def test_a_swapped_change_is_refused(place: Workplace) -> None:
    """A whole row of another plan, with its own good seal, under this plan's name."""
    place.create(config_map("settings", level="info"))
    place.unattended()
    async with place.client() as client:
        harmless, _ = await client.plan(
            set_(place.ref("ConfigMap", "settings"), data__level="debug")
        )
        bad, _ = await client.plan({"kind": "delete", "object": place.ref("ConfigMap", "settings")})
        with sqlite3.connect(place.state / "plans.sqlite") as database:
            row = database.execute("select body, seal from plans where id = ?", (bad,)).fetchone()
            database.execute("update plans set body = ?, seal = ? where id = ?", (*row, harmless))
        state, said = await client.apply(harmless)
    assert (state, place.writes()) == ("error", [])
    assert "changed by somebody else" in said


async def test_what_changed_between_plan_and_apply_is_not_overwritten(place: Workplace) -> None:
    place.create(config_map("settings", level="info"), deployment("web"))
    place.unattended()
    ref = place.ref("ConfigMap", "settings")
    async with place.client() as client:
        for change, meanwhile in (
            (set_(ref, data__level="debug"), '{"data":{"level":"warn"}}'),
            ({"kind": "delete", "object": ref}, '{"data":{"more":"1"}}'),
        ):
            plan, _ = await client.plan(change)
            place.kubectl("patch", "configmap", "settings", "-p", meanwhile)
            state, said = await client.apply(plan)
            assert state == "error"
            assert "has changed since" in said
        plan, _ = await client.plan(set_(ref, data__level="debug"))
        place.kubectl("patch", "configmap", "settings", "-p", '{"data":{"unrelated":"1"}}')
        assert (await client.apply(plan))[0] == "applied"  # nothing that the plan rests on
    assert [one.verb for one in place.writes()] == ["patch"]
    assert place.get("configmap", "settings")["data"]["unrelated"] == "1"


async def test_another_object_under_the_same_name_is_not_meant(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended()
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        place.kubectl("delete", "configmap", "settings")
        place.create(config_map("settings", level="info"))
        state, _ = await client.apply(plan)
    assert (state, place.writes()) == ("error", [])


async def test_undo_refuses_once_somebody_else_has_written(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended()
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        assert (await client.apply(plan))[0] == "applied"
        place.kubectl("patch", "configmap", "settings", "-p", '{"data":{"level":"warn"}}')
        back, said = await client.plan({"kind": "undo", "plan": plan})
    assert back == ""
    assert "since" in said
    assert len(place.writes()) == 1


async def test_the_audit_tells_the_whole_story_and_is_intact(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended()
    async with place.client() as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        await client.apply(plan)
    audit = place.authority.audit
    told = [(one["event"], one["plan"]) for one in audit.read()]
    assert told == [("planned", plan), ("applying", plan), ("ended", plan)]
    assert audit.verify().broken == ()
    assert plan in place.writes()[0].agent
