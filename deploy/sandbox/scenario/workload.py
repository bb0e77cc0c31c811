"""Workload clusters, as a scenario reaches them: by the kubeconfig that Cluster API keeps."""

import base64
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from clusterwright.deploy.sandbox.scenario.errors import KubectlError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.kubernetes.client.workload import Target
from clusterwright.tools.manifest import name_of, text


@contextmanager
def at(cluster: Cluster, target: str) -> Generator[Cluster]:
    """Yield the workload cluster `capi:namespace/name`, or the sandbox itself for an empty one.

    Raises KubectlError while it has no kubeconfig.
    """
    if not target:
        yield cluster
        return
    found = _kubeconfig(cluster, target)
    if not found:
        raise KubectlError(
            f"{target} has no kubeconfig yet", hint="its control plane is on its way"
        )
    with tempfile.TemporaryDirectory(prefix="clusterwright-") as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        kubeconfig.touch(0o600)
        kubeconfig.write_bytes(base64.b64decode(found))
        yield replace(cluster, kubeconfig=kubeconfig)


def is_reachable(cluster: Cluster, target: str) -> bool:
    """Return whether there is a kubeconfig for a workload cluster by now; the sandbox has one."""
    return not target or bool(_kubeconfig(cluster, target))


def _kubeconfig(cluster: Cluster, target: str) -> str:
    """Return what is kept for a workload cluster, in base64; empty while there is nothing."""
    named = Target.parse(target)
    secrets = {name_of(one): one for one in cluster.get(["Secret"], named.namespace)}
    return text(secrets.get(named.secret, {}), "data", "value")
