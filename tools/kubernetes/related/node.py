"""What runs on a node, and how much of the node it has reserved."""

from collections.abc import Iterable

from clusterwright.tools.kubernetes.analyzers.capacity import Amounts, finished, requested
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import Manifest, mapping, name_of
from clusterwright.tools.quantity import quantity, spelled


async def around_node(lookup: Lookup, node: Manifest) -> list[Related]:
    """Return the pods that are bound to a node; note what they have reserved of it."""
    selector = f"spec.nodeName={name_of(node)}"
    pods = await lookup.listed("Pod", None, field_selector=selector)
    lookup.notes.append(f"reserved by its pods: {_reserved(node, pods)}")
    return lookup.tell("runs", pods)


def _reserved(node: Manifest, pods: Iterable[Manifest]) -> str:
    total: Amounts = {}
    for pod in (one for one in pods if not finished(one)):
        for resource, amount in requested(pod).items():
            total[resource] = total.get(resource, 0) + amount
    return ", ".join(
        f"{spelled(total.get(resource, 0), resource)} of {allocatable} {resource}"
        for resource, allocatable in mapping(node, "status", "allocatable").items()
        if quantity(allocatable) or total.get(resource)
    )
