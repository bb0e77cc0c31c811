"""What is worth knowing of a node with accelerators, in the words of its labels."""

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.workload import CONTAINER, VGPU
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

_LABELS = {
    "driver": ("nvidia.com/cuda.driver-version.full", "amd.com/gpu.driver-version"),
    "cuda": ("nvidia.com/cuda.runtime-version.full",),
    "sharing config": ("nvidia.com/device-plugin.config",),
    "partition": ("amd.com/compute-memory-partition", "dcm.amd.com/gpu-config-profile"),
    "clique": ("nvidia.com/gpu.clique",),
    "driver upgrade": ("nvidia.com/gpu-driver-upgrade-state",),
}

_TAINTS = 8
"""Told at most; an API server has no limit to them."""


def facts_of_node(snapshot: Snapshot, node: GpuNode) -> dict[str, str]:
    """Return facts by name; what is not known, or as usual, is left out."""
    info = ("status", "nodeInfo")
    told = {
        "kernel": text(node.manifest, *info, "kernelVersion"),
        "os": text(node.manifest, *info, "osImage"),
        "runtime": text(node.manifest, *info, "containerRuntimeVersion"),
    }
    for name, keys in _LABELS.items():
        told[name] = next((node.labels[key] for key in keys if node.labels.get(key)), "")
    if node.upgrade_state == "upgrade-done":
        told.pop("driver upgrade")
    facts = {
        "state": state_of(node.manifest, snapshot.now).text,
        "memory": f"{node.memory} MiB each" if node.memory else "",
        "workload": "" if node.workload == CONTAINER else word(node.workload),
        "MIG": _mig(node),
        "vGPUs": _vgpus(node),
        "sharing": f"{word(node.sharing)}, {node.replicas} to a device"
        if node.replicas > 1 and node.workload == CONTAINER
        else "",
        "taints": few(taints_of_node(node), _TAINTS),
        **{name: word(one_line(value, 80)) for name, value in told.items()},
    }
    return {name: value for name, value in facts.items() if value}


def taints_of_node(node: GpuNode) -> list[str]:
    """Return the taints of a node, as kubectl spells them."""
    found: list[str] = []
    for one in items(node.manifest, "spec", "taints"):
        value = text(one, "value")
        key = word(text(one, "key"))
        spelled = f"{key}={word(value)}" if value else key
        found.append(f"{spelled}:{word(text(one, 'effect'))}")
    return found


def _vgpus(node: GpuNode) -> str:
    if node.workload != VGPU:
        return ""
    return f"{word(node.vgpu_config) or 'default'} {word(node.vgpu_state) or 'not-begun'}"


def _mig(node: GpuNode) -> str:
    if not node.mig_config and not node.mig_state:
        return ""
    parts = (node.mig_config or "no-layout", node.mig_state or "not-begun", node.mig_strategy)
    return " ".join(word(one) for one in parts if one)
