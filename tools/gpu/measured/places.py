"""From the labels of a series to the node and the pods it is about, however exporters name them.

dcgm-exporter writes the node as `Hostname` or `hostname` and the pod that has the device as `pod`.
Where Prometheus does not honour its labels the latter is `exported_pod`, and `pod` is that of the
exporter itself, also on devices that nobody has.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.estate import Estate, asked_of
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.prometheus.analyzers.joins import checked, node_of
from clusterwright.tools.prometheus.estate import Estate as Watched
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clusterwright.tools.prometheus.result import Labels

_EXPORTERS = ("dcgm-exporter", "metrics-exporter", "dcgm")
"""What the pods of exporters are called, where pods could not be read."""
_NODES = ("Hostname", "hostname", "node", "kubernetes_node")


@dataclass(frozen=True)
class Places:
    """The nodes and pods of a cluster, by what series call them."""

    estate: Estate
    watched: Watched

    @cached_property
    def holders(self) -> "Mapping[Ref, Manifest]":
        """Pods on nodes that ask for devices, by resource or by claims of which some may be."""
        return {
            Ref.of(pod): pod
            for pod in self.estate.of_kind("Pod")
            if text(pod, "spec", "nodeName")
            and not finished(pod)
            and (asked_of(pod) or items(pod, "spec", "resourceClaims"))
        }

    def pod(self, labels: "Labels") -> Ref | None:
        """Return the pod that has the device of a series; None for nobody and for an exporter."""
        for prefix in ("exported_", ""):
            name, namespace = labels.get(f"{prefix}pod", ""), labels.get(f"{prefix}namespace", "")
            found = checked(Ref("Pod", name, namespace)) if name and namespace else None
            if found and self._has_devices(found):
                return found
            if labels.get("exported_pod"):
                return None
        return None

    def _has_devices(self, pod: Ref) -> bool:
        if self.estate.was_read("Pod"):
            return pod in self.holders
        return not any(one in pod.name for one in _EXPORTERS)

    def node(self, labels: "Labels") -> str:
        """Return the node of a series; empty where nothing tells it."""
        found = node_of(self.watched, labels)
        if found:
            return found.name
        for prefix in ("exported_", ""):
            if on := self._of_pod(labels.get(f"{prefix}pod", ""), labels, prefix):
                return on
        host = labels.get("instance", "").rpartition(":")[0].strip("[]")
        if on := self._by_address.get(host, ""):
            return on
        told = next((labels[one] for one in _NODES if labels.get(one)), "")
        known = self.estate.was_read("Node")
        return "" if known or not told or checked(Ref("Node", told)) is None else told

    def _of_pod(self, name: str, labels: "Labels", prefix: str) -> str:
        ref = Ref("Pod", name, labels.get(f"{prefix}namespace", ""))
        manifest = self.estate.get(ref)
        return text(manifest, "spec", "nodeName") if manifest else ""

    @cached_property
    def _by_address(self) -> "Mapping[str, str]":
        """Nodes by the addresses of the pods on them."""
        pods = self.estate.of_kind("Pod")
        found = {text(one, "status", "podIP"): text(one, "spec", "nodeName") for one in pods}
        found.pop("", None)
        return found
