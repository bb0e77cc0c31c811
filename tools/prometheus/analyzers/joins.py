"""From the labels of series to the objects of the cluster that they are about: never a guess.

Exporters name nodes and pods in several ways, and a label may be the exporter's own: what names
nothing that exists joins nothing.
"""

from collections.abc import Iterator

from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.kubernetes.owners.machine import origin_of
from clusterwright.tools.manifest import dig, text
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.scraping.subject import subject
from clusterwright.tools.ref import Ref, checked

_NODE_LABELS = ("Hostname", "hostname", "node", "kubernetes_node", "nodename")
"""dcgm-exporter before and after its change of case (#655), kubelet, older scrape configs."""


def pod_of(estate: Estate, labels: Labels) -> Ref | None:
    """Return the pod that a series is about; None for the exporter's own, and for one that is gone.

    Where the exporter's labels clash with those of its target, Prometheus calls them exported_*.
    """
    for prefix in ("exported_", ""):
        name, namespace = labels.get(f"{prefix}pod", ""), labels.get(f"{prefix}namespace", "")
        if name and namespace:
            ref = checked(Ref("Pod", name, namespace))
            own = prefix == "" and ref == _exporter(estate, labels)
            return None if own or ref is None or _gone(estate, ref) else ref
    return None


def _exporter(estate: Estate, labels: Labels) -> Ref | None:
    """Return the pod that the series was scraped from."""
    target = estate.target_of(labels.get("job", ""), labels.get("instance", ""))
    if target is None:
        return None
    return subject(target.discovered)


def _gone(estate: Estate, ref: Ref) -> bool:
    if not estate.was_read("Pod"):
        return False
    pod = estate.get(ref)
    return pod is None or dig(pod, "metadata", "deletionTimestamp") is not None


def node_of(estate: Estate, labels: Labels) -> Ref | None:
    """Return the node that a series is about: by name, by address, or by its exporter's pod."""
    named = [one for key in _NODE_LABELS if (one := labels.get(key, ""))]
    instance = labels.get("instance", "")
    host = instance.rpartition(":")[0].strip("[]")
    for name in (*named, host, instance):
        found = estate.addresses.get(name)
        if found:
            return found
    pod = _exporter(estate, labels)
    if pod is not None and pod.kind == "Node":
        return pod
    manifest = estate.get(pod) if pod else None
    if manifest:
        return estate.addresses.get(text(manifest, "spec", "nodeName"))
    if estate.was_read("Node") or not named:
        return None
    return checked(Ref("Node", named[0]))


def workload(estate: Estate, pod: Ref) -> Ref:
    """Return the workload that a person knows a pod by; the pod itself, where it is not known."""
    manifest = estate.get(pod)
    return workload_of(estate, manifest) if manifest else pod


def machine_of(estate: Estate, node: Ref) -> Ref | None:
    """Return the Machine of Cluster API that a node is, where the node says so."""
    origin = origin_of(estate.get(node))
    return origin.ref if origin.namespace else None


def hosts(estate: Estate, pod: Ref | None, node: Ref | None) -> Iterator[Relation]:
    """Yield the edges from a pod to its node, and from a node to its machine."""
    if pod and node:
        yield Relation(source=pod, edge=Edge.RUNS_ON, target=node)
    machine = machine_of(estate, node) if node else None
    if node and machine:
        yield Relation(source=node, edge=Edge.RUNS_ON, target=machine)


def owners(estate: Estate, pod: Ref) -> Iterator[Relation]:
    """Yield the edge from a pod to its workload."""
    above = workload(estate, pod)
    if above != pod:
        yield Relation(source=pod, edge=Edge.OWNED_BY, target=above)
