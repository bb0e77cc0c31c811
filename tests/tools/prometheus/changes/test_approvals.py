"""Nobody but a person makes a silence, once, as they saw it: judged by Alertmanager itself."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from clusterwright.servers.prometheus import create_server
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.approval import sign
from clusterwright.tools.trust.approver_key import create, load, public_pem
from tests.changes_by_tools import Session
from tests.tools.prometheus.changes.place import Place
from tests.trust.changes.workplace import agrees, cancels, refuses, unticks

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
Person = Callable[[str], Awaitable[ElicitResult]]
LOOPING = {"alertname": "KubePodCrashLooping", "namespace": "shop", "severity": "warning"}
OTHER = {"alertname": "NodeDown", "node": "n1", "severity": "critical"}
QUIET: Manifest = {
    "kind": "silence",
    "matchers": ['alertname="KubePodCrashLooping"', "namespace=shop"],
    "duration": "2h",
    "reason": "the cart is being moved, ticket 12",
}


@asynccontextmanager
async def asked_by(
    place: Place, person: Person | None, asked: list[str]
) -> AsyncGenerator[Session]:
    """Connect to the server as it is sold, as a client whose person answers so."""

    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        asked.append(params.message)
        assert person is not None
        return await person(params.message)

    server = create_server(kubeconfig=place.sandbox.kubeconfig, authority=place.authority)
    async with Client(server, elicitation_callback=ask if person else None) as client:
        yield Session(client, "prom")


@pytest.fixture
def attended(place: Place) -> Place:
    """A place where nothing is applied unattended, and two things fire."""
    place.policy = {**place.policy, "unattended": []}
    place.alertmanager.fire({**LOOPING, "pod": "cart-1"}, OTHER)
    return place


async def test_a_person_sees_what_is_muted_for_how_long_and_why_and_is_asked_once(
    attended: Place,
) -> None:
    asked: list[str] = []
    async with asked_by(attended, agrees, asked) as session:
        plan, _ = await session.plan(QUIET)
        assert (await session.apply(plan))[0] == "applied"
        assert attended.alertmanager.loud() == ["NodeDown"]
        state, said = await session.apply(plan)
    assert (state, "at most once" in said) == ("error", True)
    (question,) = asked
    for words in (
        'silence {alertname="KubePodCrashLooping", namespace="shop"} for 2h',
        "the cart is being moved, ticket 12",
        "1 of 2 alerts: KubePodCrashLooping x1 (warning)",
        "Risk low",
        attended.sandbox.context,
    ):
        assert words in question
    assert len(attended.alertmanager.active()) == 1


@pytest.mark.parametrize("person", [refuses, unticks, cancels, None])
async def test_any_other_answer_mutes_nothing(attended: Place, person: Person | None) -> None:
    async with asked_by(attended, person, []) as session:
        plan, _ = await session.plan(QUIET)
        state, said = await session.apply(plan)
    assert state == "error"
    assert "did not agree" in said or f"clusterwright approve {plan}" in said
    assert not attended.alertmanager.active()


async def test_a_signature_holds_for_its_plan_alone_and_for_one_apply(attended: Place) -> None:
    key, phrase = attended.state / "approver.pem", b"correct horse"
    public = create(key, phrase)
    folder = attended.state.parent / "config" / "approvers"
    folder.mkdir(mode=0o700)
    (folder / "ann.pub").write_bytes(public_pem(public))
    (folder / "ann.pub").chmod(0o600)

    def signed(plan: str, digest_of: str = "") -> None:
        store = attended.authority.store
        made = sign(
            load(key, phrase),
            plan=plan,
            digest=store.get(digest_of or plan).plan.digest,
            cluster=store.get(plan).plan.identity,
            approver="ann",
            lifetime=timedelta(minutes=5),
            now=datetime.now(UTC),
        )
        store.approve(made)

    async with asked_by(attended, None, []) as session:
        narrow, _ = await session.plan(QUIET)
        wide, _ = await session.plan({**QUIET, "matchers": ["namespace=shop"]})
        signed(narrow)
        signed(wide, digest_of=narrow)  # the word given for one, handed in with another
        state, said = await session.apply(wide)
        assert (state, "approv" in said) == ("error", True)
        assert (await session.apply(narrow))[0] == "applied"
        again, _ = await session.plan({**QUIET, "duration": "3h"})
        assert (await session.apply(again))[0] == "error"
        assert (await session.apply(narrow))[0] == "error"
    assert len(attended.alertmanager.active()) == 1


async def test_a_plan_that_expired_mutes_nothing(attended: Place) -> None:
    async with asked_by(attended, agrees, []) as session:
        plan, _ = await session.plan(QUIET)
        kept = attended.authority.store.get(plan).plan
        past = {"id": "p-late00000001", "expires": datetime.now(UTC) - timedelta(seconds=1)}
        attended.authority.store.add(kept.model_copy(update=past))
        state, said = await session.apply("p-late00000001")
    assert (state, "expired at" in said) == ("error", True)
    assert not attended.alertmanager.active()
