"""A kubelet that stops answering, and comes back.

kwok stands in for kubelets: it renews the leases of nodes. A lease that another holds is left to
it until it expires (sigs.k8s.io/kwok, pkg/kwok/controllers/node_lease_controller.go), so that the
real node lifecycle controller finds the node silent, as after the death of a kubelet.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Manifest, strings

KUBELET = "sandbox.clusterwright.io/simulated-kubelet"
"""On a Machine or its infrastructure: `stopped` while its kubelet does not answer."""
KWOK = "kwok.x-k8s.io/node"
_HELD_FOR, _AGAIN = 15, 5.0
"""Seconds for which the lease is kept from kwok, and after which it is kept for longer."""


@dataclass
class Kubelet:
    """What was done to the kubelet of one node."""

    since: float = 0.0
    """When it was stopped; 0 while it runs."""
    held: float = 0.0

    def set(self, workload: Api, node: str, *, stopped: bool) -> None:
        """Stop it, keep it stopped, or let it run again."""
        if stopped:
            self._hold(workload, node)
        elif self.since:
            self.since = self.held = 0.0
            self.run(workload, node)

    def run(self, workload: Api, node: str) -> None:
        """Leave the node to kwok, which takes its lease once that has expired."""
        workload.patch(_node(node), {"metadata": {"annotations": {KWOK: "fake"}}})

    def _hold(self, workload: Api, node: str) -> None:
        now = time.monotonic()
        if self.held and now - self.held < _AGAIN:
            return
        spec: Manifest = {"holderIdentity": "stopped-simulated"}
        if not self.since:
            self.since = now
            spec["renewTime"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            workload.patch(_node(node), {"metadata": {"annotations": {KWOK: None}}})
        self.held = now
        spec["leaseDurationSeconds"] = int(now - self.since) + _HELD_FOR
        workload.patch(_lease(node), {"spec": spec})


def is_stopped(one: Manifest) -> bool:
    """Return whether an object says that the kubelet does not answer."""
    return strings(one, "metadata", "annotations").get(KUBELET) == "stopped"


def _node(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}


def _lease(node: str) -> Manifest:
    metadata = {"name": node, "namespace": "kube-node-lease"}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}
