"""What repairs the stages of a node: a ready-made change where that is certain, else words."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from clusterwright.tools.finding import FieldEvidence, ask
from clusterwright.tools.gpu.analyzers.about import Cure, cure
from clusterwright.tools.gpu.analyzers.node_cures import (
    MOST,
    restarted,
    restarted_when_empty,
    take_out,
)
from clusterwright.tools.gpu.analyzers.policy_cures import (
    driver_version,
    tolerations,
    toolkit_paths,
)
from clusterwright.tools.gpu.analyzers.retry_cures import layout, upgrade
from clusterwright.tools.gpu.changes.clients import clients_on
from clusterwright.tools.gpu.changes.sharing_config import LABEL as SHARING
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.funnel import Stage
from clusterwright.tools.gpu.funnel.chain import CAUSE_UNKNOWN
from clusterwright.tools.gpu.funnel.devices import SLICES
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.operands import DEPLOY, OPT_OUT
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.quotation import word

_NFD = "Repair node feature discovery on the node: its worker's pod, or the taint that keeps it off"
_OPERATOR = (
    "Repair the GPU operator, which marks the nodes that discovery has found: its pod, its log"
)
_WORDS = {
    "gpu/not-discovered": _NFD,
    "gpu/driver-image": "Choose a driver version that has an image for the node's kernel and system"
    " (the image's tag names both), or push that image",
    "gpu/driver-failed": "Repair what the log of the driver's pod names: kernel headers, Secure"
    " Boot, a module that is in use",
    "gpu/operand-unplaced": "Let the DaemonSet tolerate the node's taint (spec.daemonsets"
    ".tolerations of the ClusterPolicy, spec.tolerations of an NVIDIADriver), or take away what"
    " keeps it off",
    "gpu/toolkit-failed": "Repair what the log of the toolkit names: mostly the path of the"
    " container runtime's configuration",
    "gpu/validation-failed": "See in the log of the validator which check fails, and repair that",
    "gpu/plugin-missing": "Have the operator place the device plugin, or install one",
    "gpu/plugin-failed": "Repair what the log of the device plugin names",
    "gpu/discovery-failed": "Repair what the log of GPU feature discovery names",
    "gpu/labeller-failed": "Repair what the log of the node labeller names",
    "gpu/mps-failed": "Repair what the log of the MPS control daemon names, or share the GPUs by"
    " time-slicing",
    "gpu/vfio-failed": "Repair what the log names: mostly the IOMMU is off in firmware or kernel"
    " (intel_iommu=on), or something on the host still uses the GPUs",
    "gpu/vgpu-failed": "Label the node with vGPU types that its GPUs can have:"
    " nvidia.com/vgpu.config is a key of default-vgpu-devices-config, or of the ConfigMap that the"
    " ClusterPolicy names",
    "gpu/mig-stuck": "End the pods that have devices of the node, or repair the MIG manager",
    "gpu/unhealthy-device": "See in the log of the device plugin which device it took out, and"
    " why; drain the node and reset the device, or have it replaced",
}


def cures(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> tuple[Cure, ...]:
    """Return what would repair a stage that is broken alike on some nodes, the best first."""
    made = _MADE.get(stage.code)
    found = tuple(made(estate, nodes, stage)) if made else ()
    return found or (Cure(_WORDS.get(stage.code, f"Repair the {stage.name}")),)


def _labels(_estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    key = _label_of(stage)
    if stage.code == "gpu/stale-pause" and key:
        yield _label(nodes, key, "true", "Let the operand onto the nodes again")
    elif key == OPT_OUT:
        wanted = ask(
            f"true if pods are to have the GPUs of {nodes[0].ref.name}; somebody set false"
        )
        yield _label(nodes, key, wanted, "Let the operands onto the nodes, if that is wanted")
    elif key and key.startswith(DEPLOY):
        said = nodes[0].labels.get(key)
        value = "true" if said is None else ask(f"true, if {said!r} was a mistake")
        yield _label(nodes, key, value, "Let the operand onto the nodes")
    else:
        yield Cure("Correct the label that keeps the operand off")


def _label_of(stage: Stage) -> str:
    for one in stage.evidence:
        if isinstance(one, FieldEvidence) and one.path.startswith("$.metadata.labels['"):
            return one.path.removeprefix("$.metadata.labels['").removesuffix("']")
    return ""


def _label(nodes: Sequence[GpuNode], key: str, value: str, say: str) -> Cure:
    changes = tuple(
        {"kind": "label_node", "node": one.ref.name, "label": key, "value": value}
        for one in nodes[:MOST]
    )
    return Cure(say, changes)


def _not_present(_estate: Estate, nodes: Sequence[GpuNode], _stage: Stage) -> Iterator[Cure]:
    amd = "Correct spec.selector of the DeviceConfig, or label the node with it"
    yield Cure(amd if nodes[0].vendor is Vendor.AMD else _OPERATOR)


def _driver_image(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    yield driver_version(estate, nodes[0], stage, _WORDS[stage.code])


def _unplaced(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    yield tolerations(estate, nodes[0], stage, _WORDS[stage.code])


def _toolkit(estate: Estate, _nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    yield toolkit_paths(estate, _WORDS[stage.code])


def _runtime(estate: Estate, nodes: Sequence[GpuNode], _stage: Stage) -> Iterator[Cure]:
    yield toolkit_paths(estate, "Correct the toolkit's CONTAINERD_CONFIG and CONTAINERD_SOCKET")
    refs = [one.ref for one in nodes]
    yield restarted(refs, "toolkit", "Then start the toolkit again", certain=False)


def _sharing(_estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    """Yield another configuration where the plugin fails over the one that a label names."""
    said = nodes[0].labels.get(SHARING)
    if said and "config-manager" in stage.why:
        say = "Name a configuration that the device plugin has"
        wanted = ask(f"a key of the device plugin's ConfigMap; the label names {word(said)}")
        yield cure(say, "set_sharing", node=nodes[0].ref.name, config=wanted)


def _stuck(estate: Estate, nodes: Sequence[GpuNode], _stage: Stage) -> Iterator[Cure]:
    if clients_on(estate, nodes[0].ref.name):
        say = "Move the pods that have devices of the node, and have the layout made"
        yield restarted_when_empty(estate, nodes[0].ref, "mig-manager", say)


def _advertise(_estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    if stage.name == SLICES:
        yield Cure("Start the DRA driver's pod on the node again, which publishes the slices")
        return
    say = "Start the device plugin again, so that it registers with the kubelet"
    yield restarted([one.ref for one in nodes], "device-plugin", say)


def _unhealthy(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    if CAUSE_UNKNOWN in stage.why:
        yield Cure("Allow pods and DaemonSets of all namespaces to be read: they tell the cause")
        return
    yield Cure(_WORDS[stage.code])
    yield take_out(estate, nodes[0].ref)


_MADE: Mapping[str, Callable[[Estate, Sequence[GpuNode], Stage], Iterator[Cure]]] = {
    "gpu/not-present": _not_present,
    "gpu/operands-off": _labels,
    "gpu/stale-pause": _labels,
    "gpu/operand-unplaced": _unplaced,
    "gpu/driver-image": _driver_image,
    "gpu/upgrade-failed": upgrade,
    "gpu/toolkit-failed": _toolkit,
    "gpu/runtime-handler": _runtime,
    "gpu/plugin-failed": _sharing,
    "gpu/mig-failed": layout,
    "gpu/mig-stuck": _stuck,
    "gpu/not-advertised": _advertise,
    "gpu/unhealthy-device": _unhealthy,
}
"""What holds changes; for any other code, or where one is not known to help, there are words."""
