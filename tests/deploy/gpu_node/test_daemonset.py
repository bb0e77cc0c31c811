"""The DaemonSet of the node view: as the API server takes it, under its strictest pod standard."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import clusterwright.deploy
from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest

FOLDER = Path(clusterwright.deploy.__path__[0]) / "gpu-node"
DAEMON_SET: Manifest = yaml.safe_load((FOLDER / "daemonset.yaml").read_text())
POD: Manifest = DAEMON_SET["spec"]["template"]["spec"]
_NAMESPACE = DAEMON_SET["metadata"]["namespace"]
_RUNTIME_CLASS = {
    "apiVersion": "node.k8s.io/v1",
    "kind": "RuntimeClass",
    "metadata": {"name": "nvidia"},
    "handler": "nvidia",
}


@pytest.fixture(scope="module")
def strict(sandbox: Instance) -> Iterator[Instance]:
    """The sandbox with the runtime class, and the namespace held to the standard `restricted`."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": _NAMESPACE, "labels": labels},
    }
    for one in (namespace, _RUNTIME_CLASS):
        sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(one))
    try:
        yield sandbox
    finally:
        sandbox.kubectl("delete", "--wait=false", f"namespace/{_NAMESPACE}", "runtimeclass/nvidia")


def test_the_api_server_takes_it_to_the_last_field(strict: Instance) -> None:
    said = strict.kubectl(
        "create", "--dry-run=server", "--validate=strict", "-f", str(FOLDER / "daemonset.yaml")
    )
    assert "daemonset.apps/gpu-node created" in said


def test_its_pods_keep_the_restricted_pod_standard(strict: Instance) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "gpu-node", "namespace": _NAMESPACE},
        "spec": POD,
    }
    said = strict.kubectl(
        "create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=json.dumps(pod)
    )
    assert "pod/gpu-node created" in said


def test_it_takes_no_gpu_and_no_credential_of_the_cluster() -> None:
    (container,) = POD["containers"]
    wanted = {**container["resources"]["requests"], **container["resources"]["limits"]}
    assert set(wanted) == {"cpu", "memory"}
    assert POD["automountServiceAccountToken"] is False
    assert not any("hostPath" in one for one in POD["volumes"])


def test_it_goes_to_nodes_with_gpus_even_those_that_are_ill() -> None:
    assert POD["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert POD["tolerations"] == [{"operator": "Exists"}]
