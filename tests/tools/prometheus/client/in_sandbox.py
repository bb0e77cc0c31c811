"""A real Prometheus where the API server of a sandbox can reach it, as a pod would be reached."""

import json
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.runtime import processes
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.place import NODE_ADDRESS
from clusterwright.tools.manifest import Manifest
from tests.tools.prometheus.changes.processes import free_port

_SECONDS = 30.0


@contextmanager
def in_sandbox(
    sandbox: Instance, namespace: str, executable: Path, folder: Path, prefix: str
) -> Generator[None]:
    """Run a Prometheus below a prefix, behind a Service as the operator makes it.

    The API server leads to pods only: the pod is never scheduled, and has the process' address.
    """
    address, port = _address(sandbox), free_port()
    config = folder / "prometheus.yml"
    config.write_text("scrape_configs: []\n")
    argv = [
        *enter(sandbox),
        str(executable),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}:{port}",
        f"--web.external-url=http://monitoring.example.com{prefix}",
    ]
    objects = {"apiVersion": "v1", "kind": "List", "items": _objects(namespace, address, port)}
    inside = ("-n", namespace)
    sandbox.kubectl("create", *inside, "-f", "-", stdin=json.dumps(objects))
    status = {"status": {"phase": "Running", "podIPs": [{"ip": address}], "podIP": address}}
    change = ("--subresource=status", "-p", json.dumps(status))
    sandbox.kubectl("patch", "pod", "prometheus-0", *inside, *change)
    with (folder / "log").open("wb") as log, subprocess.Popen(argv, stderr=log) as process:
        try:
            _wait(sandbox, f"{namespace}/services/http:prometheus-operated:9090/proxy{prefix}")
            yield
        finally:
            process.kill()
            # Whoever looks for monitoring next must not find this.
            sandbox.kubectl("delete", *inside, "service/prometheus-operated", "pod/prometheus-0")


def _wait(sandbox: Instance, proxy: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            sandbox.kubectl("get", "--raw", f"/api/v1/namespaces/{proxy}/-/ready")
        except StartError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def _address(sandbox: Instance) -> str:
    """Return an address that is no loopback: the API server leads to none."""
    if sandbox.has_node:
        return NODE_ADDRESS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        try:
            found.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = found.getsockname()[0]
        return address


def enter(sandbox: Instance) -> list[str]:
    """Return how a program is run in the network of the API server."""
    if not sandbox.has_node:
        return []
    (pid, *_) = processes.with_argument(f"--audit-log-path={sandbox.audit_log}")
    return ["nsenter", "-t", str(pid), "-n", "--"]


def _objects(namespace: str, address: str, port: int) -> list[Manifest]:
    pod = {"kind": "Pod", "name": "prometheus-0", "namespace": namespace}
    waiting = {"schedulingGates": [{"name": "example.com/never"}]}
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "prometheus-0"},
            "spec": {**waiting, "containers": [{"name": "prometheus", "image": "prometheus"}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "prometheus-operated", "labels": {"operated-prometheus": "true"}},
            "spec": {"clusterIP": "None", "ports": [{"name": "web", "port": 9090}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {"name": "prometheus-operated"},
            "subsets": [
                {
                    "addresses": [{"ip": address, "targetRef": pod}],
                    "ports": [{"name": "web", "port": port}],
                }
            ],
        },
    ]
