"""Real Clusters, followed over MCP while they are made, upgraded and deleted, and checked."""

import base64
import json
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp_types import (
    CallToolResult,
    EmptyResult,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
)

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.cluster_api import create_server
from clusterwright.tools.cluster_api.check_upgrade import UpgradeCheck, capi_check_upgrade
from clusterwright.tools.cluster_api.phases.phase import State
from clusterwright.tools.cluster_api.progress import Progress
from clusterwright.tools.cluster_api.upgrade_checks.check import Status
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
from tests.management_cluster import management_cluster
from tests.tools.cluster_api.test_real import made

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]
SECONDS = 400.0
LEGACY, MODERN = "2025-11-25", "2026-07-28"
HELD = made("held", "sandbox-gpu", "v1.35.2", {"accelerator": "Tesla-T4"}, "gpu-worker")


@pytest.fixture(scope="module")
def management() -> Iterator[Instance]:
    """A management cluster with one Cluster that is Available."""
    with management_cluster("life") as instance:
        apply(instance, HELD)
        instance.kubectl("wait", "cluster/held", "--for=condition=Available", "--timeout=110s")
        yield instance


def apply(instance: Instance, *objects: Manifest) -> None:
    content = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    instance.kubectl("apply", "-f", "-", stdin=json.dumps(content))


@dataclass
class Heard:
    """What a client was told: progress in order, and changes of a resource."""

    client: Client
    uri: str
    told: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    changes: int = 0

    async def tell(self, progress: float, total: float | None, message: str | None) -> None:
        """Take a progress notification."""
        del total
        self.told.append((progress, message or ""))

    async def follow(self, name: str) -> Progress:
        """Follow an operation to its end; what is told on the way is kept."""
        self.told.clear()
        arguments = {"namespace": "default", "name": name, "wait_seconds": 60}
        with anyio.fail_after(SECONDS):
            while True:
                answer = await self.client.call_tool(
                    "capi_progress", arguments, progress_callback=self.tell
                )
                assert not answer.is_error, answer
                found = Progress.model_validate(answer.structured_content)
                if found.ended:
                    return found


@asynccontextmanager
async def listening(era: str, kubeconfig: Path, uri: str) -> AsyncGenerator[Heard]:
    """A client of an era that listens to a resource: the older one over pipes."""
    if era == LEGACY:
        heard: list[Heard] = []

        async def hear(message: object) -> None:
            if isinstance(message, ResourceUpdatedNotification) and message.params.uri == uri:
                heard[0].changes += 1

        command = StdioServerParameters(
            command=str(Path(sys.executable).with_name("clusterwright-cluster-api")),
            args=["--kubeconfig", str(kubeconfig)],
            env=dict(os.environ),
        )
        async with Client(command, mode="legacy", message_handler=hear) as client:
            heard.append(Heard(client, uri))
            params = SubscribeRequestParams(uri=uri)
            await client.session.send_request(SubscribeRequest(params=params), EmptyResult)
            yield heard[0]
        return
    async with (
        Client(create_server(kubeconfig=kubeconfig), mode=MODERN) as client,
        client.listen(resource_subscriptions=[uri]) as stream,
        anyio.create_task_group() as tasks,
    ):
        found = Heard(client, uri)

        async def count() -> None:
            async for _ in stream:
                found.changes += 1

        tasks.start_soon(count)
        yield found
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("era", [LEGACY, MODERN])
async def test_a_life_is_followed_from_before_its_beginning_to_its_end(
    management: Instance, era: str
) -> None:
    name = f"life-{era[:4]}"
    uri = f"capi://default/{name}/progress"
    one = made(name, "sandbox-gpu", "v1.35.2", {"accelerator": "Tesla-T4"}, "gpu-worker")
    async with listening(era, management.kubeconfig, uri) as heard:
        apply(management, one)
        found = await heard.follow(name)
        assert (found.operation, found.available) == ("creation", True)
        assert [phase.name for phase in found.phases] == [
            "topology",
            "infrastructure",
            "control plane initialized",
            "control plane replicas",
            "pool gpu",
            "available",
        ]
        assert {phase.state for phase in found.phases} == {State.DONE}
        _rises(heard, f"Creation of capi:default/{name}: ")
        assert heard.changes > 0

        version = [{"op": "replace", "path": "/spec/topology/version", "value": "v1.36.3"}]
        management.kubectl("patch", "cluster", name, "--type=json", "-p", json.dumps(version))
        found = await heard.follow(name)
        assert (found.operation, found.version) == ("upgrade", "v1.36.3")
        assert [phase.name for phase in found.phases] == ["control plane", "pool gpu", "available"]
        _rises(heard, f"Upgrade of capi:default/{name} to v1.36.3: ")

        changes = heard.changes
        management.kubectl("delete", "cluster", name, "--wait=false")
        found = await heard.follow(name)
        assert (found.operation, found.available) == ("deletion", False)
        assert found.summary.endswith("is over: 4 of 4 phases done.")
        _rises(heard, f"Deletion of capi:default/{name}: ")
        assert heard.changes > changes
        with pytest.raises(MCPError, match=r"\[not_found\]"):
            await heard.client.read_resource(uri)


