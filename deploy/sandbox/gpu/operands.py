"""The DaemonSets of the operators: names, labels, node selectors and init containers as theirs.

Sources: NVIDIA/gpu-operator v26.7, assets/state-*; ROCm/gpu-operator v1.5, internal/plugin,
internal/nodelabeller, internal/metricsexporter. Images name no registry that exists.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import DRIVER_VERSION, STEER
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Manifest, dig, labels_of, mapping, name_of, strings, text

NAMESPACE, AMD_NAMESPACE = "gpu-operator", "kube-amd-gpu"
DRA_NAMESPACE = "nvidia-dra-driver-gpu"
_DRA = "nvidia-dra-driver-gpu-kubelet-plugin"
DEPLOY = "nvidia.com/gpu.deploy."
KUBELET = f"{STEER}kubelet"
"""Annotation on pods whose kubelet the simulated operator plays, and not kwok."""
_REGISTRY = "nvcr.sandbox.internal/nvidia"
_TOLERATIONS = [
    {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
    {"key": "kwok.x-k8s.io/node", "operator": "Exists", "effect": "NoSchedule"},
]

_MANAGED = {
    "app.kubernetes.io/managed-by": "gpu-operator",
    "helm.sh/chart": "gpu-operator-v26.7.0",
}
_LABELS = {
    "driver": {"app.kubernetes.io/component": "nvidia-driver"},
    "validator": {"app.kubernetes.io/part-of": "gpu-operator"},
}
_WITHOUT_RUNTIME = frozenset({"driver", "toolkit"})
"""Operands that run before there is a runtime class that works."""


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
)
"""In the order of the operator's states."""
AMD_OPERANDS = (
    ("device-plugin", "", "device-plugin", "devicePlugin"),
    ("node-labeller", "-node-labeller", "node-labeller-container", "devicePlugin"),
    ("metrics-exporter", "-metrics-exporter", "metrics-exporter-container", "metricsExporter"),
)
"""Key and rest of the DaemonSet's name, of its label, its container, its block of the spec."""


def wanted(policy: Manifest) -> Iterator[Manifest]:
    """Yield the DaemonSets that a ClusterPolicy asks for."""
    for operand in OPERANDS:
        block = mapping(policy, "spec", operand.block)
        if operand.key == "driver" and block.get("useNvidiaDriverCRD"):
            continue
        if block.get("enabled", operand.key == "validator") is True:
            yield _nvidia(operand, policy, block)


def _nvidia(operand: Operand, policy: Manifest, block: Manifest) -> Manifest:
    is_driver = operand.key == "driver"
    version = text(block, "version") or (DRIVER_VERSION if is_driver else "v26.7.0")
    image = f"{_REGISTRY}/{operand.image}:{version}" + ("-ubuntu22.04" if is_driver else "")
    placed = {f"{DEPLOY}{operand.deploy}": "true"} | dict.fromkeys(operand.selector, "true")
    pod = _pod(image, operand.inits, operand.containers, placed)
    pod |= {"hostPID": True} if is_driver else {}
    pod |= {} if operand.key in _WITHOUT_RUNTIME else {"runtimeClassName": "nvidia"}
    labels = {"app": operand.daemonset} | _LABELS.get(operand.key, {})
    made = _daemonset(operand.daemonset, NAMESPACE, labels, pod)
    made["metadata"]["labels"] |= _MANAGED
    made["spec"]["template"]["metadata"]["labels"] |= _MANAGED
    made["metadata"]["ownerReferences"] = owned_by(policy)
    if is_driver:
        made["spec"]["updateStrategy"] = {"type": "OnDelete"}
    if operand.key == "dcgm-exporter":
        pod["containers"][0]["ports"] = [{"name": "gpu-metrics", "containerPort": 9400}]
    return made


def driver_of(driver: Manifest) -> Manifest:
    """Return the DaemonSet that an NVIDIADriver asks for."""
    version = text(driver, "spec", "version") or DRIVER_VERSION
    digest = hashlib.sha256(name_of(driver).encode()).hexdigest()[:10]
    app = f"nvidia-gpu-driver-ubuntu22.04-{digest}"
    placed = {f"{DEPLOY}driver": "true"} | strings(driver, "spec", "nodeSelector")
    inits, containers = OPERANDS[0].inits, OPERANDS[0].containers
    pod = _pod(f"{_REGISTRY}/driver:{version}-ubuntu22.04", inits, containers, placed)
    made = _daemonset(app, NAMESPACE, {"app": app} | _LABELS["driver"], pod | {"hostPID": True})
    made["metadata"]["labels"] |= _MANAGED
    made["spec"]["template"]["metadata"]["labels"] |= _MANAGED
    made["metadata"]["ownerReferences"] = owned_by(driver)
    made["spec"]["updateStrategy"] = {"type": "OnDelete"}
    return made


