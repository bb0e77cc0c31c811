"""gpu_find_problems on a real API server and scheduler, whose GPU nodes are simulated."""

from collections.abc import AsyncIterator, Callable, Iterator

import anyio
import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.find_problems import gpu_find_problems
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.problems import Problems

pytestmark = pytest.mark.anyio
STEER = "gpu.sandbox.clusterwright.io"
SPACE = "gpu-problems"
_SECONDS = 120
FAULTS = {
    "gpu-t4-1": ("driver=crash", "gpu/driver-failed"),
    "gpu-t4-2": ("driver=image-pull", "gpu/driver-image"),
    "gpu-a100-1": ("toolkit=crash", "gpu/toolkit-failed"),
    "gpu-h100-1": ("device-plugin=crash", "gpu/plugin-failed"),
    "gpu-h100-2": ("gfd=crash", "gpu/discovery-failed"),
}
"""How an operand of a node is made to fail, and the first broken stage that it leaves."""
PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: misnamed}
spec:
  tolerations: [{operator: Exists}]
  containers: [{name: a, image: x, resources: {limits: {nvidia.com/gpus: 1}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: part}
spec:
  tolerations: [{operator: Exists}]
  containers: [{name: a, image: x, resources: {limits: {nvidia.com/mig-2g.20gb: 1}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: product}
spec:
  tolerations: [{operator: Exists}]
  nodeSelector: {nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM2}
  containers: [{name: a, image: x, resources: {limits: {nvidia.com/gpu: 1}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: claims}
spec:
  tolerations: [{operator: Exists}]
  resourceClaims: [{name: g, resourceClaimName: nowhere}]
  containers: [{name: a, image: x, resources: {claims: [{name: g}]}}]
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: classless}
spec: {devices: {requests: [{name: g, exactly: {deviceClassName: gpu.nvidia.org}}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: classless}
spec:
  tolerations: [{operator: Exists}]
  resourceClaims: [{name: g, resourceClaimName: classless}]
  containers: [{name: a, image: x, resources: {claims: [{name: g}]}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: runtime}
spec:
  selector: {matchLabels: {app: runtime}}
  template:
    metadata: {labels: {app: runtime}}
    spec:
      runtimeClassName: nvidai
      containers: [{name: a, image: x, resources: {limits: {nvidia.com/gpu: 1}}}]
"""


@pytest.fixture
async def clusters(gpu_sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(gpu_sandbox.kubeconfig)
    yield found
    await found.aclose()


@pytest.fixture
def namespace(gpu_sandbox: Instance) -> Iterator[str]:
    gpu_sandbox.kubectl("create", "namespace", SPACE)
    yield SPACE
    gpu_sandbox.kubectl("delete", "namespace", SPACE, "--wait=false")


async def until(
    clusters: Clusters, met: Callable[[Problems], bool], namespace: str | None = None
) -> Problems:
    """Return the first answer that is as it should be."""
    answer = await gpu_find_problems(clusters, namespace, limit=50)
    with anyio.move_on_after(_SECONDS):
        while not met(answer):
            await anyio.sleep(0.5)
            answer = await gpu_find_problems(clusters, namespace, limit=50)
    assert met(answer), answer.render()
    return answer


def codes(answer: Problems, kind: str = "") -> dict[str, str]:
    """The codes of what is about objects of a kind, by subject."""
    found = {str(one.subject): one.code for one in answer.findings}
    return {subject: code for subject, code in found.items() if subject.startswith(kind)}


def steer(instance: Instance, node: str, how: str) -> None:
    instance.kubectl("annotate", "--overwrite", "node", node, f"{STEER}/{how}")


async def test_each_node_is_told_at_its_first_broken_stage_and_silent_when_mended(
    gpu_sandbox: Instance, clusters: Clusters
) -> None:
    await until(clusters, lambda answer: not codes(answer, "Node/"))
    wanted = {f"Node/{node}": code for node, (_, code) in FAULTS.items()}
    try:
        for node, (how, _) in FAULTS.items():
            steer(gpu_sandbox, node, how)
        await until(clusters, lambda answer: codes(answer, "Node/") == wanted)
        told = await until(clusters, lambda answer: "ClusterPolicy" in str(codes(answer)))
        assert codes(told, "ClusterPolicy") == {
            "ClusterPolicy.nvidia.com/cluster-policy": "gpu/operator-not-ready"
        }
        edges = {(str(one.source), str(one.target)) for one in told.relations}
        assert ("DaemonSet/gpu-operator/nvidia-operator-validator", "Node/gpu-t4-1") in edges
    finally:
        for node, (how, _) in FAULTS.items():
            steer(gpu_sandbox, node, f"{how.partition('=')[0]}-")
    await until(clusters, lambda answer: not codes(answer, "Node/"))


async def test_pods_that_wait_are_told_what_they_ask_for_that_is_not_there(
    gpu_sandbox: Instance, clusters: Clusters, namespace: str
) -> None:
    gpu_sandbox.kubectl("apply", "-n", namespace, "-f", "-", stdin=PODS)
    wanted = {
        f"Pod/{SPACE}/misnamed": "gpu/wrong-resource",
        f"Pod/{SPACE}/part": "gpu/mig-mismatch",
        f"Pod/{SPACE}/product": "gpu/product-unknown",
        f"Pod/{SPACE}/claims": "dra/claim-missing",
        f"Pod/{SPACE}/classless": "dra/class-missing",
        f"Deployment/{SPACE}/runtime": "gpu/runtime-class-missing",
    }

    def met(answer: Problems) -> bool:
        return {k: v for k, v in codes(answer).items() if SPACE in k} == wanted

    answer = await until(clusters, met, namespace)
    assert "nodes have NVIDIA-H100-80GB-HBM3" in answer.render()
    assert len(answer.render()) < 40_000
    other = await gpu_find_problems(clusters, "default", limit=50)
    assert not any(SPACE in subject for subject in codes(other))
