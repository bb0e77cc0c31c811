"""The DaemonSets that the operators make for an object of theirs; images name no registry there is.

Sources: those of `operands`, and kubernetes-sigs/dra-driver-nvidia-gpu v0.4, deployments/helm.
"""

import hashlib
from collections.abc import Iterator

from clusterwright.deploy.sandbox.gpu.hardware import DRIVER_VERSION
from clusterwright.deploy.sandbox.gpu.operands import (
    AMD_OPERANDS,
    DEPLOY,
    DRA_DRIVER,
    DRA_NAMESPACE,
    DRIVER_LABELS,
    KUBELET,
    NAMESPACE,
    OPERANDS,
    Operand,
)
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Manifest, dig, mapping, name_of, strings, text, truth

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
    "driver": DRIVER_LABELS,
    "validator": {"app.kubernetes.io/part-of": "gpu-operator"},
}
_WITHOUT_RUNTIME = frozenset({"driver", "toolkit"})
"""Operands that run before there is a runtime class that works."""


def wanted(policy: Manifest) -> Iterator[Manifest]:
    """Yield the DaemonSets that a ClusterPolicy asks for."""
    for operand in OPERANDS:
        block = mapping(policy, "spec", operand.block)
        if operand.key == "driver" and block.get("useNvidiaDriverCRD"):
            continue
        if operand.for_machines and not truth(policy, "spec", "sandboxWorkloads", "enabled"):
            continue
        if block.get("enabled", operand.block == "validator") is True:
            yield _nvidia(operand, policy, block)


def _nvidia(operand: Operand, policy: Manifest, block: Manifest) -> Manifest:
    is_driver = operand.key == "driver"
    version = text(block, "version") or (DRIVER_VERSION if is_driver else "v26.7.0")
    image = f"{_REGISTRY}/{operand.image}:{version}" + ("-ubuntu22.04" if is_driver else "")
    placed = {f"{DEPLOY}{operand.deploy}": "true"} | dict.fromkeys(operand.selector, "true")
    pod = _pod(image, operand.inits, operand.containers, placed)
    pod |= {"hostPID": True} if is_driver else {}
    plain = operand.key in _WITHOUT_RUNTIME or operand.for_machines
    pod |= {} if plain else {"runtimeClassName": "nvidia"}
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
    made = _daemonset(app, NAMESPACE, {"app": app} | DRIVER_LABELS, pod | {"hostPID": True})
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
    labels = {"app": DRA_DRIVER, "app.kubernetes.io/name": "nvidia-dra-driver-gpu"}
    return _daemonset(DRA_DRIVER, DRA_NAMESPACE, labels, pod)


def module_label(namespace: str, name: str) -> str:
    """Return the label by which Kernel Module Management says that a node has the driver."""
    return f"kmm.node.kubernetes.io/{namespace}.{name}.ready"


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
