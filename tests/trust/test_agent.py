"""No canary leaves the agent's server either, whatever servers it asks, and no word forges ours."""

import json
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
from mcp import Client

from clusterwright.cli.agent import create_server
from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest, items, text
from tests.trust.calls import OF_A_CAUSE, OF_AGENT, place
from tests.trust.canary import Canary, Watch, plain
from tests.trust.object_placements import SECRETS, WORKLOADS

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(500)]
NAMESPACE = "agent-canaries"
_CLUSTER_SCOPED = {"StorageClass", "PersistentVolume"}
PLACEMENTS = [
    one for one in (*SECRETS, *WORKLOADS) if text(one.object, "kind") not in _CLUSTER_SCOPED
]
_MOST_SUBJECTS = 6
_SECONDS = 120.0
WATCH = Watch({one.name: one.canary for one in PLACEMENTS})


@pytest.fixture(scope="module", autouse=True)
def planted(sandbox: Instance) -> Iterator[None]:
    sandbox.kubectl("create", "namespace", NAMESPACE)
    listed: Manifest = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [one.object for one in PLACEMENTS],
    }
    sandbox.kubectl("create", "-n", NAMESPACE, "-f", "-", stdin=json.dumps(listed))
    yield
    sandbox.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture
async def client(sandbox: Instance) -> AsyncIterator[Client]:
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as opened:
        yield opened


async def test_every_tool_has_calls_here(client: Client) -> None:
    listed = {tool.name for tool in (await client.list_tools()).tools}
    assert listed == {*OF_AGENT, *OF_A_CAUSE}


async def test_no_canary_comes_out(client: Client) -> None:
    asked = {
        json.dumps(arguments): arguments
        for one in PLACEMENTS[:_MOST_SUBJECTS]
        for arguments in OF_AGENT["diagnose"](place(one, NAMESPACE))
    }
    causes: set[str] = set()
    await _until_something_is_found(client)
    for arguments in asked.values():
        found = await client.call_tool("diagnose", arguments)
        assert WATCH.leaks(found.model_dump_json(by_alias=True)) == {}
        assert not found.is_error, found.content
        causes |= {str(one["id"]) for one in items(found.structured_content, "causes")}
    assert causes
    for cause in sorted(causes):
        for tool, others in OF_A_CAUSE.items():
            for more in others:
                told = await client.call_tool(tool, {"cause": cause, **more})
                assert WATCH.leaks(told.model_dump_json(by_alias=True)) == {}


async def _until_something_is_found(client: Client) -> None:
    """Wait until what was planted ails: a Pod that is new may yet come up."""
    with anyio.fail_after(_SECONDS):
        found: list[Manifest] = []
        while not found:
            await anyio.sleep(1)
            told = await client.call_tool("diagnose", {"namespace": NAMESPACE})
            found = items(told.structured_content, "causes")


@pytest.mark.parametrize("name", ["findings", "report"])
async def test_no_resource_has_one(client: Client, name: str) -> None:
    read = await client.read_resource(f"clusterwright://{name}?namespace={NAMESPACE}")
    assert WATCH.leaks(read.model_dump_json(by_alias=True)) == {}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("diagnose", {"subject": "CANARY"}),
        ("diagnose", {"namespace": "CANARY"}),
        ("diagnose", {"cursor": "CANARY"}),
        ("explain", {"cause": "x/CANARY"}),
        ("explain", {"cause": "CANARY"}),
        ("plan_fix", {"cause": "CANARY"}),
    ],
)
async def test_an_error_does_not_repeat_a_secret_it_was_asked_with(
    client: Client, tool: str, arguments: Manifest
) -> None:
    canary = plain()
    spelled = f"--password={canary.text}"
    asked = json.loads(json.dumps(arguments).replace("CANARY", spelled))
    told = (await client.call_tool(tool, asked)).model_dump_json(by_alias=True)
    assert '"isError":true' in told
    assert Watch({"argument": Canary(spelled, canary.secret)}).leaks(told) == {}
