"""What a GPU is linked with: its NVLinks, and the fabric behind NVSwitches."""

from clusterwright.tools.gpu_node.asking import Asked
from clusterwright.tools.gpu_node.models import Fabric, NvLink
from clusterwright.tools.gpu_node.nvml import Number, NvmlError, RawFabric, Refusal

_STATES = {1: "not started", 2: "in progress", 3: "completed"}
_TRUE = 1
_MASKS = (
    (0, 0x3, {_TRUE: "degraded bandwidth"}),
    (2, 0x3, {_TRUE: "route recovery in progress"}),
    (4, 0x3, {_TRUE: "route unhealthy"}),
    (6, 0x3, {_TRUE: "access timeout recovery"}),
    (
        8,
        0xF,
        {
            2: "incorrect system GUID",
            3: "incorrect chassis serial number",
            4: "no partition",
            5: "insufficient NVLinks",
            6: "incompatible GPU firmware",
            7: "invalid location",
            8: "invalid GPU state",
        },
    ),
)
"""Shift, width and what ails it, of the health mask (NVML_GPU_FABRIC_HEALTH_MASK_*)."""


def fabric_of(asked: Asked) -> Fabric | None:
    """Return the fabric; None where the GPU is in none."""

    def call() -> RawFabric:
        found = asked.nvml.fabric(asked.handle)
        if found.state == 0:
            raise NvmlError(Refusal.NOT_SUPPORTED)
        return found

    found = asked.ask("fabric", call)
    if found is None:
        return None
    ailments = [
        names[code]
        for shift, width, names in _MASKS
        if (code := (found.health_mask >> shift) & width) in names
    ]
    return Fabric(
        state=_STATES.get(found.state, f"code {found.state}"),
        status=found.status,
        clique=found.clique,
        cluster=found.cluster,
        ailments=tuple(ailments),
    )


def nvlink_of(asked: Asked) -> NvLink | None:
    """Return the NVLinks; None where the GPU has none."""
    count = asked.number(Number.NVLINKS)
    if not count:
        if count == 0:
            asked.not_supported.append("nvlink_state")
        return None
    active: list[int] = []
    inactive: list[int] = []
    for link in range(count):
        up = asked.ask("nvlink_state", lambda link=link: asked.nvml.link_active(asked.handle, link))
        if up is None:
            break
        (active if up else inactive).append(link)
    if not active and not inactive:
        return None
    return NvLink(
        active=tuple(active),
        inactive=tuple(inactive),
        crc_errors=asked.number(Number.NVLINK_CRC_ERRORS),
        replays=asked.number(Number.NVLINK_REPLAYS),
        recoveries=asked.number(Number.NVLINK_RECOVERIES),
    )
