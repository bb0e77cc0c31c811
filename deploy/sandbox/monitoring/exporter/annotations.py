"""What annotations say is measured: the vocabulary of the simulated exporter."""

import math

from clusterwright.tools.manifest import Manifest, strings

GPU = "gpu.sandbox.clusterwright.io/"
"""On a pod for all of its GPUs; on a node for all of its own, or for one of them as `2.xid`."""
USAGE = "usage.sandbox.clusterwright.io/"
"""On a pod, of all its containers together: `cpu`, `memory`; on a claim: `used-ratio`."""
APPLICATION = "metrics.sandbox.clusterwright.io/"
"""On a pod: `requests-per-second`, `error-ratio`, `latency-seconds`, `series`, `text`."""


def said(manifest: Manifest, key: str, default: float) -> float:
    """Return the number that an annotation holds; the default where it holds none, or no end."""
    try:
        found = float(strings(manifest, "metadata", "annotations")[key])
    except (KeyError, ValueError):
        return default
    return found if math.isfinite(found) else default
