"""What repairs the stages of a node: a ready-made change where that is certain, else words."""

from collections.abc import Iterator, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import FieldEvidence, ask
from clusterwright.tools.gpu.analyzers.about import Cure, cure
from clusterwright.tools.gpu.changes.clients import clients_on
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.funnel import Stage
from clusterwright.tools.gpu.funnel.chain import CAUSE_UNKNOWN
from clusterwright.tools.gpu.funnel.devices import SLICES
from clusterwright.tools.gpu.hardware.products import find
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.operands import DEPLOY, OPT_OUT
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.ref import Ref

_MOST = 10
"""Nodes for which one remedy holds changes."""
_NFD = "Repair node feature discovery on the node: its worker's pod, or the taint that keeps it off"
_OPERATOR = (
    "Repair the GPU operator, which marks the nodes that discovery has found: its pod, its log"
)
_WORDS = {
    "gpu/driver-image": "Choose a driver version that has an image for the node's kernel and system"
    " (the image's tag names both), or push that image",
    "gpu/driver-failed": "Repair what the log of the driver's pod names: kernel headers, Secure"
    " Boot, a module that is in use",
    "gpu/operand-unplaced": "Let the DaemonSet tolerate the node's taint (spec.daemonsets"
    ".tolerations of the ClusterPolicy), or take away what keeps it off",
    "gpu/toolkit-failed": "Repair what the log of the toolkit names: mostly the path of the"
    " container runtime's configuration",
    "gpu/validation-failed": "See in the log of the validator which check fails, and repair that",
    "gpu/plugin-missing": "Have the operator place the device plugin, or install one",
    "gpu/plugin-failed": "Repair what the log of the device plugin names",
    "gpu/discovery-failed": "Repair what the log of GPU feature discovery names",
    "gpu/labeller-failed": "Repair what the log of the node labeller names",
    "gpu/mig-stuck": "End the pods that have devices of the node, or repair the MIG manager",
    "gpu/unhealthy-device": "See in the log of the device plugin which device it took out, and"
    " why; drain the node and reset the device, or have it replaced",
}


def cures(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> tuple[Cure, ...]:
    """Return what would repair a stage that is broken alike on some nodes, the best first."""
    return tuple(_cures(estate, nodes, stage))


def keep_off(node: Ref) -> tuple[Cure, ...]:
    """Return the change that keeps new pods off a node, which repairs nothing by itself."""
    change = {"kind": "cordon", "node": node.name}
    return (Cure(f"Keep new pods off {node.name} until then", (change,), certain=False),)


def _cures(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    amd = nodes[0].vendor is Vendor.AMD
    match stage.code:
        case "gpu/not-discovered":
            yield Cure(_NFD)
        case "gpu/not-present" if amd:
            yield Cure("Correct spec.selector of the DeviceConfig, or label the node with it")
        case "gpu/not-present":
            yield Cure(_OPERATOR)
        case "gpu/operands-off" | "gpu/stale-pause":
            yield from _labels(nodes, stage)
        case "gpu/upgrade-failed":
            yield from _upgrade(nodes, stage, amd=amd)
        case "gpu/mig-failed":
            yield from _mig(estate, nodes)
        case "gpu/runtime-handler":
            say = (
                "Correct the toolkit's CONTAINERD_CONFIG and CONTAINERD_SOCKET, then start it again"
            )
            yield _restart(nodes, "toolkit", say, certain=False)
        case "gpu/not-advertised":
            yield _advertise(nodes, stage)
        case "gpu/unhealthy-device" if CAUSE_UNKNOWN in stage.why:
            yield Cure(
                "Allow pods and DaemonSets of all namespaces to be read: they tell the cause"
            )
        case _:
            yield Cure(_WORDS.get(stage.code, f"Repair the {stage.name}"))


def _labels(nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
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
        for one in nodes[:_MOST]
    )
    return Cure(say, changes)


def _restart(nodes: Sequence[GpuNode], operand: str, say: str, *, certain: bool = True) -> Cure:
    changes = tuple(
        {"kind": "restart_operand", "node": one.ref.name, "operand": operand}
        for one in nodes[:_MOST]
    )
    return Cure(say, changes, certain)


def _advertise(nodes: Sequence[GpuNode], stage: Stage) -> Cure:
    if stage.name == SLICES:
        return Cure("Start the DRA driver's pod on the node again, which publishes the slices")
    say = "Start the device plugin again, so that it registers with the kubelet"
    return _restart(nodes, "device-plugin", say)


def _upgrade(nodes: Sequence[GpuNode], stage: Stage, *, amd: bool) -> Iterator[Cure]:
    yield Cure("Repair what the upgrade failed for: its log, a drain that does not end")
    if not amd:
        changes = tuple({"kind": "retry_upgrade", "node": one.ref.name} for one in nodes[:_MOST])
        yield Cure("Then have the driver's upgrade tried again", changes, certain=False)


def _mig(estate: Estate, nodes: Sequence[GpuNode]) -> Iterator[Cure]:
    first = nodes[0]
    product = find(first.model) if first.model else None
    geometry = product.geometry if product else None
    profile = first.mig_config.removeprefix("all-")
    foreign = "g." in profile and geometry and not geometry.profile(profile)
    near = geometry.nearest(profile) if geometry and foreign else ()
    as_in = f", as all-{near[0]}" if near else ""
    config = ask(f"a MIG layout that {first.model or 'the product'} can have{as_in}")
    users = [one.line() for one in clients_on(estate, first.ref.name)]
    if users and not foreign:
        yield Cure(f"End what uses its GPUs ({few(users, 2)}), then restart_operand mig-manager")
    yield cure("Set a layout that the GPUs can have", "set_mig", node=first.ref.name, config=config)
    if not users:
        yield Cure("If the layout is right, have it tried again: restart_operand mig-manager")