def wanted_of_amd(config: Manifest) -> Iterator[Manifest]:
    """Yield the DaemonSets that a DeviceConfig asks for."""
    name, namespace = name_of(config), text(config, "metadata", "namespace")
    selector = {"feature.node.kubernetes.io/amd-gpu": "true"} | mapping(config, "spec", "selector")
    if dig(config, "spec", "driver", "enable") is True:
        selector[module_label(namespace, name)] = ""
    for key, label, container, block in AMD_OPERANDS:
        switch = "enableNodeLabeller" if key == "node-labeller" else "enable"
        if dig(config, "spec", block, switch) is False:
            continue
        labels = {"daemonset-name": f"{name}{label}"}
        image = f"rocm.sandbox.internal/rocm/{key}:v1.5.1"
        pod = _pod(image, ("driver-init",), (container,), selector)
        made = _daemonset(f"{name}-{key}", namespace, labels, pod)
        made["metadata"]["ownerReferences"] = owned_by(config)
        yield made


def dra_driver() -> Manifest:
    """Return the DaemonSet of NVIDIA's DRA driver, which its own chart installs.

    Source: kubernetes-sigs/dra-driver-nvidia-gpu v0.4, deployments/helm (its kubelet plugin runs
    on nodes with a GPU or with this label; here it is the label, lest all nodes offer GPUs twice).
    """
    pod = _pod(
        f"{_REGISTRY}/k8s-dra-driver-gpu:v0.4.0",
        (),
        ("gpus", "compute-domains"),
        {"nvidia.com/dra-kubelet-plugin": "true"},
    )
    labels = {"app": _DRA, "app.kubernetes.io/name": "nvidia-dra-driver-gpu"}
    return _daemonset(_DRA, DRA_NAMESPACE, labels, pod)


def module_label(namespace: str, name: str) -> str:
    """Return the label by which Kernel Module Management says that a node has the driver."""
    return f"kmm.node.kubernetes.io/{namespace}.{name}.ready"


def key_of(pod: Manifest) -> str:
    """Return the operand of which a pod is one; empty for other pods."""
    labels = labels_of(pod)
    if labels.items() >= _LABELS["driver"].items():
        return "driver"
    for operand in OPERANDS:
        if labels.get("app") == operand.daemonset:
            return operand.key
    if labels.get("app") == _DRA:
        return "dra-driver"
    named = labels.get("daemonset-name")
    if named is None:
        return ""
    longer = (key for key, rest, *_ in AMD_OPERANDS if rest and named.endswith(rest))
    return next(longer, "device-plugin")


def owned_by(owner: Manifest) -> list[Manifest]:
    """Return the ownerReferences of what an operator makes."""
    return [
        {
            "apiVersion": text(owner, "apiVersion"),
            "kind": text(owner, "kind"),
            "name": name_of(owner),
            "uid": text(owner, "metadata", "uid"),
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def _pod(
    image: str, inits: tuple[str, ...], containers: tuple[str, ...], placed: Manifest
) -> Manifest:
    validator = f"{_REGISTRY}/cloud-native/gpu-operator-validator:v26.7.0"
    return {
        "priorityClassName": "system-node-critical",
        "nodeSelector": placed,
        "tolerations": _TOLERATIONS,
        "initContainers": [{"name": one, "image": validator} for one in inits],
        "containers": [{"name": one, "image": image} for one in containers],
    }


def _daemonset(name: str, namespace: str, labels: dict[str, str], pod: Manifest) -> Manifest:
    said = f"the operand {name}: what its kubelet would say is made up, no container runs"
    annotations = {KUBELET: "simulated", SIMULATED: said}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": dict(labels),
            "annotations": {SIMULATED: said},
        },
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": dict(labels), "annotations": annotations},
                "spec": pod,
            },
        },
    }
