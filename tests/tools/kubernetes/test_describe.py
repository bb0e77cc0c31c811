"""k8s_describe on a real control plane: a workload, its neighbours, and what is missing there."""

import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.describe import k8s_describe
from clusterwright.tools.kubernetes.description import Description
from clusterwright.tools.manifest import Manifest

pytestmark = pytest.mark.anyio

LABELS = {"app": "cart"}
OTHER = {"app": "kart"}
POD: Manifest = {
    "nodeSelector": {"disk": "none-such"},  # stays pending: nothing here needs a node
    "containers": [
        {
            "name": "cart",
            "image": "registry.example/cart:1",
            "envFrom": [{"configMapRef": {"name": "cart-config"}}],
            "env": [{"name": "API_TOKEN", "value": "opensesame-42"}],
            "resources": {"requests": {"cpu": "10m"}},
        }
    ],
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "cart-data"}}],
}


def objects(namespace: str) -> list[Manifest]:
    """Return a Deployment that lacks its ConfigMap, with a Service, a claim and an autoscaler."""

    def made(version: str, kind: str, name: str, **spec: object) -> Manifest:
        metadata = {"name": name, "namespace": namespace}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}

    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        made(
            "v1",
            "PersistentVolumeClaim",
            "cart-data",
            accessModes=["ReadWriteOnce"],
            storageClassName="none-such",
            resources={"requests": {"storage": "1Gi"}},
        ),
        made(
            "apps/v1",
            "Deployment",
            "cart",
            replicas=12,
            selector={"matchLabels": LABELS},
            template={"metadata": {"labels": LABELS}, "spec": POD},
        ),
        made("v1", "Service", "cart", selector=LABELS, ports=[{"port": 80, "targetPort": 8080}]),
        made("v1", "Service", "lost", selector={"app": "kart"}, ports=[{"port": 80}]),
        made(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "cart",
            scaleTargetRef=target,
            minReplicas=2,
            maxReplicas=20,
        ),
        *steering(made),
    ]


def steering(made: Callable[..., Manifest]) -> list[Manifest]:
    """Return what routes to the Deployment, guards it and keeps its size."""
    backends = [
        {"service": {"name": name, "port": {"number": 80}}} for name in ("cart", "none-such")
    ]
    paths = [
        {"path": f"/{i}", "pathType": "Prefix", "backend": one} for i, one in enumerate(backends)
    ]
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 8080}]}
    return [
        made(
            "networking.k8s.io/v1",
            "Ingress",
            "cart",
            ingressClassName="none-such",
            tls=[{"secretName": "cart-tls"}],
            rules=[{"http": {"paths": paths}}],
        ),
        made(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "cart",
            podSelector={"matchLabels": LABELS},
            ingress=[rule],
        ),
        made("networking.k8s.io/v1", "NetworkPolicy", "lost", podSelector={"matchLabels": OTHER}),
        made(
            "policy/v1",
            "PodDisruptionBudget",
            "cart",
            minAvailable=12,
            selector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart"]}]},
        ),
    ]


@pytest.fixture(scope="module")
def namespace(sandbox: Instance) -> Iterator[str]:
    name = f"describe-{os.getpid()}"
    listed = {"apiVersion": "v1", "kind": "List", "items": objects(name)}
    sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(listed))
    deadline = time.monotonic() + 60
    while sandbox.kubectl("get", "pods", "-n", name, "-o", "name").count("pod/") < 12:
        assert time.monotonic() < deadline, "the pods were not created within a minute"
    yield name
    sandbox.kubectl("delete", "namespace", name)


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


def neighbours(described: Description) -> dict[tuple[str, str], bool | None]:
    """Return whether each neighbour does well, by how it is related and its kind and name."""
    return {(one.how, f"{one.ref.kind}/{one.ref.name}"): one.well for one in described.related}


async def test_a_deployment_shows_what_is_missing(clusters: Clusters, namespace: str) -> None:
    found = await k8s_describe(clusters, "deploy", "cart", namespace)
    told = neighbours(found)
    assert told["uses", "ConfigMap/cart-config"] is False
    assert told["uses", "PersistentVolumeClaim/cart-data"] is False
    assert ("selected by", "Service/cart") in told
    assert ("selected by", "Service/lost") not in told
    assert ("scaled by", "HorizontalPodAutoscaler/cart") in told
    assert found.state == "Unavailable"
    assert "! uses ConfigMap/" in found.render()


