"""Nobody but a person, or a policy that they wrote, makes a plan act: judged by the API server."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from mcp import MCPError

from clusterwright.tools.trust.approval import Approval, sign
from clusterwright.tools.trust.approver_key import create, load, public_pem
from clusterwright.tools.trust.risk import Access, Risk
from tests.trust.changes.workplace import (
    Mode,
    Person,
    Workplace,
    agrees,
    cancels,
    config_map,
    never_answers,
    refuses,
    set_,
    unticks,
)

pytestmark = pytest.mark.anyio
BOTH = pytest.mark.parametrize("mode", ["auto", "legacy"])
PASSPHRASE = b"correct horse"


def approver(place: Workplace, *, trusted: bool = True) -> Path:
    path = place.state / "approver.pem"
    public = create(path, PASSPHRASE)
    folder = place.state / "approvers"
    folder.mkdir(mode=0o700)
    if trusted:
        (folder / "ann.pub").write_bytes(public_pem(public))
        (folder / "ann.pub").chmod(0o600)
    return path


def signed(place: Workplace, key: Path, plan: str, **different: str) -> Approval:
    kept = place.authority.store.get(plan).plan
    facts = {"plan": plan, "digest": kept.digest, "cluster": kept.identity, **different}
    return sign(
        load(key, PASSPHRASE),
        plan=facts["plan"],
        digest=facts["digest"],
        cluster=facts["cluster"],
        approver="ann",
        lifetime=timedelta(minutes=5),
        now=datetime.now(UTC),
    )


@BOTH
async def test_a_person_who_agrees_sees_cluster_object_diff_and_risk(
    place: Workplace, mode: Mode
) -> None:
    place.create(config_map("settings", level="info"))
    async with place.client(agrees, mode=mode) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        state, said = await client.apply(plan)
    assert state == "applied", said
    (question,) = place.asked
    context = place.sandbox.context
    for words in (context, "Risk low", "ConfigMap", "settings", "data.level: info -> debug", plan):
        assert words in question
    assert place.get("configmap", "settings")["data"] == {"level": "debug"}
    assert [(one.verb, one.resource) for one in place.writes()] == [("patch", "configmaps")]
    assert plan in place.writes()[0].agent


@BOTH
@pytest.mark.parametrize("person", [refuses, unticks, cancels])
async def test_any_other_answer_than_yes_writes_nothing(
    place: Workplace, mode: Mode, person: Person
) -> None:
    place.create(config_map("settings", level="info"))
    async with place.client(person, mode=mode) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        state, said = await client.apply(plan)
    assert (state, place.writes()) == ("error", [])
    assert "did not agree" in said


@BOTH
async def test_a_client_that_cannot_ask_is_told_who_can(place: Workplace, mode: Mode) -> None:
    place.create(config_map("settings", level="info"))
    async with place.client(None, mode=mode) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        state, said = await client.apply(plan)
    assert (state, place.writes()) == ("error", [])
    assert f"clusterwright approve {plan}" in said


@BOTH
async def test_a_question_that_nobody_answers_writes_nothing(place: Workplace, mode: Mode) -> None:
    place.create(config_map("settings", level="info"))
    async with place.client(never_answers, mode=mode) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        with anyio.move_on_after(2) as scope:
            await client.apply(plan)
        assert scope.cancelled_caught
        assert place.writes() == []
    async with place.client(agrees, mode=mode) as client:  # the plan is as good as before
        assert (await client.apply(plan))[0] == "applied"


async def test_a_signed_approval_stands_for_a_person(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    key = approver(place)
    async with place.client(None) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        place.authority.store.approve(signed(place, key, plan))
        assert (await client.apply(plan))[0] == "applied"
        state, said = await client.apply(plan)  # the approval is used up with its plan
    assert state == "error"
    assert "at most once" in said
    assert len(place.writes()) == 1


async def test_an_approval_that_is_forged_or_for_something_else_writes_nothing(
    place: Workplace,
) -> None:
    place.create(config_map("settings", level="info"))
    key = approver(place)
    async with place.client(None) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        other, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="trace"))
        good = signed(place, key, plan)
        store = place.authority.store
        for wrong in (
            good.model_copy(update={"signature": "AAAA"}),
            good.model_copy(update={"not_after": good.not_after + timedelta(hours=1)}),
            signed(place, key, other).model_copy(update={"plan": plan}),
            signed(place, key, plan, digest=store.get(other).plan.digest),
            signed(place, key, plan, cluster="another"),
        ):
            store.approve(wrong)
            state, said = await client.apply(plan)
            assert state == "error"
            assert "approv" in said
    assert place.writes() == []


async def test_an_expired_approval_and_an_unknown_key_write_nothing(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    key = approver(place, trusted=False)
    async with place.client(None) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        kept = place.authority.store.get(plan).plan
        place.authority.store.approve(signed(place, key, plan))
        state, said = await client.apply(plan)
        assert state == "error"
        assert "not trusted" in said
        public = load(key, PASSPHRASE).public_key()
        pub = place.state / "approvers" / "ann.pub"
        pub.write_bytes(public_pem(public))
        pub.chmod(0o600)
        old = sign(
            load(key, PASSPHRASE),
            plan=plan,
            digest=kept.digest,
            cluster=kept.identity,
            approver="ann",
            lifetime=timedelta(minutes=1),
            now=datetime.now(UTC) - timedelta(minutes=10),
        )
        with sqlite3.connect(place.state / "plans.sqlite") as database:
            database.execute("delete from approvals")
        place.authority.store.approve(old)
        state, said = await client.apply(plan)
        assert state == "error"
        assert "expired" in said
    assert place.writes() == []


async def test_a_policy_covers_a_whole_plan_or_nothing_of_it(place: Workplace) -> None:
    place.create(config_map("settings", level="info"))
    place.unattended(changes=("scale",))
    async with place.client(None) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        assert (await client.apply(plan))[0] == "error"
    place.unattended(namespaces=("elsewhere",))
    async with place.client(None) as client:
        assert (await client.apply(plan))[0] == "error"
    place.unattended(clusters=("prod-*",))
    async with place.client(None) as client:
        assert (await client.apply(plan))[0] == "error"
    assert place.writes() == []
    place.unattended(changes=("patch",), risk=Risk.LOW)
    async with place.client(None) as client:
        assert (await client.apply(plan))[0] == "applied"
    assert len(place.writes()) == 1


@pytest.mark.parametrize("access", [Access.READ, Access.PLAN])
async def test_a_server_that_may_not_write_applies_nothing_whoever_agrees(
    place: Workplace, access: Access
) -> None:
    place.create(config_map("settings", level="info"))
    change = set_(place.ref("ConfigMap", "settings"), data__level="debug")
    async with place.client(agrees) as client:
        plan, _ = await client.plan(change)
    place.access = access
    place.unattended()
    async with place.client(agrees) as client:
        state, _ = await client.apply(plan)
        assert state == "error"
    # What is listed is a courtesy. A policy for one cluster must hold in the call itself.
    place.access = Access.WRITE
    place.policy = place.policy.model_copy(update={"access": {"sandbox-*": access}})
    async with place.client(agrees) as client:
        state, said = await client.apply(plan)
    assert state == "error"
    assert f"{access} mode" in said
    assert place.writes() == []


async def test_a_protected_namespace_is_left_alone(place: Workplace) -> None:
    place.unattended()
    async with place.client(agrees) as client:
        ref = "ConfigMap/kube-system/kube-root-ca.crt"
        plan, said = await client.plan(set_(ref, data__x="y"))
    assert plan == ""
    assert "protected" in said


@BOTH
async def test_the_right_to_elicit_cannot_be_feigned_by_arguments(
    place: Workplace, mode: Mode
) -> None:
    place.create(config_map("settings", level="info"))
    async with place.client(None, mode=mode) as client:
        plan, _ = await client.plan(set_(place.ref("ConfigMap", "settings"), data__level="debug"))
        for extra in ({"answer": {"approve": True}}, {"approve": True}, {"caller": "root"}):
            try:
                text, found = await client.call("k8s_apply_change", {"plan_id": plan, **extra})
            except MCPError:
                continue
            assert found is None, text
    assert place.writes() == []
