"""Programs that only a port-forward leads to, and accounts that may open one or may not."""

import json
import os
import subprocess
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.node import BASE_IMAGE
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json, Manifest
from tests.servers.kubeconfigs import edited
from tests.tools.helm.client.test_http import certificate
from tests.tools.prometheus.changes.processes import free_port, program
from tests.tools.prometheus.client.in_sandbox import enter

SERVICE = "prometheus-operated"
PORT = 8080
_DEADLINE = 30.0
_GONE = ("--wait=false", "--ignore-not-found")


def pod(name: str, command: Sequence[str], *, app: str = "", **spec: Json) -> Manifest:
    container = {"name": "main", "image": BASE_IMAGE, "command": list(command)}
    real = {"nodeName": "real-1", "terminationGracePeriodSeconds": 0, "containers": [container]}
    metadata = {"name": name, "labels": {"app": app or name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**real, **spec}}


def answering(name: str, value: int = 3, app: str = "") -> Manifest:
    """Return a pod whose answer to each query is a number."""
    data = {"resultType": "scalar", "result": [1, str(value)]}
    said = json.dumps({"status": "success", "data": data})
    return pod(name, ["workload", "serve", f"--port={PORT}", f"--message={said}"], app=app)


def service(name: str, app: str, target: int, port_name: str = "web") -> Manifest:
    port = {"name": port_name, "port": 9090, "targetPort": target}
    spec = {"clusterIP": "None", "selector": {"app": app}, "ports": [port]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


@contextmanager
def made(sandbox: Instance, namespace: str, *objects: Manifest) -> Generator[None]:
    """Make objects in a namespace, and wait until pods are ready, and behind their Services."""
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    sandbox.kubectl("create", "-n", namespace, "-f", "-", stdin=listed)
    try:
        for one in objects:
            name = one["metadata"]["name"]
            if one["kind"] == "Service":
                _wait(sandbox, namespace, name)
            else:
                ready = ("--for=condition=Ready", f"--timeout={_DEADLINE:.0f}s")
                sandbox.kubectl("wait", "-n", namespace, f"pod/{name}", *ready)
        yield
    finally:  # whoever looks for monitoring next must not find this
        sandbox.kubectl("delete", "-n", namespace, *_GONE, "-f", "-", stdin=listed)


def _wait(sandbox: Instance, namespace: str, name: str) -> None:
    deadline = time.monotonic() + _DEADLINE
    asked = ("get", "endpointslices", "-n", namespace, "-o", "json")
    label = f"kubernetes.io/service-name={name}"
    while '"ready": true' not in sandbox.kubectl(*asked, "-l", label):
        assert time.monotonic() < deadline, sandbox.kubectl("describe", "pods", "-n", namespace)
        time.sleep(0.1)


@contextmanager
def unrouted(sandbox: Instance, folder: Path) -> Generator[int]:
    """Run a Prometheus with TLS on the node's loopback alone; yield its port.

    To a pod of the node's own network, the API server's way ends before it, and a port-forward does
    not.
    """
    certificate(folder)
    pem = folder / "server.pem"
    web, config, port = folder / "web.yml", folder / "prometheus.yml", free_port()
    web.write_text(f"tls_server_config: {{cert_file: {pem}, key_file: {pem}}}\n")
    config.write_text("scrape_configs: []\n")
    argv = [
        *enter(sandbox),
        str(program("prometheus")),
        f"--config.file={config}",
        f"--web.config.file={web}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    log = folder / "log"
    with log.open("wb") as written, subprocess.Popen(argv, stderr=written) as process:
        try:
            deadline = time.monotonic() + _DEADLINE
            while b"Server is ready" not in log.read_bytes():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield port
        finally:
            process.kill()


@asynccontextmanager
async def account(
    sandbox: Instance, namespace: str, place: Path, *verbs: str
) -> AsyncGenerator[Clusters]:
    """Yield the clusters of an account that reads objects, and has verbs on pods/portforward."""
    name = f"forwarder-{os.getpid()}"
    inside, who = ("-n", namespace), f"--serviceaccount={namespace}:{name}"
    sandbox.kubectl("create", "serviceaccount", name, *inside)
    sandbox.kubectl("create", "clusterrolebinding", name, "--clusterrole=view", who)
    if verbs:
        rights = (f"--verb={','.join(verbs)}", "--resource=pods/portforward")
        sandbox.kubectl("create", "role", name, *inside, *rights)
        sandbox.kubectl("create", "rolebinding", name, *inside, f"--role={name}", who)
        _wait_for_right(sandbox, namespace, name, verbs[0])
    token = sandbox.kubectl("create", "token", name, *inside).strip()
    clusters = Clusters(edited(sandbox, place, user={"token": token}))
    try:
        yield clusters
    finally:
        await clusters.aclose()
        gone = ("serviceaccount", "role", "rolebinding")
        for kind in gone:
            sandbox.kubectl("delete", kind, name, *inside, "--ignore-not-found")
        sandbox.kubectl("delete", "clusterrolebinding", name)


def _wait_for_right(sandbox: Instance, namespace: str, name: str, verb: str) -> None:
    """Wait until the API server's authorizer has seen the role, which it watches."""
    deadline = time.monotonic() + _DEADLINE
    asked = ("auth", "can-i", verb, "pods/x", "--subresource=portforward", "-n", namespace)
    while True:
        try:
            sandbox.kubectl(*asked, f"--as=system:serviceaccount:{namespace}:{name}")
        except StartError:  # it says no
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