async def test_many_pods_are_counted_by_state(clusters: Clusters, namespace: str) -> None:
    found = await k8s_describe(clusters, "Deployment", "cart", namespace)
    pods = [one for one in found.related if one.ref.kind == "Pod"]
    assert len(pods) == 8
    assert "makes 4 more of kind Pod: 4 Pending" in found.more_related


async def test_a_pod_leads_up_to_its_deployment(clusters: Clusters, namespace: str) -> None:
    deployment = await k8s_describe(clusters, "Deployment", "cart", namespace)
    pod = next(one.ref.name for one in deployment.related if one.ref.kind == "Pod")
    found = await k8s_describe(clusters, "po", pod, namespace)
    assert [one.ref.kind for one in found.related[:2]] == ["ReplicaSet", "Deployment"]
    assert any(one.type == "PodScheduled" and one.status == "False" for one in found.conditions)
    assert found.facts["node selector"] == "disk=none-such"
    assert found.containers[0].startswith("cart: not started; image registry.example/cart:1")
    assert "opensesame" not in found.model_dump_json() + found.render()


async def test_a_service_says_when_it_selects_nothing(clusters: Clusters, namespace: str) -> None:
    lost = await k8s_describe(clusters, "Service", "lost", namespace)
    assert lost.notes == (f"no pod in {namespace} has the labels that it selects: app=kart",)
    assert any(one.state == "0 of 0 endpoints ready" for one in lost.related)
    routed = await k8s_describe(clusters, "Service", "cart", namespace)
    assert sum(one.how == "selects" for one in routed.related) == 8


async def test_a_claim_names_its_class_and_its_pods(clusters: Clusters, namespace: str) -> None:
    told = neighbours(await k8s_describe(clusters, "pvc", "cart-data", namespace))
    assert told["uses", "StorageClass/none-such"] is False
    assert any(how == "mounted by" for how, _ in told)


async def test_an_autoscaler_mentions_its_target(clusters: Clusters, namespace: str) -> None:
    found = await k8s_describe(clusters, "hpa", "cart", namespace)
    assert neighbours(found)["uses", "Deployment/cart"] is False
    assert found.facts["scales"] == "Deployment/cart"


async def test_an_ingress_names_what_it_routes_to_and_what_it_lacks(
    clusters: Clusters, namespace: str
) -> None:
    found = await k8s_describe(clusters, "ing", "cart", namespace)
    assert neighbours(found) == {
        ("routes to", "Service/cart"): True,
        ("routes to", "Service/none-such"): False,
        ("uses", "IngressClass/none-such"): False,
        ("uses", "Secret/cart-tls"): False,
    }
    assert (found.state, found.facts["to"]) == ("NoAddress", "cart:80, none-such:80")


async def test_a_policy_tells_whom_it_guards_and_whom_it_lets_in(
    clusters: Clusters, namespace: str
) -> None:
    found = await k8s_describe(clusters, "netpol", "cart", namespace)
    assert found.state == "some ingress"
    assert found.facts["lets in"] == "8080 from app=web"
    assert sum(one.how == "selects" for one in found.related) == 8
    lost = await k8s_describe(clusters, "netpol", "lost", namespace)
    assert lost.notes == (f"no pod in {namespace} is selected by it: app=kart",)


async def test_a_budget_tells_what_it_covers_and_what_it_allows(
    clusters: Clusters, namespace: str
) -> None:
    found = await k8s_describe(clusters, "pdb", "cart", namespace)
    assert found.state in {"InsufficientPods", "NotObserved"}
    assert found.facts["demands"] == "minAvailable 12"
    assert "selects 4 more of kind Pod: 4 Pending" in found.more_related


async def test_a_node_tells_what_its_pods_reserve(clusters: Clusters) -> None:
    found = await k8s_describe(clusters, "node", "sim-gpu-1")
    assert any("of 8 nvidia.com/gpu" in note for note in found.notes)
    assert found.facts["gpus"] == "8"


async def test_what_is_not_there_is_an_error_that_teaches(
    clusters: Clusters, namespace: str
) -> None:
    with pytest.raises(NotFoundError, match="kart"):
        await k8s_describe(clusters, "Deployment", "kart", namespace)
    with pytest.raises(InvalidInputError, match="namespace"):
        await k8s_describe(clusters, "Deployment", "cart")
