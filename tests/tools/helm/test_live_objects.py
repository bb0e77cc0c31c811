"""The objects of a manifest, read from a real API server in the manifest's own version."""

from collections.abc import AsyncIterator, Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.helm.live_objects import live_objects
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.ref import Ref
from tests.tools.helm.workshop import Workshop

pytestmark = pytest.mark.anyio
SCALER = """\
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 3
  targetCPUUtilizationPercentage: 80
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
"""
OTHERS = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: nowhere, namespace: no-such-namespace}
---
apiVersion: example.com/v1
kind: Unknown
metadata: {name: one}
---
apiVersion: autoscaling/v2beta2
kind: HorizontalPodAutoscaler
metadata: {name: web}
"""


@pytest.fixture(scope="module")
def workshop(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop.opened(sandbox, tmp_path_factory.mktemp("helm"), "live") as made:
        made.kubectl("create", "-f", "-", stdin=SCALER)
        yield made


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


async def test_an_object_comes_in_the_version_of_its_manifest(
    clusters: Clusters, workshop: Workshop
) -> None:
    connection = await clusters.connect()
    (scaler,) = await on_cluster(connection, SCALER, workshop.namespace)
    found = (await live_objects(connection, [scaler])).found[scaler.ref]
    assert found is not None
    assert found["apiVersion"] == "autoscaling/v1"
    assert found["spec"]["targetCPUUtilizationPercentage"] == 80
    assert found["metadata"]["managedFields"]


async def test_what_is_gone_is_none_and_what_is_not_served_any_more_comes_otherwise(
    clusters: Clusters, workshop: Workshop
) -> None:
    connection = await clusters.connect()
    wanted = await on_cluster(connection, OTHERS, workshop.namespace)
    live = await live_objects(connection, wanted)
    scaler = Ref("HorizontalPodAutoscaler", "web", workshop.namespace)
    assert {ref: found and found["apiVersion"] for ref, found in live.found.items()} == {
        Ref("ConfigMap", "nowhere", "no-such-namespace"): None,
        Ref("Unknown", "one", workshop.namespace, "example.com"): None,
        scaler: "autoscaling/v2",
    }
    assert live.gaps == ()


async def test_what_may_not_be_read_is_a_gap(workshop: Workshop) -> None:
    some = Clusters(workshop.reader("nothing", "pods"))
    connection = await some.connect()
    wanted = await on_cluster(connection, SCALER, workshop.namespace)
    live = await live_objects(connection, wanted)
    assert live.found == {}
    assert [one.what for one in live.gaps] == ["HorizontalPodAutoscaler"]
    await some.aclose()
