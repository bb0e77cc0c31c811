"""Every tool, on a recorded cluster with odd values in it: an answer or a clear error, bounded."""

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import anyio
from hypothesis import HealthCheck, given, settings

from clusterwright.servers.bound import success
from clusterwright.tools.answer import Answer
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.describe import k8s_describe
from clusterwright.tools.kubernetes.events import k8s_events
from clusterwright.tools.kubernetes.find_problems import k8s_find_problems
from clusterwright.tools.kubernetes.get import k8s_get
from clusterwright.tools.kubernetes.list_ import k8s_list
from clusterwright.tools.manifest import Json, Manifest, name_of, namespace_of
from tests.tools.kubernetes.analyzers.recorded import recorded_objects
from tests.tools.kubernetes.analyzers.test_robustness import CHANGES, spoil
from tests.tools.kubernetes.simulated_cluster import SimulatedCluster

Read = Callable[..., Awaitable[Answer]]
_MOST = 41_000 * 2


async def harmless(read: Read, clusters: Clusters, *arguments: object) -> None:
    """Call a tool; it must answer within its bounds or fail with an error of ours."""
    try:
        answer = await read(clusters, *arguments)
        sent = success(answer).model_dump_json()
    except ToolError:
        return
    assert len(sent.encode()) < 2 * _MOST
    assert "\\u001b" not in sent


async def read_all(objects: Mapping[str, list[Json]]) -> None:
    clusters = SimulatedCluster(objects)
    await harmless(k8s_find_problems, clusters)
    await harmless(k8s_events, clusters)
    for kind, listed in objects.items():
        await harmless(k8s_list, clusters, kind)
        for one in random.Random(1).sample(listed, min(1, len(listed))):
            found = cast("Manifest", one if isinstance(one, dict) else {})
            named = (kind, name_of(found) or "none", namespace_of(found) or "default")
            await harmless(k8s_describe, clusters, *named)
            await harmless(k8s_get, clusters, *named)


def test_the_recorded_cluster_itself_is_read_without_an_error() -> None:
    async def run() -> None:
        clusters = SimulatedCluster(recorded_objects())
        assert (await k8s_list(clusters, "Pod")).total == 33
        for kind, listed in recorded_objects().items():
            for one in listed[:2]:
                await k8s_describe(clusters, kind, name_of(one), namespace_of(one))

    anyio.run(run)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES)
def test_odd_objects_break_no_tool(changes: list[tuple[int, Any]]) -> None:
    objects = recorded_objects()
    spoil(objects, changes)
    anyio.run(read_all, objects)


def test_objects_that_are_none_break_no_tool() -> None:
    odd: list[Json] = [None, 1, "text", [], {}, {"metadata": []}, {"metadata": None}]
    objects = {kind: [*odd, *listed] for kind, listed in recorded_objects().items()}
    anyio.run(read_all, objects)
    anyio.run(read_all, dict.fromkeys(objects, odd))
