"""The DaemonSets of the GPU operators: in which order they make a device usable, and where.

Sources: NVIDIA/gpu-operator v26.7, assets/ and controllers/object_controls.go; ROCm/gpu-operator
v1.5, internal/controllers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.gpu.workload import CONTAINER, PASSTHROUGH, VGPU
from clusterwright.tools.manifest import Manifest, items, labels_of, name_of, text

DEPLOY = "nvidia.com/gpu.deploy."
"""Labels by which the operator of NVIDIA places each operand; `true` places it."""
OPT_OUT = "nvidia.com/gpu.deploy.operands"
"""The label that keeps a node from all operands, when it is `false`."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One DaemonSet of an operator."""

    name: str
    """In our words: driver, toolkit, validator, device-plugin, gfd, mig-manager, dcgm-exporter.

    No two vendors share one but for what AMD's are called, whose nodes have no others.
    """
    vendor: Vendor
    daemonsets: tuple[str, ...]
    """Names it has, or begins with, where an operator makes one for each kind of node."""
    deploy: str = ""
    """The rest of its deploy label."""
    waits_for: tuple[str, ...] = ()
    """Operands that its init containers wait for."""
    needed: bool = True
    """Whether no pod gets a device without it."""
    workloads: frozenset[str] = frozenset()
    """Of the nodes that it is for, as their operator calls them; empty: of all."""

    def serves(self, workload: str) -> bool:
        """Return whether a node for such workloads is to have it."""
        return not self.workloads or workload in self.workloads

    def is_called(self, daemonset: Manifest) -> bool:
        """Return whether a DaemonSet is named or labelled like it, as anybody's may be."""
        name, labels = name_of(daemonset), labels_of(daemonset)
        names = {name, labels.get("app"), labels.get("app.kubernetes.io/name")}
        return any(one in names or name.startswith(f"{one}-") for one in self.daemonsets)


