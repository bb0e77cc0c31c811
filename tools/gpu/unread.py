"""What an answer about accelerators rests on and could not be read, told in few lines."""

from collections.abc import Iterable

from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.estate import (
    CLUSTER_POLICY,
    DEVICE_CONFIG,
    GPU_CLUSTER,
    NVIDIA_DRIVER,
    Estate,
)

COUNTED = frozenset({"Node", "Pod", "DaemonSet", "ResourceSlice", "ResourceClaim"})
"""Kinds by which devices are counted, and who has them."""
OPERATED = frozenset(
    {
        *("Node", "Pod", "DaemonSet", "Deployment"),
        *(CLUSTER_POLICY, NVIDIA_DRIVER, GPU_CLUSTER, DEVICE_CONFIG),
    }
)
"""Kinds by which operators are judged."""
FUNNEL = COUNTED | OPERATED | {"Event"}
"""Kinds that the stages of a node rest on."""


def unread(estate: Estate, kinds: frozenset[str]) -> tuple[Gap, ...]:
    """Return what of some kinds could not be read."""
    return tuple(one for one in estate.coverage.gaps if one.what in kinds)


def told(gaps: Iterable[Gap]) -> list[str]:
    """Return a line for each reason: the kinds, and why they were not read."""
    kinds: dict[str, list[str]] = {}
    for one in gaps:
        kinds.setdefault(one.reason, []).append(one.what)
    return [f"{', '.join(found)} not read ({reason})" for reason, found in kinds.items()]
