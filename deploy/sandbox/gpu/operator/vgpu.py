"""The vGPU device manager of a node: it makes the vGPUs that the node's label names, or fails to.

Rules: NVIDIA/vgpu-device-manager v0.5, cmd/nvidia-k8s-vgpu-dm (the label is acted on when its value
changes or the manager starts; without one a default is applied) and pkg/vgpu/config.go.
"""

from clusterwright.deploy.sandbox.gpu.hardware import STEER, Hardware
from clusterwright.deploy.sandbox.gpu.operator.world import World, steered
from clusterwright.tools.manifest import Manifest, labels_of, name_of, text

CONFIG = "nvidia.com/vgpu.config"
STATE = f"{CONFIG}.state"
APPLIED = "vgpu-applied"
"""Annotation that remembers which vGPUs a node has."""
_DEFAULT = "default"
_SAID = (
    'level=info msg="Updating to vGPU config: {0}"\n{1}\n'
    'level=info msg="Setting node label: nvidia.com/vgpu.config.state={2}"\n'
    "level=info msg=\"Waiting for change to 'nvidia.com/vgpu.config' label\""
)
_DONE = 'level=info msg="Successfully updated to vGPU config: {0}"'
_FAILED = (
    'level=fatal msg="error setting VGPU config: vGPU type {0} is not supported on GPU (index=0,'
    ' address=0000:3b:00.0)"\n'
    "level=error msg=\"Failed to apply vGPU config: unable to apply config '{0}': exit status 1\""
)


class VgpuManagers:
    """Remembers what each node's manager has tried."""

    def __init__(self, world: World) -> None:
        """Take the world."""
        self._world = world
        self._tried: dict[str, tuple[str, str]] = {}

    def look_after(self, node: Manifest, hardware: Hardware, pod: Manifest) -> None:
        """Make what a node's label asks for, in two steps that others can see."""
        wanted = labels_of(node).get(CONFIG) or _DEFAULT
        attempt = wanted, text(pod, "metadata", "uid")
        if self._tried.get(name_of(node)) == attempt:
            return
        if labels_of(node).get(STATE) != "pending":
            self._world.label(node, {STATE: "pending"})
            return
        self._tried[name_of(node)] = attempt
        types = hardware.product.vgpus
        name = next(iter(types), "") if wanted == _DEFAULT else wanted
        state = "success" if name in types else "failed"
        if name in types:  # what was there before stays where a type is not supported
            self._world.annotate(node, {f"{STEER}{APPLIED}": name})
        said = (_DONE if name in types else _FAILED).format(wanted)
        self._world.said[name_of(node)] = _SAID.format(wanted, said, state)
        self._world.label(node, {STATE: state})


def vgpus_of(node: Manifest, hardware: Hardware) -> dict[str, int]:
    """Return the vGPUs of a node by resource, as KubeVirt's plugin names them."""
    made = steered(node, APPLIED)
    each = hardware.product.vgpus.get(made, 0)
    return {f"nvidia.com/GRID_{made}": each * hardware.count} if each else {}


def passed_through(hardware: Hardware) -> dict[str, int]:
    """Return the GPUs of a node as they are offered to virtual machines."""
    name = hardware.product.passed_through
    return {f"nvidia.com/{name}": hardware.count} if name else {}