def _rises(heard: Heard, beginning: str) -> None:
    """Check that progress rose with each notification, as the protocol has it."""
    values = [value for value, _ in heard.told]
    assert values == sorted(set(values))
    assert heard.told
    assert all(message.startswith(beginning) for _, message in heard.told), heard.told


@pytest.fixture
async def clusters(management: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(management.kubeconfig)
    yield found
    await found.aclose()


async def test_a_cluster_at_rest_says_so(management: Instance) -> None:
    async with Client(create_server(kubeconfig=management.kubeconfig)) as client:
        arguments = {"namespace": "default", "name": "held", "wait_seconds": 30}
        answer = await client.call_tool("capi_progress", arguments)
    assert _text(answer) == "Nothing is under way on capi:default/held: it is Available."


def _text(answer: CallToolResult) -> str:
    (content,) = answer.content
    return cast("str", content.model_dump()["text"])


def status(found: UpgradeCheck, name: str) -> Status:
    return next(one.status for one in found.checks if one.name == name)


async def test_a_skipped_minor_is_refused(clusters: Clusters) -> None:
    found = await capi_check_upgrade(clusters, "default", "held", "v1.37.0")
    assert found.verdict == "blocked"
    assert status(found, "version") is Status.BLOCK
    assert "skips 1.36" in next(one.said for one in found.checks if one.name == "version")


def guarded(replicas: int, least: int) -> list[Manifest]:
    """A Deployment whose budget lets a pod go only if there are more than it demands."""
    labels = {"app": "serve"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "serve", "image": "serve"}]},
    }
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "serve", "namespace": "default"},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": template,
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "serve", "namespace": "default"},
            "spec": {"minAvailable": least, "selector": {"matchLabels": labels}},
        },
    ]


async def test_a_budget_that_lets_no_pod_go_blocks_until_there_is_one_more(
    management: Instance, clusters: Clusters, tmp_path: Path
) -> None:
    secret = management.kubectl("get", "secret", "held-kubeconfig", "-o", "jsonpath={.data.value}")
    kubeconfig = tmp_path / "held"
    kubeconfig.write_text(_decoded(secret), encoding="utf-8")

    def inside(objects: list[Manifest]) -> None:
        content = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        management.kubectl(f"--kubeconfig={kubeconfig}", "apply", "-f", "-", stdin=content)

    async def told(wanted: Status) -> UpgradeCheck:
        deadline = time.monotonic() + SECONDS
        while True:
            found = await capi_check_upgrade(clusters, "default", "held", "v1.36.3")
            if status(found, "disruption budgets") is wanted or time.monotonic() > deadline:
                return found

    inside(guarded(2, 2))
    found = await told(Status.BLOCK)
    assert found.verdict == "blocked"
    budget = next(one for one in found.checks if one.name == "disruption budgets")
    assert str(budget.objects[0]) == "PodDisruptionBudget/default/serve"
    assert "held-gpu-" in budget.said
    inside(guarded(3, 2))
    found = await told(Status.PASSED)
    assert found.verdict == "ready with warnings"
    assert status(found, "version") is Status.PASSED
    assert status(found, "removed APIs") is Status.PASSED
    assert found.hops == ("v1.36.3",)


def _decoded(secret: str) -> str:
    return base64.b64decode(secret).decode()
