"""The DaemonSets of the operators: names, labels, deploy labels and containers as theirs.

Sources: NVIDIA/gpu-operator v26.7, assets/state-*; ROCm/gpu-operator v1.5, internal/plugin,
internal/nodelabeller, internal/metricsexporter.
"""

from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import STEER
from clusterwright.tools.manifest import Manifest, labels_of

NAMESPACE, AMD_NAMESPACE = "gpu-operator", "kube-amd-gpu"
DRA_NAMESPACE = "nvidia-dra-driver-gpu"
DRA_DRIVER = "nvidia-dra-driver-gpu-kubelet-plugin"
DEPLOY = "nvidia.com/gpu.deploy."
KUBELET = f"{STEER}kubelet"
"""Annotation on pods whose kubelet the simulated operator plays, and not kwok."""
DRIVER_LABELS = {"app.kubernetes.io/component": "nvidia-driver"}
"""Of every driver's pods, whoever asked for the driver."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One DaemonSet of NVIDIA's operator."""

    key: str
    """How annotations name it."""
    state: str
    """The state of the operator that it belongs to."""
    daemonset: str
    deploy: str
    block: str
    """The block of ClusterPolicy.spec that enables it."""
    inits: tuple[str, ...]
    containers: tuple[str, ...]
    image: str
    selector: tuple[str, ...] = ()
    """Labels that have to be `true` beside the deploy label."""
    for_machines: bool = False
    """Whether it is there only with `sandboxWorkloads`."""


OPERANDS = (
    Operand(
        "driver",
        "state-driver",
        "nvidia-driver-daemonset",
        "driver",
        "driver",
        ("k8s-driver-manager",),
        ("nvidia-driver-ctr",),
        "driver",
    ),
    Operand(
        "toolkit",
        "state-container-toolkit",
        "nvidia-container-toolkit-daemonset",
        "container-toolkit",
        "toolkit",
        ("driver-validation",),
        ("nvidia-container-toolkit-ctr",),
        "k8s/container-toolkit",
    ),
    Operand(
        "validator",
        "state-operator-validation",
        "nvidia-operator-validator",
        "operator-validator",
        "validator",
        ("driver-validation", "toolkit-validation", "cuda-validation", "plugin-validation"),
        ("nvidia-operator-validator",),
        "cloud-native/gpu-operator-validator",
    ),
    Operand(
        "device-plugin",
        "state-device-plugin",
        "nvidia-device-plugin-daemonset",
        "device-plugin",
        "devicePlugin",
        ("toolkit-validation", "config-manager-init"),
        ("nvidia-device-plugin", "config-manager"),
        "k8s-device-plugin",
    ),
    Operand(
        "mps-control",
        "state-mps-control-daemon",
        "nvidia-device-plugin-mps-control-daemon",
        "device-plugin",
        "devicePlugin",
        ("toolkit-validation", "mps-control-daemon-mounts"),
        ("mps-control-daemon-ctr",),
        "k8s-device-plugin",
        ("nvidia.com/mps.capable",),
    ),
    Operand(
        "dcgm-exporter",
        "state-dcgm-exporter",
        "nvidia-dcgm-exporter",
        "dcgm-exporter",
        "dcgmExporter",
        ("toolkit-validation",),
        ("nvidia-dcgm-exporter",),
        "k8s/dcgm-exporter",
    ),
    Operand(
        "gfd",
        "gpu-feature-discovery",
        "gpu-feature-discovery",
        "gpu-feature-discovery",
        "gfd",
        ("toolkit-validation",),
        ("gpu-feature-discovery",),
        "k8s-device-plugin",
    ),
    Operand(
        "mig-manager",
        "state-mig-manager",
        "nvidia-mig-manager",
        "mig-manager",
        "migManager",
        ("toolkit-validation",),
        ("nvidia-mig-manager",),
        "cloud-native/k8s-mig-manager",
    ),
    Operand(
        "status-exporter",
        "state-node-status-exporter",
        "nvidia-node-status-exporter",
        "node-status-exporter",
        "nodeStatusExporter",
        (),
        ("nvidia-node-status-exporter",),
        "cloud-native/gpu-operator-validator",
    ),
    Operand(
        "vgpu-manager",
        "state-vgpu-manager",
        "nvidia-vgpu-manager-daemonset",
        "vgpu-manager",
        "vgpuManager",
        ("k8s-driver-manager",),
        ("nvidia-vgpu-manager-ctr",),
        "vgpu-manager",
        for_machines=True,
    ),
    Operand(
        "vgpu-device-manager",
        "state-vgpu-device-manager",
        "nvidia-vgpu-device-manager",
        "vgpu-device-manager",
        "vgpuDeviceManager",
        ("vgpu-manager-validation",),
        ("nvidia-vgpu-device-manager",),
        "cloud-native/vgpu-device-manager",
        for_machines=True,
    ),
    Operand(
        "sandbox-validator",
        "state-sandbox-validation",
        "nvidia-sandbox-validator",
        "sandbox-validator",
        "validator",
        ("vfio-pci-validation", "vgpu-manager-validation", "vgpu-devices-validation"),
        ("nvidia-sandbox-validator",),
        "cloud-native/gpu-operator-validator",
        for_machines=True,
    ),
    Operand(
        "vfio-manager",
        "state-vfio-manager",
        "nvidia-vfio-manager",
        "vfio-manager",
        "vfioManager",
        ("k8s-driver-manager",),
        ("nvidia-vfio-manager",),
        "cloud-native/k8s-driver-manager",
        for_machines=True,
    ),
    Operand(
        "sandbox-device-plugin",
        "state-sandbox-device-plugin",
        "nvidia-sandbox-device-plugin-daemonset",
        "sandbox-device-plugin",
        "sandboxDevicePlugin",
        ("vfio-pci-validation", "vgpu-devices-validation"),
        ("nvidia-sandbox-device-plugin-ctr",),
        "kubevirt-gpu-device-plugin",
        for_machines=True,
    ),
)
"""In the order of the operator's states."""
AMD_OPERANDS = (
    ("device-plugin", "", "device-plugin", "devicePlugin"),
    ("node-labeller", "-node-labeller", "node-labeller-container", "devicePlugin"),
    ("metrics-exporter", "-metrics-exporter", "metrics-exporter-container", "metricsExporter"),
)
"""Key and rest of the DaemonSet's name, of its label, its container, its block of the spec."""


def key_of(pod: Manifest) -> str:
    """Return the operand of which a pod is one; empty for other pods."""
    labels = labels_of(pod)
    if labels.items() >= DRIVER_LABELS.items():
        return "driver"
    for operand in OPERANDS:
        if labels.get("app") == operand.daemonset:
            return operand.key
    if labels.get("app") == DRA_DRIVER:
        return "dra-driver"
    named = labels.get("daemonset-name")
    if named is None:
        return ""
    longer = (key for key, rest, *_ in AMD_OPERANDS if rest and named.endswith(rest))
    return next(longer, "device-plugin")
