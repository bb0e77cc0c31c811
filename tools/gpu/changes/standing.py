"""Whether a node can be changed at all: not while its driver is being upgraded."""

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.quotation import word

UPGRADE = "nvidia.com/gpu-driver-upgrade-state"
DONE, FAILED, REQUIRED = "upgrade-done", "upgrade-failed", "upgrade-required"


def require_at_rest(node: GpuNode) -> None:
    """Raise RefusedError while the driver of a node is being upgraded, or where that failed."""
    state = node.upgrade_state
    if state in {"", DONE, REQUIRED}:
        return
    if state == FAILED:
        raise RefusedError(
            f"the driver upgrade of {node.ref} failed, so that its GPUs may not work",
            hint="find out why (gpu_describe_node), then retry_upgrade",
        )
    raise RefusedError(
        f"the driver of {node.ref} is being upgraded: {word(state)}",
        hint="wait until it is upgrade-done",
    )
