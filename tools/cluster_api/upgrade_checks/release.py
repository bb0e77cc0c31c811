"""Which release of Cluster API a management cluster runs, as what installed it tells."""

import re
from typing import TYPE_CHECKING

from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.errors import ToolError
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_PROVIDER = "Provider.clusterctl.cluster.x-k8s.io"
"""clusterctl's inventory."""
_LABELS = "cluster.x-k8s.io/provider=cluster-api"
"""On the Deployment of the core, however it was installed."""
_TAG = re.compile(r":(v\d{1,3}\.\d{1,4}\.\d{1,4}[\w.-]{0,60})(?:@|\Z)")


async def release(management: "Connection") -> tuple[Ref, Version] | None:
    """Return the release of the core, and the object that tells it; None if nothing does."""
    for one in await _listed(management, _PROVIDER, ""):
        found = Version.of(text(one, "version"))
        if text(one, "type") == "CoreProvider" and found is not None:
            return Ref.of(one), found
    for one in await _listed(management, "Deployment", _LABELS):
        for container in items(one, "spec", "template", "spec", "containers"):
            tag = _TAG.search(text(container, "image"))
            found = Version.of(tag[1]) if tag else None
            if found is not None:
                return Ref.of(one), found
    return None


async def _listed(management: "Connection", kind: str, labels: str) -> list[Manifest]:
    try:
        return await management.list(await management.resource(kind), label_selector=labels)
    except ToolError:
        return []
