"""gpu_explain_fit on a real control plane with simulated GPU nodes."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.gpu.explain_fit import gpu_explain_fit
from clusterwright.tools.gpu.fit.answer import Fits
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest, name_of
from tests.tools.gpu.fit.scheduler import create, looked_at

pytestmark = pytest.mark.anyio

SIMULATED = "kwok.x-k8s.io/node"


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


@pytest.fixture(scope="module")
def namespace(sandbox: Instance) -> Iterator[str]:
    name = f"explain-fit-{os.getpid()}"
    sandbox.kubectl("create", "namespace", name)
    yield name
    sandbox.kubectl("delete", "namespace", name, "--wait=false")


def spec(gpus: int, **more: object) -> Manifest:
    resources = {"limits": {"nvidia.com/gpu": str(gpus)}}
    container = {"name": "c", "image": "registry.example/c:1", "resources": resources}
    return {"containers": [container], "terminationGracePeriodSeconds": 0, **more}


async def test_a_waiting_pod_is_explained_in_the_schedulers_words_and_in_ours(
    sandbox: Instance, clusters: Clusters, namespace: str
) -> None:
    metadata = {"name": "pod-1", "namespace": namespace}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec(2)}
    create(sandbox, [pod])
    looked_at(sandbox, namespace, {"pod-1"})
    found = await gpu_explain_fit(clusters, f"{namespace}/pod-1")
    assert (found.fits, found.fitting) == (Fits.NO, 0)
    assert found.said
    for one in found.objections:
        assert f"{one.count} {one.said}" in found.said
    tolerate = [
        one for one in found.options if one.do == (f"tolerate {SIMULATED}=fake:NoSchedule",)
    ]
    assert {"sim-gpu-1", "sim-gpu-2"} <= set(tolerate[0].nodes)


async def test_a_pod_goes_by_its_name_and_namespace_apart_and_is_found_elsewhere(
    sandbox: Instance, clusters: Clusters, namespace: str
) -> None:
    metadata = {"name": "train-7", "namespace": namespace}
    create(sandbox, [{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec(2)}])
    looked_at(sandbox, namespace, {"train-7"})
    found = await gpu_explain_fit(clusters, "train-7", namespace=namespace)
    assert found.asked.startswith(f"Pod/{namespace}/train-7 ")
    for asked in ("train-7", f"{namespace}/trian-7"):
        with pytest.raises(NotFoundError) as caught:
            await gpu_explain_fit(clusters, asked)
        assert caught.value.hint == f"did you mean {namespace}/train-7?"


async def test_a_request_fits_on_the_nodes_of_its_product(clusters: Clusters) -> None:
    found = await gpu_explain_fit(
        clusters, requests={"gpu": 4}, product="Tesla T4", tolerations=(SIMULATED,)
    )
    assert (found.fits, found.nodes) == (Fits.YES, ("sim-gpu-2",))


async def test_a_suspended_job_is_held_though_its_pods_would_fit(
    sandbox: Instance, clusters: Clusters, namespace: str
) -> None:
    tolerations = [{"key": SIMULATED, "operator": "Exists"}]
    template = {"spec": spec(1, tolerations=tolerations, restartPolicy="Never")}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train", "namespace": namespace},
        "spec": {"suspend": True, "template": template},
    }
    create(sandbox, [job])
    found = await gpu_explain_fit(clusters, f"Job/{namespace}/train")
    assert found.fits is Fits.HELD
    assert found.held == (f"Job/{namespace}/train is suspended (spec.suspend): it makes no pods",)
    assert "sim-gpu-1" in found.nodes


async def test_a_quota_of_the_namespace_is_told_before_any_node(
    sandbox: Instance, clusters: Clusters, namespace: str
) -> None:
    hard = {"hard": {"requests.nvidia.com/gpu": "2"}}
    metadata = {"name": "gpus", "namespace": namespace}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": hard}
    create(sandbox, [quota])
    sandbox.kubectl("wait", "-n", namespace, "quota/gpus", "--for=jsonpath={.status.hard}")
    found = await gpu_explain_fit(
        clusters, requests={"gpu": 3}, tolerations=(SIMULATED,), namespace=namespace
    )
    sandbox.kubectl("delete", "-n", namespace, "quota", name_of(quota))
    assert found.fits is Fits.HELD
    assert "of 2 requests.nvidia.com/gpu, and 3 is asked" in found.held[0]


async def test_what_cannot_be_asked_is_refused_with_an_example(
    clusters: Clusters, namespace: str
) -> None:
    with pytest.raises(InvalidInputError, match="either a pod or requests"):
        await gpu_explain_fit(clusters)
    with pytest.raises(InvalidInputError, match="'a/b/c/d' names no pod"):
        await gpu_explain_fit(clusters, "a/b/c/d")
    with pytest.raises(InvalidInputError, match="no pod template"):
        await gpu_explain_fit(clusters, "Service/default/kubernetes")
    with pytest.raises(NotFoundError):
        await gpu_explain_fit(clusters, f"{namespace}/none-such")
    with pytest.raises(NotFoundError, match="there is no namespace 'none-such'"):
        await gpu_explain_fit(clusters, requests={"gpu": 1}, namespace="none-such")


async def test_what_makes_no_pods_is_refused_before_any_cluster_is_asked(tmp_path: Path) -> None:
    nowhere = Clusters(tmp_path / "none")
    with pytest.raises(InvalidInputError, match="Secret has no pod template"):
        await gpu_explain_fit(nowhere, "Secret/default/x")
    with pytest.raises(InvalidInputError, match="more than any node has"):
        await gpu_explain_fit(nowhere, requests={"gpu": "1e30"})


async def test_the_answer_is_small(clusters: Clusters) -> None:
    found = await gpu_explain_fit(clusters, requests={"mig-2g.20gb": 3}, product="Tesla-T4")
    structured = json.dumps(found.model_dump(mode="json", exclude_none=True))
    assert len(found.render()) + len(structured) < 4_000
