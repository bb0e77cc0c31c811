"""No canary leaves a real API server through any tool, however it is asked."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import anyio
import pytest
from mcp import Client

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.manifest import Json, Manifest, mapping, text
from tests.trust.calls import CALLS, Place, place
from tests.trust.canary import Canary, Watch, plain
from tests.trust.custom_placements import CUSTOM, definitions
from tests.trust.file_placements import FILES
from tests.trust.log_placements import EVENTS
from tests.trust.object_placements import SECRETS, WORKLOADS
from tests.trust.placement import Placement

pytestmark = pytest.mark.anyio
NAMESPACE = "canaries"
PLACEMENTS = (*FILES, *SECRETS, *WORKLOADS, *CUSTOM)
_CLUSTER_SCOPED = {"StorageClass", "PersistentVolume"}
_AT_ONCE = 4
"""Calls: the API server works beside the tools that ask it."""
WATCH = Watch({one.name: one.canary for one in (*PLACEMENTS, *EVENTS)})


def _event(number: int, message: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"told-{number}", "namespace": NAMESPACE},
        "involvedObject": {"kind": "Pod", "name": "init-container", "namespace": NAMESPACE},
        "type": "Warning",
        "reason": f"Failed{number}",
        "message": message[:1024],
        "lastTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _create(sandbox: Instance, objects: list[Manifest]) -> None:
    listed: Manifest = {"apiVersion": "v1", "kind": "List", "items": objects}
    sandbox.kubectl("create", "-n", NAMESPACE, "-f", "-", stdin=json.dumps(listed))


@pytest.fixture(scope="module", autouse=True)
def planted(sandbox: Instance) -> Iterator[None]:
    sandbox.kubectl("create", "namespace", NAMESPACE)
    _create(sandbox, definitions())
    names = [f"crd/{text(one, 'metadata', 'name')}" for one in definitions()]
    sandbox.kubectl("wait", "--for=condition=Established", "--timeout=60s", *names)
    events = [_event(number, one.text) for number, one in enumerate(EVENTS)]
    _create(sandbox, [*(one.object for one in PLACEMENTS), *events])
    yield
    sandbox.kubectl("delete", "namespace", NAMESPACE)
    for name in ("storageclass/storage-class", "persistentvolume/volume", *names):
        sandbox.kubectl("delete", name, "--timeout=60s")  # says which of them does not go


@pytest.fixture
async def client(sandbox: Instance) -> AsyncIterator[Client]:
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as opened:
        yield opened


def _place(one: Placement) -> Place:
    scoped = text(one.object, "kind") in _CLUSTER_SCOPED
    return place(one, None if scoped else NAMESPACE)


async def _said(client: Client, tool: str, arguments: Manifest) -> str:
    result = await client.call_tool(tool, arguments)
    return result.model_dump_json(by_alias=True)


async def test_every_tool_has_calls_here(client: Client) -> None:
    assert {tool.name for tool in (await client.list_tools()).tools} == set(CALLS)


@pytest.mark.parametrize("tool", CALLS)
async def test_no_canary_comes_out(client: Client, tool: str) -> None:
    places = anyio.CapacityLimiter(_AT_ONCE)
    asked = {
        json.dumps(arguments): arguments
        for one in PLACEMENTS
        for arguments in CALLS[tool](_place(one))
    }
    found: dict[str, str] = {}
    failed: list[str] = []
    # Not each pod has a log, and not each field may be changed.
    may_fail = tool in {"k8s_logs", "k8s_plan_change"}

    async def ask(arguments: Manifest) -> None:
        async with places:
            said = await _said(client, tool, arguments)
        found.update(WATCH.leaks(said))
        if not may_fail and '"isError":true' in said:
            failed.append(said[:300])

    async with anyio.create_task_group() as tasks:
        for arguments in asked.values():
            tasks.start_soon(ask, arguments)
    assert failed == []
    assert found == {}


@pytest.mark.parametrize("tool", ["k8s_list", "k8s_find_problems"])
async def test_no_page_has_one_either(client: Client, tool: str) -> None:
    arguments: dict[str, Json] = {"namespace": NAMESPACE, "limit": 2}
    if tool == "k8s_list":
        arguments["kind"] = "Event"
    deadline = time.monotonic() + 120
    while True:
        result = await client.call_tool(tool, arguments)
        assert WATCH.leaks(result.model_dump_json()) == {}
        cursor = text(result.structured_content, "next_cursor")
        if not cursor:
            break
        arguments["cursor"] = cursor
        assert time.monotonic() < deadline


async def test_a_filter_tells_nothing_of_what_it_is_compared_with(client: Client) -> None:
    for one in PLACEMENTS:
        where = _place(one)
        for secret in (one.canary.text, one.canary.secret):
            if "'" in secret or "\n" in secret:
                continue
            path = f"$..[?@ == '{secret}']"
            asked: Manifest = {"kind": where.kind, "name": where.name, "fields": [path]}
            result = await client.call_tool("k8s_get", {**asked, "namespace": where.namespace})
            fields = mapping(result.structured_content, "fields")
            assert list(fields.values()) == [[]], one.name


async def test_a_field_selector_tells_nothing_either(client: Client) -> None:
    asked: Manifest = {"kind": "Widget", "fields": "metadata.name=a,spec.db.password!=whatever"}
    assert "[refused]" in await _said(client, "k8s_list", asked)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("k8s_get", {"kind": "Pod", "name": "CANARY", "namespace": "default"}),
        ("k8s_get", {"kind": "CANARY", "name": "x"}),
        ("k8s_get", {"kind": "Pod", "name": "x", "namespace": "default", "path": "$.[?CANARY"}),
        ("k8s_list", {"kind": "Pod", "labels": "a=b=CANARY"}),
        ("k8s_list", {"kind": "Pod", "fields": "spec.x=CANARY"}),
        ("k8s_list", {"kind": "Pod", "cursor": "CANARY"}),
        ("k8s_list", {"kind": "Pod", "limit": "CANARY"}),
        ("k8s_logs", {"pod": "CANARY", "namespace": "default"}),
        ("k8s_logs", {"pod": "x", "namespace": "default", "since": "CANARY"}),
        ("k8s_events", {"name": "CANARY"}),
        ("k8s_find_problems", {"cluster": "CANARY"}),
        ("k8s_find_problems", {"CANARY": "x"}),
        ("CANARY", {}),
    ],
)
async def test_an_error_does_not_repeat_a_secret_it_was_asked_with(
    client: Client, tool: str, arguments: Manifest
) -> None:
    canary = plain()
    spelled = f"--password={canary.text}"
    asked = json.loads(json.dumps(arguments).replace("CANARY", spelled))
    said = await _said(client, tool.replace("CANARY", spelled), asked)
    assert '"isError":true' in said
    assert Watch({"argument": Canary(spelled, canary.secret)}).leaks(said) == {}
