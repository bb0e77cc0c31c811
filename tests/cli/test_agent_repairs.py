"""The agent's server on a real cluster: diagnose, plan, approve, apply, gone; and no other way."""

import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.server import MCPServer
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from clusterwright.cli.agent import create_server
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.audit_log import AuditedWrite
from clusterwright.tools.manifest import Manifest
from tests.trust.changes.workplace import (
    Mode,
    Person,
    Workplace,
    agrees,
    cancels,
    deployment,
    refuses,
    unticks,
)

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(500)]
BOTH = pytest.mark.parametrize("mode", ["auto", "legacy"])
CODE = "service/selector-mismatch"
_NUMBERS = count()
_SECONDS = 90.0


@pytest.fixture
def place(sandbox: Instance, tmp_path: Path) -> Iterator[Workplace]:
    """A namespace with a Service that selects nothing, for a reason that can be repaired."""
    name = f"agent-{os.getpid()}-{next(_NUMBERS)}"
    sandbox.kubectl("create", "namespace", name)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    made = Workplace(sandbox, name, state)
    made.create(deployment("cart"), _service("cart", app="trolley"))
    sandbox.kubectl("rollout", "status", "deployment/cart", "-n", name, "--timeout=60s")
    made.begin = sandbox.audit_log.stat().st_size
    yield made
    sandbox.kubectl("delete", "namespace", name, "--wait=false")


def _service(name: str, **selector: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": selector, "ports": [{"port": 80}]},
    }


@asynccontextmanager
async def served(
    place: Workplace,
    person: Person | None,
    mode: Mode = "auto",
    server: MCPServer | None = None,
) -> AsyncGenerator[Client]:
    """Connect to the agent's server as a client whose person answers so; None: none is asked."""

    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        place.asked.append(params.message)
        assert person is not None
        return await person(params.message)

    config = place.sandbox.kubeconfig
    server = server or create_server(kubeconfig=config, authority=place.authority)
    async with Client(server, elicitation_callback=ask if person else None, mode=mode) as client:
        yield client


def told(result: CallToolResult) -> dict[str, Any]:
    """Return the structured content of a call that did not fail."""
    assert not result.is_error, said(result)
    return dict(result.structured_content or {})


def said(result: CallToolResult) -> str:
    """Return the text of a call."""
    return "\n".join(one.text for one in result.content if isinstance(one, TextContent))


def written(place: Workplace) -> list[AuditedWrite]:
    """Return what was written in the place: others may be at work in the cluster."""
    return [one for one in place.writes() if one.namespace == place.namespace]


def selector(place: Workplace) -> Manifest:
    """Return what the Service selects."""
    return dict(place.get("service", "cart")["spec"]["selector"])


async def cause_of(client: Client, place: Workplace) -> str:
    """Return the id of the one root cause, once it has developed."""
    with anyio.fail_after(_SECONDS):
        while True:
            asked = {"namespace": place.namespace}
            found = told(await client.call_tool("diagnose", asked))
            ids = [one["id"] for one in found["causes"] if one["code"] == CODE]
            if ids:
                return str(ids[0])
            await anyio.sleep(1)


async def planned(client: Client, place: Workplace) -> str:
    """Return a plan that repairs it."""
    cause = await cause_of(client, place)
    plan = told(await client.call_tool("plan_fix", {"cause": cause}))
    assert plan["result"] == "planned", plan
    return str(plan["plan_id"])


@BOTH
async def test_a_person_agrees_to_what_the_owning_server_asks_and_the_cause_is_gone(
    place: Workplace, mode: Mode
) -> None:
    heard: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        heard.append(message or "")

    async with served(place, agrees, mode) as client:
        plan = await planned(client, place)
        asked = {"plan_id": plan}
        fixed = told(await client.call_tool("apply_fix", asked, progress_callback=hear))
        again = await client.call_tool("apply_fix", asked)
        after = told(await client.call_tool("diagnose", {"namespace": place.namespace}))
    assert (fixed["result"], fixed["code"], fixed.get("problems")) == ("fixed", CODE, [])
    assert [one["code"] for one in after["causes"] if one["code"] == CODE] == []
    (question,) = place.asked
    assert "spec.selector['app']: trolley -> cart" in question.replace(
        "spec.selector.app", "spec.selector['app']"
    )
    assert plan in question
    assert selector(place) == {"app": "cart"}
    assert [(one.verb, one.resource) for one in written(place)] == [("patch", "services")]
    assert any(one.startswith(f"applying {plan}") for one in heard)
    assert again.is_error
    assert "at most once" in said(again)


@BOTH
async def test_whatever_is_not_a_yes_writes_nothing(place: Workplace, mode: Mode) -> None:
    server = create_server(kubeconfig=place.sandbox.kubeconfig, authority=place.authority)
    async with served(place, None, mode, server) as client:
        plan = await planned(client, place)
        refused = [await client.call_tool("apply_fix", {"plan_id": plan})]
    for person in (refuses, unticks, cancels):
        async with served(place, person, mode, server) as client:
            refused.append(await client.call_tool("apply_fix", {"plan_id": plan}))
    assert f"clusterwright approve {plan}" in said(refused[0])
    assert all("did not agree" in said(one) for one in refused[1:])
    assert [one.is_error for one in refused] == [True] * 4
    assert (len(place.asked), written(place), selector(place)) == (3, [], {"app": "trolley"})


async def test_what_has_changed_since_the_plan_is_left_alone(place: Workplace) -> None:
    async with served(place, agrees) as client:
        plan = await planned(client, place)
        place.kubectl("set", "selector", "service/cart", "app=basket")
        refused = told(await client.call_tool("apply_fix", {"plan_id": plan}))
        place.kubectl("set", "selector", "service/cart", "app=cart")
        gone = await client.call_tool("apply_fix", {"plan_id": plan})
    assert refused["result"] == "refused"
    assert "has changed since" in str(refused["problems"])
    assert "no root cause any more" in said(gone)
    assert written(place) == []
