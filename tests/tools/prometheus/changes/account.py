"""A credential of its own for a test: what it may do is what the test says, and nothing else."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from clusterwright.tools.manifest import Manifest
from tests.servers.kubeconfigs import edited
from tests.tools.prometheus.changes.place import Place

READS: list[Manifest] = [
    {"apiGroups": ["", "discovery.k8s.io"], "resources": ["*"], "verbs": ["get", "list"]},
    {"apiGroups": ["monitoring.coreos.com"], "resources": ["*"], "verbs": ["get", "list"]},
]
"""All that changes of monitoring are worked out from; `get` covers questions by the proxy too."""


@contextmanager
def account(place: Place, *more: Manifest) -> Generator[Path]:
    """Make an account that may read, and do what the rules say; yield its kubeconfig."""
    name, sandbox = place.namespace, place.sandbox
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    place.create({**kind, "metadata": {"name": name}, "rules": [*READS, *more]})
    sandbox.kubectl("create", "serviceaccount", "worker", "-n", name)
    bound = f"--serviceaccount={name}:worker"
    sandbox.kubectl("create", "clusterrolebinding", name, f"--clusterrole={name}", bound)
    token = sandbox.kubectl("create", "token", "worker", "-n", name).strip()
    folder = place.state.parent / "account"
    folder.mkdir(exist_ok=True)
    try:
        yield edited(sandbox, folder, user={"token": token})
    finally:
        sandbox.kubectl("delete", f"clusterrolebinding/{name}", f"clusterrole/{name}")
        sandbox.kubectl("delete", "serviceaccount", "worker", "-n", name)