_N, _A = Vendor.NVIDIA, Vendor.AMD
_FOR_CONTAINERS = frozenset({CONTAINER})
_PASSED, _VIRTUAL = frozenset({PASSTHROUGH}), frozenset({VGPU})
_FOR_MACHINES = _PASSED | _VIRTUAL
OPERANDS = (
    # The longer names come first: a DaemonSet is the first operand's whose name it begins with.
    Operand(
        "driver",
        _N,
        ("nvidia-driver-daemonset", "nvidia-gpu-driver"),
        "driver",
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "toolkit",
        _N,
        ("nvidia-container-toolkit-daemonset",),
        "container-toolkit",
        ("driver",),
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "validator",
        _N,
        ("nvidia-operator-validator",),
        "operator-validator",
        ("driver", "toolkit", "device-plugin"),
        needed=False,
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "mps-control",
        _N,
        ("nvidia-device-plugin-mps-control-daemon",),
        "device-plugin",
        ("toolkit",),
        needed=False,
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "device-plugin",
        _N,
        # As the operator, its own chart, Google, and HAMi in its place name it.
        (
            *("nvidia-device-plugin-daemonset", "nvidia-device-plugin"),
            *("nvidia-gpu-device-plugin", "hami-device-plugin"),
        ),
        "device-plugin",
        ("toolkit",),
    ),
    Operand(
        "gfd",
        _N,
        ("gpu-feature-discovery",),
        "gpu-feature-discovery",
        ("toolkit",),
        needed=False,
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "mig-manager",
        _N,
        ("nvidia-mig-manager",),
        "mig-manager",
        ("toolkit",),
        needed=False,
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "dcgm-exporter",
        _N,
        ("nvidia-dcgm-exporter",),
        "dcgm-exporter",
        ("toolkit",),
        needed=False,
        workloads=_FOR_CONTAINERS,
    ),
    Operand(
        "dcgm", _N, ("nvidia-dcgm",), "dcgm", ("toolkit",), needed=False, workloads=_FOR_CONTAINERS
    ),
    Operand(
        "dra-driver",
        _N,
        ("nvidia-dra-driver-gpu-kubelet-plugin", "nvidia-dra-driver-kubelet-plugin"),
        waits_for=("driver",),
        needed=False,
    ),
    Operand("vfio-manager", _N, ("nvidia-vfio-manager",), "vfio-manager", workloads=_PASSED),
    Operand(
        "vgpu-device-manager",
        _N,
        ("nvidia-vgpu-device-manager",),
        "vgpu-device-manager",
        ("vgpu-manager",),
        workloads=_VIRTUAL,
    ),
    Operand(
        "vgpu-manager", _N, ("nvidia-vgpu-manager-daemonset",), "vgpu-manager", workloads=_VIRTUAL
    ),
    Operand(
        "sandbox-validator",
        _N,
        ("nvidia-sandbox-validator",),
        "sandbox-validator",
        ("vfio-manager", "vgpu-manager", "vgpu-device-manager"),
        needed=False,
        workloads=_FOR_MACHINES,
    ),
    Operand(
        "kata-device-plugin",
        _N,
        ("nvidia-kata-sandbox-device-plugin-daemonset",),
        "kata-sandbox-device-plugin",
        ("vfio-manager",),
        workloads=_PASSED,
    ),
    Operand(
        "sandbox-device-plugin",
        _N,
        ("nvidia-sandbox-device-plugin-daemonset",),
        "sandbox-device-plugin",
        ("vfio-manager", "vgpu-device-manager"),
        workloads=_FOR_MACHINES,
    ),
    Operand(
        "kata-manager",
        _N,
        ("nvidia-kata-manager",),
        "kata-manager",
        needed=False,
        workloads=_PASSED,
    ),
    Operand(
        "cc-manager",
        _N,
        ("nvidia-cc-manager",),
        "cc-manager",
        needed=False,
        workloads=_FOR_MACHINES,
    ),
    Operand("intel-device-plugin", Vendor.INTEL, ("intel-gpu-plugin",)),
    Operand(
        "status-exporter",
        _N,
        ("nvidia-node-status-exporter",),
        "node-status-exporter",
        needed=False,
    ),
)
OWNERS: Mapping[Vendor, frozenset[str]] = {
    _N: frozenset({"ClusterPolicy.nvidia.com", "NVIDIADriver.nvidia.com", "GPUCluster.nvidia.com"}),
    _A: frozenset({"DeviceConfig.amd.com"}),
}
"""Kinds of the operators' objects, which are the controllers of the DaemonSets made for them."""
AMD_ENDINGS = {
    "-device-plugin": Operand(
        "device-plugin", _A, (), waits_for=("driver",), workloads=_FOR_CONTAINERS
    ),
    "-node-labeller": Operand("node-labeller", _A, (), waits_for=("driver",), needed=False),
    "-metrics-exporter": Operand("metrics-exporter", _A, (), waits_for=("driver",), needed=False),
    "-config-manager": Operand("config-manager", _A, (), waits_for=("driver",), needed=False),
    "-test-runner": Operand("test-runner", _A, (), waits_for=("driver",), needed=False),
}
"""How names of AMD's DaemonSets end, which begin with that of their DeviceConfig."""


def claim_of(daemonset: Manifest) -> Operand | None:
    """Return which operand a DaemonSet passes for; None for any other.

    By what it says of itself, which anybody may write: `ownership` tells whose it is.
    """
    if kind_of_owner(daemonset) in OWNERS[Vendor.AMD]:
        name = name_of(daemonset)
        return next((one for end, one in AMD_ENDINGS.items() if name.endswith(end)), None)
    return next((one for one in OPERANDS if one.is_called(daemonset)), None)


def controller_of(manifest: Manifest) -> Manifest:
    """Return the reference to an object's controller; an empty one where there is none."""
    for one in items(manifest, "metadata", "ownerReferences"):
        if one.get("controller") is True:
            return one
    return {}


def kind_of_owner(manifest: Manifest) -> str:
    """Return the kind that an object names as its controller: `ClusterPolicy.nvidia.com`."""
    said = controller_of(manifest)
    group = text(said, "apiVersion").rpartition("/")[0]
    return f"{text(said, 'kind')}.{group}"
