"""How far an operand's pod has come on its node: which container runs, waits or fails, and how.

Init containers wait as those of NVIDIA/gpu-operator do (assets/*/0500_daemonset.yaml:
driver-validation and toolkit-validation loop until a file is there, plugin-validation until the
node offers devices) and that of ROCm/gpu-operator (driver-init).
"""

from collections.abc import Collection
from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.operands import key_of
from clusterwright.deploy.sandbox.gpu.operator.world import steered
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text

DRIVER, TOOLKIT, DEVICES, AMD_DRIVER = "driver", "toolkit", "devices", "amd-driver"
VFIO, VGPU_MANAGER, VGPUS = "vfio", "vgpu-manager", "vgpus"
CONFIG = "config"
"""What pods wait for on their node."""
_WAITS = {
    "driver-validation": (DRIVER,),
    "toolkit-validation": (DRIVER, TOOLKIT),
    "cuda-validation": (DRIVER, TOOLKIT),
    "plugin-validation": (DEVICES,),
    "driver-init": (AMD_DRIVER,),
    "vfio-pci-validation": (VFIO,),
    "vgpu-manager-validation": (VGPU_MANAGER,),
    "vgpu-devices-validation": (VGPUS,),
}
_FAILS_WITHOUT = {"config-manager-init": CONFIG}
"""What does not wait: `specified config does not exist` (k8s-device-plugin, cmd/config-manager)."""
MODES = frozenset({"crash", "oom", "image-pull", "create-error", "not-ready", "sandbox"})
"""What annotations can say of a container; `crash 14` is a crash with that exit code."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a pod stands."""

    at: int
    """Index of the container that is not past, init containers first."""
    name: str
    """Of that container; empty when all is well."""
    mode: str
    """`wait` in an init container, one of MODES, or empty when all runs."""
    exit_code: int = 1

    @property
    def ready(self) -> bool:
        """Whether the pod is Ready."""
        return not self.mode


def situation(pod: Manifest, node: Manifest, there: Collection[str]) -> Situation:
    """Return where a pod stands while `there` is what is ready on its node."""
    key = key_of(pod)
    inits = items(pod, "spec", "initContainers")
    first = next((text(one, "name") for one in items(pod, "spec", "containers")), "")
    whole = steered(pod, "fault") or steered(node, f"{key}.{version_of(pod)}") or steered(node, key)
    if whole == "sandbox":
        return Situation(0, text(inits[0], "name") if inits else first, "sandbox")
    for at, container in enumerate(inits):
        name = text(container, "name")
        if any(one not in there for one in _WAITS.get(name, ())):
            return Situation(at, name, "wait")
        if name in _FAILS_WITHOUT and _FAILS_WITHOUT[name] not in there:
            return Situation(at, name, "crash")
        if said := steered(node, name):
            return _failing(at, name, said)
    return _failing(len(inits), first, whole) if whole else Situation(len(inits), "", "")


def _failing(at: int, name: str, said: str) -> Situation:
    mode, _, code = said.partition(" ")
    if mode not in MODES:
        mode = "crash"
    default = 137 if mode == "oom" else 1
    return Situation(at, name, mode, int(code) if code.isdecimal() else default)


def version_of(pod: Manifest) -> str:
    """Return the version that an operand's image is tagged with, without what it is built for."""
    image = next((text(one, "image") for one in items(pod, "spec", "containers")), "")
    return image.rpartition(":")[2].partition("-")[0]


def named(pod: Manifest) -> str:
    """Return a pod as a kubelet names it in events."""
    return f"{name_of(pod)}_{namespace_of(pod)}({text(pod, 'metadata', 'uid')})"
