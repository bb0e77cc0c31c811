"""One answer for a management cluster and its workload clusters, on real API servers.

The Pods are left pending by the real scheduler of the workload cluster, the cloud is simulated.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import break_, remove
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.workload import at
from clusterwright.tools.manifest import Json, Manifest, condition, name_of
from tests.e2e.root_causes import root_causes
from tests.management_cluster import management_cluster

SECONDS = 60.0
"""Time for a controller and a scheduler to look at what was applied."""


@pytest.fixture(scope="module")
def management() -> Iterator[Instance]:
    """A management cluster: workload clusters have machines without a real node."""
    with management_cluster("fleet", real_node=False, reusable=True) as found:
        yield found


def deployment(name: str, **pod: Json) -> Manifest:
    labels: Manifest = {"app": name}
    containers: list[Json] = [{"name": "main", "image": "registry.test/main:1"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers, **pod}},
        },
    }


@pytest.mark.timeout(600)
def test_a_pod_that_waits_for_machines_is_a_symptom_of_what_keeps_them_away(
    management: Instance,
) -> None:
    cluster = connect(management.kubeconfig)
    fault = load("aws-capacity").render(seed=10)
    [train] = [one for one in fault.objects if one["kind"] == "Cluster"]
    target = f"capi:{fault.namespace}/{name_of(train)}"
    try:
        break_(cluster, [fault])
        with at(cluster, target) as workload:
            # No machine of the pool would have the label that `elsewhere` asks for.
            elsewhere = deployment("elsewhere", nodeSelector={"zone": "mars"})
            workload.apply([deployment("trainer"), elsewhere])
            _until_unschedulable(workload, pods=4)
        roots = _roots(management, {fault.namespace, "default"}, most=2)
    finally:
        remove(cluster, [fault], wait=True)
    assert len(roots) == 2, json.dumps(roots, indent=1)
    [first, second] = roots
    [truth] = fault.truth
    assert (first["code"], first["cluster"]) == (truth.code, f"sandbox-{management.name}")
    assert first["subject"].startswith(
        f"MachineDeployment.cluster.x-k8s.io/{fault.namespace}/{name_of(train)}-"
    )
    assert [(one["cluster"], one["subject"]) for one in first["symptoms"]] == [
        (target, "Deployment/default/trainer")
    ]
    [link] = first["links"]
    assert link["path"][1:] == ["waits-for", first["subject"]]
    assert (second["cluster"], second["subject"]) == (target, "Deployment/default/elsewhere")
    assert second["symptoms"] == []


def _until_unschedulable(workload: Cluster, *, pods: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        found = workload.get(["Pod"], "default")
        refused = [condition(one, "PodScheduled").get("reason") for one in found]
        if refused == ["Unschedulable"] * pods:
            return
        assert time.monotonic() < deadline, refused
        time.sleep(1)


def _roots(instance: Instance, namespaces: set[str], *, most: int) -> list[Any]:
    """Return the root causes in some namespaces of the management cluster or its clusters.

    What is new may come right by itself, and is told some seconds later: so many are waited for.
    """
    deadline = time.monotonic() + SECONDS
    while True:
        roots = root_causes(instance, "--workload-clusters")
        found = [one for one in roots if one["subject"].split("/")[1] in namespaces]
        if len(found) >= most or time.monotonic() > deadline:
            return found
        time.sleep(1)
