"""Read the evidence that analyzers ask for: on the management cluster, and on workload clusters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.analyzer import Fulfilled, ListRequest, Request
from clusterwright.tools.cluster_api.across import Workload
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes import read
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

WORKLOAD_SECONDS = 4.0
WORKLOAD_LISTS = 10
"""Listings of workload clusters for one answer; each may be a cluster that does not answer."""
_WITHOUT_NODE = "spec.nodeName=,status.phase=Pending"


async def fulfil(
    clusters: "Clusters",
    connection: "Connection",
    requests: Sequence[Request],
    *,
    seconds: float = WORKLOAD_SECONDS,
) -> Fulfilled:
    """Return what could be read within the budgets; a cluster that does not answer costs nothing.

    A request without an answer is left out: a finding then says what it knows without it.
    """
    lists = [one for one in requests if isinstance(one, ListRequest)]
    others = [one for one in requests if not isinstance(one, ListRequest)]
    found: dict[ListRequest, list[Manifest]] = {}
    answers: list[Fulfilled] = []

    async def here() -> None:
        answers.append(await read.fulfil(connection, others))

    async def there(request: ListRequest) -> None:
        with anyio.move_on_after(seconds):
            listed = await _listed(clusters, connection, request)
            if listed is not None:
                found[request] = listed

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(here)
        for request in lists[:WORKLOAD_LISTS]:
            tasks.start_soon(there, request)
    left_out = answers[0].left_out + max(0, len(lists) - WORKLOAD_LISTS)
    return replace(answers[0], lists=found, left_out=left_out)


async def read_workloads(
    clusters: "Clusters",
    connection: "Connection",
    wanted: Sequence[Manifest],
    *,
    seconds: float = WORKLOAD_SECONDS,
) -> dict[Ref, Workload]:
    """Return the Nodes of the first Clusters, and the Pods that no Node has.

    A Cluster that does not answer in time, or whose kubeconfig may not be read, is left out.
    """
    found: dict[Ref, Workload] = {}

    async def there(ref: Ref) -> None:
        with anyio.move_on_after(seconds):
            nodes = await _listed(clusters, connection, ListRequest(ref, "Node"))
            pods = await _listed(clusters, connection, ListRequest(ref, "Pod"), _WITHOUT_NODE)
            if nodes is not None and pods is not None:
                found[ref] = Workload(pods, nodes)

    async with anyio.create_task_group() as tasks:
        for one in wanted[:WORKLOAD_LISTS]:
            tasks.start_soon(there, Ref.of(one))
    return found


async def _listed(
    clusters: "Clusters", connection: "Connection", request: ListRequest, fields: str = ""
) -> list[Manifest] | None:
    """Return the objects of a workload cluster; None where it cannot be read."""
    ref = request.cluster
    try:
        workload = await clusters.connect(f"capi:{connection.cluster}/{ref.namespace}/{ref.name}")
        resource = await workload.resource(request.kind)
        return await workload.list(resource, field_selector=fields)
    except ToolError:
        return None
