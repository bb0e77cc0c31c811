"""The DaemonSet of the node view: as the API server takes it, under its strictest pod standard."""

import json
import secrets
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import httpx2
import pytest
import yaml

import clusterwright.deploy
from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest
from tests.servers.served import served
from tests.servers.test_http import asked

FOLDER = Path(clusterwright.deploy.__path__[0]) / "gpu-node"
DAEMON_SET: Manifest = yaml.safe_load((FOLDER / "daemonset.yaml").read_text())
POD: Manifest = DAEMON_SET["spec"]["template"]["spec"]
_NAMESPACE = DAEMON_SET["metadata"]["namespace"]
_EVERYWHERE = str(IPv4Address(0))
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
    made = [f"namespace/{_NAMESPACE}"]
    if "/nvidia\n" not in sandbox.kubectl("get", "runtimeclass", "-o", "name"):  # by an operator
        made.append("runtimeclass/nvidia")
    for one in (namespace, _RUNTIME_CLASS):
        sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(one))
    try:
        yield sandbox
    finally:
        sandbox.kubectl("delete", "--wait=false", *made)


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


def test_its_server_starts_and_is_reached_by_its_address_and_through_a_tunnel(
    tmp_path: Path,
) -> None:
    (container,) = POD["containers"]
    token = secrets.token_hex(32)
    bearer = f"Bearer {token}"
    (tmp_path / "token").write_text(token)
    there: dict[str, str] = {
        f"{_EVERYWHERE}:8080": f"{_EVERYWHERE}:0",
        "/etc/clusterwright/token": str(tmp_path / "token"),
        "$(POD_IP)": "10.0.0.7",
    }
    program = str(Path(sys.executable).with_name("clusterwright-gpu-node"))
    arguments: list[str] = container["args"]
    with served([program, *(there.get(one, one) for one in arguments)]) as url:
        local = url.replace(_EVERYWHERE, "127.0.0.1")
        for host in ("10.0.0.7:8080", "127.0.0.1:8080", "localhost:8080"):
            probe = httpx2.get(local.replace("/mcp", "/healthz"), headers={"Host": host})
            assert probe.status_code == 200
            assert asked(local, Host=host, Authorization=bearer).status_code == 200
        assert asked(local, Host="evil.example.com", Authorization=bearer).status_code == 421
        wrong = asked(local, Host="127.0.0.1", Authorization="Bearer wrong")
        assert wrong.status_code == 401
