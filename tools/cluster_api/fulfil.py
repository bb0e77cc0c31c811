"""Read the evidence that analyzers ask for: on the management cluster, and on workload clusters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.analyzer import Fulfilled, ListRequest, Request
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes import read
from clusterwright.tools.manifest import Manifest

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

WORKLOAD_SECONDS = 4.0
WORKLOAD_LISTS = 10
"""Listings of workload clusters for one answer; each may be a cluster that does not answer."""


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


async def _listed(
    clusters: "Clusters", connection: "Connection", request: ListRequest
) -> list[Manifest] | None:
    """Return the objects of a workload cluster; None where it cannot be read."""
    ref = request.cluster
    try:
        workload = await clusters.connect(f"capi:{connection.cluster}/{ref.namespace}/{ref.name}")
        return await workload.list(await workload.resource(request.kind))
    except ToolError:
        return None
