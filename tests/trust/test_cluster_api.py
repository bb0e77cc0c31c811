"""No canary leaves the Cluster API server, whatever object of a real moment holds it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from mcp import Client
from mcp_types import TextResourceContents

from clusterwright.servers.cluster_api import create_server
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.moment import snapshot_of
from tests.tools.cluster_api.replay_api import kubeconfig_secret, replaying
from tests.tools.kubernetes.analyzers.cluster import make
from tests.trust.calls import OF_CLUSTER_API, Place
from tests.trust.canary import Canary, Watch, word

pytestmark = pytest.mark.anyio
MOMENTS = ("cloudy-create-1", "train-scale-1", "memory-upgrade-1")
CANARIES: dict[str, Canary] = {}


def planted(value: Json, name: str = "") -> Json:
    """Return an object in which every text that people or providers write holds a secret."""
    if isinstance(value, dict):
        return {key: planted(one, key) for key, one in cast("Manifest", value).items()}
    if isinstance(value, list):
        return [planted(one, name) for one in cast("list[Json]", value)]
    if isinstance(value, str) and name == "message":
        return f"{value} password={_canary(value)} token: {_canary('token ' + value)}"
    return value


def _canary(of: str) -> str:
    return CANARIES.setdefault(of, word()).text


def objects_of(moment: str) -> list[Manifest]:
    read = snapshot_of(moment)
    return [planted(one) for found in read.objects.values() for one in found]


def extra() -> list[Manifest]:
    """A class and a webhook whose names and values hold a secret where that is legal."""
    said = f"password={_canary('class')}"
    variables = [{"name": "a", "schema": {"openAPIV3Schema": {"default": said}}}]
    hook = {"name": f"a.test {said}", "clientConfig": {"service": {"name": "a", "namespace": "a"}}}
    return [
        make(
            "ClusterClass",
            "train",
            api="cluster.x-k8s.io/v1beta2",
            namespace="default",
            spec={"variables": variables},
        ),
        make(
            "ValidatingWebhookConfiguration",
            "a",
            api="admissionregistration.k8s.io/v1",
            namespace="",
            webhooks=[hook],
        ),
    ]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    inner_objects = [*objects_of("train-workload"), *extra()[1:]]
    with replaying(tmp_path, inner_objects) as (inner, _):
        secret = kubeconfig_secret("train", inner)
        objects = [*(one for moment in MOMENTS for one in objects_of(moment)), *extra()[:1], secret]
        with replaying(tmp_path, objects) as (outer, _):
            async with Client(create_server(kubeconfig=outer)) as opened:
                yield opened


PLANS = "capi_plan_change"
"""Needs an API server that takes dry runs, which the replayed one does not."""


async def test_every_tool_has_calls_here(client: Client) -> None:
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert names == {*OF_CLUSTER_API, PLANS}


@pytest.mark.parametrize("tool", OF_CLUSTER_API)
async def test_no_canary_comes_out(client: Client, tool: str) -> None:
    told: list[str] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        told.append(message or "")

    for name in ("train", "memory", "cloudy"):
        for arguments in OF_CLUSTER_API[tool](Place("Cluster", name, "default", (), "")):
            answer = await client.call_tool(tool, arguments, progress_callback=tell)
            said = answer.model_dump_json(by_alias=True)
            known = tool != "capi_describe_class" or name == "train"
            assert not known or '"isError":true' not in said, said[:300]
            assert Watch(CANARIES).leaks(said) == {}
    assert Watch(CANARIES).leaks(json.dumps(told)) == {}
    assert tool != "capi_progress" or told


async def test_no_canary_comes_out_of_a_resource(client: Client) -> None:
    for name in ("train", "memory", "cloudy"):
        read = await client.read_resource(f"capi://default/{name}/progress")
        (content,) = read.contents
        assert isinstance(content, TextResourceContents)
        assert "phases" in content.text
        assert Watch(CANARIES).leaks(content.text) == {}
