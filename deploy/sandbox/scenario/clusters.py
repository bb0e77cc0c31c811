"""Take the workload clusters of scenarios away, whatever state these were left in.

A namespace that is deleted takes its objects in no order, and a Cluster whose kubeconfig or
templates went first does not end. So Clusters go before their namespaces.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from clusterwright.deploy.sandbox.scenario.errors import KubectlError, NotGoneError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.manifest import Manifest, name_of, strings, text, truth
from clusterwright.tools.ref import Ref

_GONE_SECONDS = 180.0
_SECONDS_BETWEEN_LOOKS = 1.0
_CLUSTER, _MACHINE = "Cluster.cluster.x-k8s.io", "Machine.cluster.x-k8s.io"
_DEPLOYMENT = "ClusterDeployment.k0rdent.mirantis.com"
"""Of which Clusters come again, for as long as it is there."""
_KINDS = (_DEPLOYMENT, _CLUSTER, _MACHINE)
_PAUSED = "cluster.x-k8s.io/paused"
_HOOKS = ("pre-drain.delete.hook.", "pre-terminate.delete.hook.")
_THREADS = 4


def remove_clusters(cluster: Cluster, namespaces: Sequence[str]) -> None:
    """Delete every Cluster in these namespaces and wait until it is gone; raise NotGoneError."""
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(partial(_empty, cluster), namespaces))


def _empty(cluster: Cluster, namespace: str) -> None:
    deadline = time.monotonic() + _GONE_SECONDS
    while found := cluster.get(_KINDS, namespace):
        if time.monotonic() > deadline:
            names = ", ".join(f"{one['kind']} {name_of(one)}" for one in found)
            raise NotGoneError(
                f"still in namespace {namespace} after {_GONE_SECONDS:.0f} s: {names}",
                hint="clusterwright sandbox logs shows what its controllers say",
            )
        for one in found:
            with suppress(KubectlError):  # it may be gone by now: the next look tells
                _let_go(cluster, one)
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _let_go(cluster: Cluster, one: Manifest) -> None:
    """Delete a Cluster; take from it, and from its machines, what would hold it."""
    ref = Ref.of(one)
    held = [
        name
        for name in strings(one, "metadata", "annotations")
        if name == _PAUSED or name.startswith(_HOOKS)
    ]
    if held or truth(one, "spec", "paused"):
        paused: Manifest = {"spec": {"paused": False}} if ref.kind == "Cluster" else {}
        cluster.patch(ref, {"metadata": {"annotations": dict.fromkeys(held)}, **paused})
    if ref.kind != "Machine" and not text(one, "metadata", "deletionTimestamp"):
        cluster.delete(ref)
