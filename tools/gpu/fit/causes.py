"""Why a pod fits nowhere, in one sentence each: what is asked for, against what the cluster has."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.fit.caveats import reserved
from clusterwright.tools.gpu.fit.filters import units
from clusterwright.tools.gpu.fit.node_info import PODS, NodeInfo, requests
from clusterwright.tools.gpu.fit.product_words import PRODUCT_LABELS, akin
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.manifest import Manifest, strings

_SHOWN = 4
_Against = Mapping[str, Sequence[Rejection]]


def causes(
    pod: Manifest, nodes: Sequence[NodeInfo], against: _Against, elsewhere: Collection[str] = ()
) -> Iterator[str]:
    """Yield what the pod asks for that no node has, or that no node has left.

    Resources from `elsewhere` are not given out by the node itself.
    """
    yield from _labels(pod, nodes)
    for resource, amount in sorted(requests(pod).items(), key=lambda one: "/" not in one[0]):
        if not amount or resource == PODS or resource in elsewhere:
            continue
        lacking = _amount(resource, amount, nodes, against)
        if sentence := lacking or _for_others(resource, nodes, against):
            yield sentence


def _labels(pod: Manifest, nodes: Sequence[NodeInfo]) -> Iterator[str]:
    for key, value in strings(pod, "spec", "nodeSelector").items():
        values = {node.labels[key] for node in nodes if key in node.labels}
        if value in values:
            continue
        if key in PRODUCT_LABELS and (there := _products(nodes)):
            alike = [one for one in there if akin(one, value)]
            yield f"no node has the label {key}={value}; nodes have {few(alike or there, _SHOWN)}"
            continue
        near = nearest(value, values) or ", ".join(sorted(values)[:_SHOWN])
        has = f"nodes have {near}" if near else "no node has that label"
        yield f"no node has the label {key}={value}; {has}"


def _products(nodes: Sequence[NodeInfo]) -> Sequence[str]:
    """Return all products that nodes have, of whatever vendor."""
    found = {node.labels.get(key, "") for node in nodes for key in PRODUCT_LABELS}
    return sorted(found - {""})


def _amount(resource: str, amount: int, nodes: Sequence[NodeInfo], against: _Against) -> str | None:
    offering = [node for node in nodes if node.allocatable.get(resource, 0) > 0]
    if not offering:
        return f"no node offers {resource}{_offered(resource, nodes)}"
    asked = units(amount, resource)
    largest = max(offering, key=lambda node: node.allocatable[resource])
    if amount > largest.allocatable[resource]:
        has = units(largest.allocatable[resource], resource)
        return f"{resource}: {asked} asked, the most that a node has is {has} ({largest.name})"
    can = [node for node in offering if _otherwise_open(against[node.name])]
    if not can or any(node.free(resource) >= amount for node in can):
        return None
    most = max(can, key=lambda node: node.free(resource))
    total = sum(max(0, node.free(resource)) for node in can)
    whole = sum(node.allocatable[resource] for node in can)
    where = "" if len(can) == len(offering) else f" on the {len(can)} nodes that it may use"
    if "/" in resource and total >= amount:
        free = units(most.free(resource), resource)
        return (
            f"{resource}: {asked} asked; {units(total, resource)} of {units(whole, resource)} are"
            f" free{where}, but no more than {free} on one node ({most.name}): fragmentation"
        )
    free = units(max(0, most.free(resource)), resource)
    of = (
        f" of {units(whole, resource)}, {units(total, resource)} free in all"
        if "/" in resource
        else ""
    )
    return f"{resource}: {asked} asked; the most that is free on a node{where} is {free}{of}"


def _for_others(resource: str, nodes: Sequence[NodeInfo], against: _Against) -> str:
    """Return that the nodes which a pod may be on have their GPUs for something else."""
    can = [node for node in nodes if _otherwise_open(against[node.name])]
    why = {reserved(resource, node) for node in can}
    if not can or "" in why or any(node.allocatable.get(resource) for node in can):
        return ""
    names = few([node.name for node in can], _SHOWN)
    return f"{resource} is not offered by the nodes that it may be on, {names}: {min(why)}"


def _otherwise_open(against: Sequence[Rejection]) -> bool:
    return all(one.plugin is Plugin.NODE_RESOURCES_FIT for one in against)


def _offered(resource: str, nodes: Sequence[NodeInfo]) -> str:
    """Return which accelerators there are instead, the most similar first."""
    counts: dict[str, int] = {}
    for node in nodes:
        for one, count in node.allocatable.items():
            if count and vendor_of(one):
                counts[one] = counts.get(one, 0) + max(0, node.free(one))
    if not counts:
        return "; no node offers an accelerator at all"
    near = nearest(resource, counts)
    names = sorted(
        counts, key=lambda one: (one != near, vendor_of(one) != vendor_of(resource), one)
    )
    shown = ", ".join(f"{one} ({counts[one]} free)" for one in names[:_SHOWN])
    return f"; offered: {shown}"
