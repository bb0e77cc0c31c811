"""What runs on a node."""

from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import Manifest, name_of


async def around_node(lookup: Lookup, node: Manifest) -> list[Related]:
    """Return the pods that are bound to a node."""
    selector = f"spec.nodeName={name_of(node)}"
    return lookup.tell("runs", await lookup.listed("Pod", None, field_selector=selector))
