"""The Node that a pool would bring, as far as it is known, and which Pods wait for such a one.

A Node of the pool that is there tells most. Of a pool without any, the annotations tell that a
cluster autoscaler reads (kubernetes/autoscaler, cluster-autoscaler/cloudprovider/clusterapi,
README, "Scale from zero support"), and the labels and taints that Cluster API takes from the
Machine to its Node.
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.kubernetes.analyzers.capacity import requested
from clusterwright.tools.kubernetes.analyzers.node_match import selects, untolerated
from clusterwright.tools.kubernetes.owners.node_labels import is_synced
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    mapping,
    strings,
    text,
)
from clusterwright.tools.quantity import quantities

_CAPACITY = "capacity.cluster-autoscaler.kubernetes.io"
_AMOUNTS = {"cpu": "cpu", "memory": "memory", "ephemeral-disk": "ephemeral-storage"}
_ANY_NODE = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})
"""Resources that every Node has some of: how much is not known of a pool without Nodes."""
_PASSING = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", "node.cluster.x-k8s.io/")
"""Taints that come with the state of a Node, and go with it."""
_OWN_LABEL = "kubernetes.io/hostname"
_EVERYWHERE = {"kubernetes.io/os": "linux"}
"""What the autoscaler takes a Node of a pool for that says nothing else."""


def node_of(pool: Manifest, nodes: Sequence[Manifest]) -> Manifest:
    """Return a Node as the pool's next one will be; `nodes` are those that it has."""
    if nodes:
        return _like(nodes[0])
    told = strings(pool, "metadata", "annotations")
    labels = strings(pool, "spec", "template", "metadata", "labels")
    synced = {k: v for k, v in labels.items() if is_synced(k.rpartition("/")[0])}
    said = dict(one.split("=", 1) for one in _listed(told, "labels") if "=" in one)
    taints = [*items(pool, "spec", "template", "spec", "taints"), *_taints(told)]
    return {
        "metadata": {"labels": {**_EVERYWHERE, **said, **synced}},
        "spec": {"taints": list(taints)},
        "status": {"allocatable": dict(_amounts(told))},
    }


def awaits(pod: Manifest, node: Manifest) -> bool:
    """Return whether a Pod that has no Node would be placed on this one, were it empty.

    How much of it other Pods would take is not asked. What a Node is not known to have is taken
    for there only of the resources that any Node has.
    """
    placed = condition(pod, "PodScheduled")
    if placed.get("status") != "False" or text(placed, "reason") != "Unschedulable":
        return False
    if text(pod, "spec", "nodeName") or untolerated(pod, node) or not selects(pod, node):
        return False
    has = quantities(node, "status", "allocatable")
    return all(
        amount <= has.get(resource, amount if resource in _ANY_NODE else 0)
        for resource, amount in requested(pod).items()
    )


def _like(node: Manifest) -> Manifest:
    labels = {k: v for k, v in labels_of(node).items() if k != _OWN_LABEL}
    lasting = [
        one for one in items(node, "spec", "taints") if not text(one, "key").startswith(_PASSING)
    ]
    status = mapping(node, "status")
    return {"metadata": {"labels": labels}, "spec": {"taints": list(lasting)}, "status": status}


def _listed(told: dict[str, str], what: str) -> list[str]:
    return [one.strip() for one in told.get(f"{_CAPACITY}/{what}", "").split(",")]


def _taints(told: dict[str, str]) -> Iterator[Manifest]:
    """Yield the taints of an annotation: `key=value:Effect,key:Effect`."""
    for one in _listed(told, "taints"):
        what, _, effect = one.rpartition(":")
        key, _, value = what.partition("=")
        if key:
            yield {"key": key, "value": value, "effect": effect}


def _amounts(told: dict[str, str]) -> Iterator[tuple[str, str]]:
    for spelled, resource in _AMOUNTS.items():
        if amount := told.get(f"{_CAPACITY}/{spelled}"):
            yield resource, amount
    if most := told.get(f"{_CAPACITY}/maxPods"):
        yield "pods", most
    device, count = (told.get(f"{_CAPACITY}/gpu-{one}") for one in ("type", "count"))
    if device and count:
        yield device, count
