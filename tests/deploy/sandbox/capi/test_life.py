"""The life of workload clusters: used, changed, scaled, upgraded, hurt, deleted without a trace."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.runtime import processes
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.tools.manifest import Manifest, items, labels_of, text, truth
from tests.deploy.sandbox.capi.asked import (
    Pool,
    apply,
    asked,
    available,
    cluster_of,
    gone,
    listed,
    message,
    told,
    wait_for,
    workload,
)
from tests.deploy.sandbox.capi.conftest import Started

pytestmark = pytest.mark.timeout(1200)
CLUSTER = "life"
OTHER = "cloudy"


@pytest.fixture(scope="module")
def cluster(management: Instance) -> Iterator[Instance]:
    """A cluster with two T4 nodes, and one whose kubelets leave their nodes to a cloud."""
    apply(management, life("Tesla-T4"), asked(OTHER, "aws-gpu", [Pool("gpu")], EXTERNAL))
    wait_for("not available", lambda: available(management, CLUSTER))
    yield management
    management.kubectl("delete", "clusters", "--all", "--wait=false")
    wait_for("not deleted", lambda: gone(management, CLUSTER, OTHER))


EXTERNAL = {"cloudProvider": "external"}


def life(accelerator: str, version: str = "v1.35.2", replicas: int = 2) -> Manifest:
    found = asked(
        CLUSTER, "sandbox-gpu", [Pool("gpu", replicas)], {"accelerator": accelerator}, version
    )
    pool = found["spec"]["topology"]["workers"]["machineDeployments"][0]
    at_once = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "100%"}}
    pool["rollout"] = {"strategy": at_once}
    return found


def nodes(instance: Instance, name: str) -> list[Manifest]:
    return listed(instance, "nodes", *workload(instance, name))


def ready(node: Manifest) -> str:
    return told(node).get("Ready", "").partition("/")[0]


def test_a_cluster_is_used_changed_scaled_and_upgraded(cluster: Instance) -> None:
    inside = workload(cluster, CLUSTER)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "train", "namespace": "default"},
        "spec": {
            "containers": [
                {
                    "name": "train",
                    "image": "registry.sandbox.internal/train",
                    "resources": {"limits": {"nvidia.com/gpu": "1"}},
                }
            ],
        },
    }
    cluster.kubectl(*inside, "apply", "-f", "-", stdin=json.dumps(pod))

    def runs() -> str:
        found = json.loads(cluster.kubectl(*inside, "get", "pod", "train", "-o", "json"))
        return "" if text(found, "status", "phase") == "Running" else str(found.get("status"))

    wait_for("does not run", runs)
    cluster.kubectl(*inside, "delete", "pod", "train", "--wait=false")
    apply(cluster, life("NVIDIA-H100-80GB-HBM3"))
    wait_for("not rolled out", lambda: not_like(cluster, "NVIDIA-H100-80GB-HBM3", "v1.35.2", 2))
    apply(cluster, life("NVIDIA-H100-80GB-HBM3", replicas=3))
    wait_for("not scaled", lambda: not_like(cluster, "NVIDIA-H100-80GB-HBM3", "v1.35.2", 3))
    apply(cluster, life("NVIDIA-H100-80GB-HBM3", "v1.36.3", 1))
    wait_for("not upgraded", lambda: not_like(cluster, "NVIDIA-H100-80GB-HBM3", "v1.36.3", 1))
    wait_for("not available", lambda: available(cluster, CLUSTER))
    version = json.loads(cluster.kubectl(*inside, "get", "--raw", "/version"))
    assert (version["major"], version["minor"]) == ("1", "36")


def not_like(instance: Instance, product: str, version: str, count: int) -> str:
    """Return the nodes of the cluster unless they are as they should be."""
    try:
        there = nodes(instance, CLUSTER)
    except StartError as error:  # its one API server is started again for an upgrade
        return str(error)
    found = sorted(
        (labels_of(one).get("nvidia.com/gpu.product", ""), _version(one), ready(one))
        for one in there
    )
    return "" if found == [(product, version, "True")] * count else str(found)


def _version(node: Manifest) -> str:
    return text(node, "status", "nodeInfo", "kubeletVersion")


def test_a_killed_api_server_comes_back_with_what_it_stored(cluster: Instance) -> None:
    inside = workload(cluster, CLUSTER)
    cluster.kubectl(*inside, "create", "configmap", "kept", "-n", "default")
    before = api_server(CLUSTER)
    for pid in before:
        processes.end(pid, processes.start_time(pid), how=signal.SIGKILL, seconds=10)

    def serves() -> str:
        if not set(api_server(CLUSTER)) - set(before):
            return "not started again"
        port = cluster_port(cluster, CLUSTER)
        try:
            httpx.get(f"https://127.0.0.1:{port}/readyz", verify=False, trust_env=False)  # noqa: S501
        except httpx.HTTPError as error:
            return str(error)
        return ""

    wait_for("does not serve", serves)
    wait_for("not stored", lambda: "" if "kept" in configmaps(cluster) else "no such ConfigMap")


def api_server(name: str) -> list[int]:
    """Return the process of a workload cluster's API server, as seen from outside."""
    return processes.with_argument(f"--etcd-prefix=/workload/default/{name}")


def cluster_port(instance: Instance, name: str) -> int:
    found = json.loads(instance.kubectl("get", "cluster", name, "-n", "default", "-o", "json"))
    return int(found["spec"]["controlPlaneEndpoint"]["port"])


def configmaps(instance: Instance) -> list[str]:
    found = listed(instance, "configmaps", *workload(instance, CLUSTER))
    return [text(one, "metadata", "name") for one in found]


