"""The funnel over DaemonSets that real controllers run, through the tools, on simulated nodes."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.describe_node import gpu_describe_node
from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.gpu.inventory import gpu_inventory
from clusterwright.tools.gpu.operator_status import gpu_operator_status
from clusterwright.tools.kubernetes.client.clusters import Clusters

pytestmark = pytest.mark.anyio
_STEER = "gpu.sandbox.clusterwright.io/"
_SECONDS = 60.0
_FAULTS = {
    "gpu-t4-2": ("driver", "crash", "driver", "gpu/driver-failed"),
    "gpu-a100-1": ("toolkit-validation", "crash", "validator", "gpu/validation-failed"),
    "gpu-h100-2": ("device-plugin", "image-pull", "device-plugin", "gpu/plugin-failed"),
}
"""By node: what is steered, how, the stage that breaks first, and the code of that."""


@pytest.fixture
async def clusters(gpu_sandbox: Instance) -> AsyncGenerator[Clusters]:
    async with aclosing(Clusters(gpu_sandbox.kubeconfig)) as found:
        yield found


@pytest.fixture
async def faults(gpu_sandbox: Instance, clusters: Clusters) -> AsyncGenerator[dict[str, str]]:
    """Break a node at each of three stages; they are mended, and well again, at the end."""
    for node, (key, value, _, _) in _FAULTS.items():
        gpu_sandbox.kubectl("annotate", "--overwrite", "node", node, f"{_STEER}{key}={value}")
    expected = {node: code for node, (_, _, _, code) in _FAULTS.items()}
    try:
        yield expected
    finally:
        for node, (key, _, _, _) in _FAULTS.items():
            gpu_sandbox.kubectl("annotate", "node", node, f"{_STEER}{key}-")
        await _until(partial(_broken, clusters), dict.fromkeys(_FAULTS))


async def _until(ask: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Ask until the answer is the one that is wanted, or too long."""
    deadline = time.monotonic() + _SECONDS
    while (found := await ask()) != wanted:
        assert time.monotonic() < deadline, found


async def _broken(clusters: Clusters) -> dict[str, str | None]:
    """Return the code of the first broken stage of each node that a test breaks."""
    answer = await gpu_inventory(clusters, limit=500)
    return {one.node: one.broken for one in answer.nodes if one.node in _FAULTS}


async def _stands(clusters: Clusters, node: str) -> dict[str, State]:
    answer = await gpu_describe_node(clusters, node)
    return {one.name: one.state for one in (*answer.broken, *answer.funnel)}


async def test_each_fault_is_told_at_its_first_stage_with_the_rest_as_symptoms(
    clusters: Clusters, faults: dict[str, str]
) -> None:
    await _until(partial(_broken, clusters), faults)

    for node, (_, _, stage, code) in _FAULTS.items():
        answer = await gpu_describe_node(clusters, node)
        assert [(one.name, one.code) for one in answer.broken] == [(stage, code)]
        assert answer.broken[0].evidence
        assert answer.simulated

    async def late() -> tuple[State, State, State]:
        found = await _stands(clusters, "gpu-t4-2")
        return found["toolkit"], found["device-plugin"], found["free"]

    await _until(late, (State.SYMPTOM, State.SYMPTOM, State.SYMPTOM))
    status = await gpu_operator_status(clusters)
    policy = next(one for one in status.operators if one.ref.kind == "ClusterPolicy")
    assert policy.state == "notReady, OperandNotReady"
    wanting = {one.operand for one in status.operands if not one.well}
    assert {"driver", "toolkit", "device-plugin"} <= wanting


async def test_models_of_the_sandbox_are_counted_by_what_they_offer(clusters: Clusters) -> None:
    answer = await gpu_inventory(clusters, node="gpu-a100-2")
    (row,) = answer.nodes

    assert (row.mig, row.broken) == ("all-1g.10gb", None)
    assert row.has["nvidia.com/mig-1g.10gb"][:2] == (56, 56)
    assert answer.products[0].product == "NVIDIA-A100-SXM4-80GB"