def test_another_provider_takes_over_the_clusters_of_one_that_died(
    cluster: Instance, started: Started
) -> None:
    """Where programs do not end with the provider they run on; what they stored is there anyway."""
    before = api_server(CLUSTER)
    settings = str(cluster.directory / "cluster-api" / "provider.json")
    for pid in processes.with_argument(settings):
        processes.end(pid, processes.start_time(pid), how=signal.SIGKILL, seconds=10)
    # In namespaces of its own the management cluster is reached from inside only.
    enter = ["nsenter", "-t", str(before[0]), "-n", "-m", "-p", "--"] if cluster.has_node else []
    provider = "clusterwright.deploy.sandbox.capi.provider"
    command = [*enter, sys.executable, "-m", provider, settings]
    started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
    count = provisioned(cluster, OTHER)
    apply(cluster, asked(OTHER, "aws-gpu", [Pool("gpu", count + 1)], EXTERNAL))
    wait_for("no further machine", lambda: "" if provisioned(cluster, OTHER) > count else "still")
    if cluster.has_node:
        assert api_server(CLUSTER) == before
    wait_for("not available", lambda: available(cluster, CLUSTER))


def provisioned(instance: Instance, name: str) -> int:
    """Return how many machines of a cluster of AWS are there."""
    found = [one for one in listed(instance, "awsmachines") if cluster_of(one) == name]
    return sum(truth(one, "status", "ready") for one in found)


def test_a_kubelet_and_an_api_server_that_stop_are_noticed_and_come_back(
    cluster: Instance,
) -> None:
    """Both at once, since Cluster API takes most of a minute to notice either."""
    machine = next(one for one in listed(cluster, "machines") if cluster_of(one) == CLUSTER)
    planes = listed(cluster, "sandboxcontrolplanes")
    plane = next(one for one in planes if cluster_of(one) == OTHER)
    stops = (
        ("machine", text(machine, "metadata", "name"), "simulated-kubelet"),
        ("sandboxcontrolplane", text(plane, "metadata", "name"), "simulated-api-server"),
    )
    for kind, name, what in stops:
        annotation = f"sandbox.clusterwright.io/{what}=stopped"
        cluster.kubectl("annotate", kind, name, annotation)
    wait_for("still ready", lambda: unless(cluster, stops[0][1], "NodeReady", "Unknown"))
    wait_for("still connected", lambda: unless(cluster, OTHER, "RemoteConnectionProbe", "False"))
    for kind, name, what in stops:
        cluster.kubectl("annotate", kind, name, f"sandbox.clusterwright.io/{what}-")
    wait_for("not back", lambda: available(cluster, CLUSTER))
    wait_for("not connected", lambda: unless(cluster, OTHER, "RemoteConnectionProbe", "True"))


def unless(instance: Instance, name: str, condition: str, status: str) -> str:
    """Return what a Machine or Cluster says of a condition, unless it has this status."""
    found = (
        one for one in listed(instance, "machines,clusters") if one["metadata"]["name"] == name
    )
    said = told(next(found)).get(condition, "")
    return "" if said.startswith(f"{status}/") else said or "nothing"


def test_a_node_waits_for_the_cloud_controller_manager_of_its_cluster(cluster: Instance) -> None:
    wait_for("no node", lambda: "" if joined(cluster) else "no node yet")
    node = joined(cluster)[0]
    taint = {"key": "node.cloudprovider.kubernetes.io/uninitialized", "effect": "NoSchedule"}
    assert "providerID" not in node["spec"]
    assert taint | {"value": "true"} in items(node, "spec", "taints")
    inside = workload(cluster, OTHER)
    cluster.kubectl(*inside, "apply", "-f", "-", stdin=json.dumps(CLOUD_CONTROLLER))
    wait_for("not available", lambda: available(cluster, OTHER))
    for node in joined(cluster):
        assert text(node, "spec", "providerID").startswith("aws:///us-east-1a/i-")


def joined(instance: Instance) -> list[Manifest]:
    secrets = {one["metadata"]["name"] for one in listed(instance, "secrets")}
    return nodes(instance, OTHER) if f"{OTHER}-kubeconfig" in secrets else []


CLOUD_CONTROLLER = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "aws-cloud-controller-manager", "namespace": "kube-system"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "cloud-controller"}},
        "template": {
            "metadata": {"labels": {"app": "cloud-controller"}},
            "spec": {
                "tolerations": [{"operator": "Exists"}],
                "containers": [{"name": "manager", "image": "registry.sandbox.internal/manager"}],
            },
        },
    },
}


def test_a_load_balancer_that_is_left_holds_up_the_deletion_of_its_network(
    cluster: Instance,
) -> None:
    balanced = "balanced"
    apply(cluster, asked(balanced, "openstack-gpu"))
    wait_for("not available", lambda: available(cluster, balanced))
    inside = workload(cluster, balanced)
    cluster.kubectl(
        *inside, "create", "service", "loadbalancer", "web", "--tcp=80", "-n", "default"
    )
    cluster.kubectl("delete", "cluster", balanced, "--wait=false")

    def held() -> Manifest:
        found = [one for one in listed(cluster, "openstackclusters") if cluster_of(one) == balanced]
        return found[0] if found else {}

    wait_for(
        "not held", lambda: "" if "NetworkInUse" in message(held(), "Ready") else str(told(held()))
    )
    assert gone(cluster, balanced) == balanced
    annotation = "sandbox.clusterwright.io/simulated-load-balancers"
    name = text(held(), "metadata", "name")
    cluster.kubectl("annotate", "openstackcluster", name, f"{annotation}-")
    wait_for("not deleted", lambda: gone(cluster, balanced))
    place = cluster.directory / "workload-clusters" / f"default.{balanced}"
    assert not place.exists()
    assert not api_server(balanced)
