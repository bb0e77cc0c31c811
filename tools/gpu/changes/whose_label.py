"""Whose a label of a node is: a wish that an operator reads, or what something wrote by itself.

Sources: NVIDIA/gpu-operator, controllers/state_manager.go; NVIDIA/k8s-device-plugin, docs/
gpu-feature-discovery; kubernetes-sigs/node-feature-discovery, docs; ROCm/device-config-manager and
ROCm/k8s-device-plugin, cmd/k8s-node-labeller; cluster-api, proposal on metadata propagation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.operands import DEPLOY, OPERANDS, OPT_OUT
from clusterwright.tools.gpu.workload import CONTAINER, PASSTHROUGH, VGPU, WORKLOAD
from clusterwright.tools.quotation import word

SKIP = "nvidia.com/gpu-driver-upgrade.skip"
PARTITION = "dcm.amd.com/gpu-config-profile"
_BENEATH = frozenset(
    {
        *("operands", "driver", "container-toolkit", "device-plugin"),
        *("vgpu-manager", "vfio-manager", "sandbox-device-plugin"),  # of virtual machines
    }
)
_PLACED = ("operands", *dict.fromkeys(one.deploy for one in OPERANDS if one.deploy))


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that people write and an operator reads."""

    label: str
    values: tuple[str, ...]
    """What it may be; empty: what a ConfigMap has."""

    @property
    def deploy(self) -> str:
        """The operand that it places: `driver`; `operands` for all; empty for another wish."""
        return self.label.removeprefix(DEPLOY) if self.label.startswith(DEPLOY) else ""


_WISHES = {
    one.label: one
    for one in (
        *(Wish(f"{DEPLOY}{name}", ("true", "false")) for name in _PLACED),
        Wish(WORKLOAD, (CONTAINER, PASSTHROUGH, VGPU)),
        Wish(SKIP, ("true",)),
        Wish(PARTITION, ()),
    )
}
_BY_KIND = {
    "nvidia.com/mig.config": "set_mig, which sees to who uses the GPUs and to the layout",
    "nvidia.com/device-plugin.config": "set_sharing, which sees that there is such a key",
    "nvidia.com/gpu-driver-upgrade-state": "retry_upgrade, once it failed",
}
_ALONE = frozenset({"nvidia.com/vgpu.config", "nvidia.com/cc.mode"})
"""Read by the vGPU device manager and the CC manager, which set the node's GPUs up anew."""
_OWNERS: Sequence[tuple[tuple[str, ...], str, str]] = (
    (
        ("nvidia.com/gpu.present", "nvidia.com/gpu-driver-upgrade"),
        "the NVIDIA GPU operator",
        "it follows what node feature discovery finds on the PCI bus;"
        f" {OPT_OUT}=false keeps all operands from a node",
    ),
    (
        ("nvidia.com/mig.config.state",),
        "the MIG manager",
        "it tells what became of nvidia.com/mig.config",
    ),
    (
        ("nvidia.com/",),
        "GPU feature discovery",
        "it tells what the driver sees: repair what it sees, or restart_operand gfd",
    ),
    (
        ("feature.node.kubernetes.io/",),
        "node feature discovery",
        "write a NodeFeatureRule, or repair its worker on the node",
    ),
    (
        ("dcm.amd.com/",),
        "AMD's device config manager",
        f"it tells what became of {PARTITION}",
    ),
    (("amd.com/", "beta.amd.com/"), "AMD's node labeller", "it tells what the driver sees"),
    (
        ("gpu.intel.com/", "intel.feature.node.kubernetes.io/"),
        "Intel's device plugin",
        "it tells what node feature discovery sees",
    ),
    (
        (
            "node-role.kubernetes.io/",
            "node-restriction.kubernetes.io/",
            "cluster.x-k8s.io/",
            "node.cluster.x-k8s.io/",
        ),
        "Cluster API, where it made the node",
        "such labels are those of the Machine: set them in its MachineDeployment or topology,"
        " spec.template.metadata.labels",
    ),
)


def wish_of(label: str) -> Wish:
    """Return what a label wishes for; raise RefusedError for one that is not people's to write."""
    found = _WISHES.get(label)
    if found is not None:
        return found
    shown = word(one_line(label, 120)) or "an empty label"
    if label in _BY_KIND:
        raise RefusedError(f"{shown} is not set by itself here", hint=f"use kind {_BY_KIND[label]}")
    if label in _ALONE:
        raise RefusedError(
            f"{shown} has the node's GPUs set up anew, and no kind of change here proves that",
            hint="drain the node, then set it with k8s_plan_change and override_owner=true",
        )
    if label.startswith(DEPLOY):
        raise RefusedError(
            f"there is no operand for the label {shown}",
            hint=f"labels that place operands: {OPT_OUT}, or {DEPLOY} with"
            f" {', '.join(_PLACED[1:])}",
        )
    for beginnings, owner, instead in _OWNERS:
        if any(_is_below(label, one) for one in beginnings):
            raise RefusedError(
                f"{shown} is written by {owner}, which would write it again", hint=instead
            )
    raise RefusedError(
        f"{shown} is no label by which a GPU operator places or sets up anything",
        hint=f"such are {DEPLOY}*, {WORKLOAD}, {SKIP}, {PARTITION}; k8s_plan_change patches others",
    )


def takes_away(label: str, value: str | None, labels: Mapping[str, str]) -> bool:
    """Return whether pods that have a device lose it, or what it needs, if only for a while.

    `value` is what the label is to be, None for none, and `labels` are those of the node by now.
    """
    deploy = label.removeprefix(DEPLOY)
    if deploy != label:
        return deploy in _BENEATH and (value == "false" or comes_anew(label, value, labels))
    return label in {WORKLOAD, PARTITION}


def comes_anew(label: str, value: str | None, labels: Mapping[str, str]) -> bool:
    """Return whether a pod that a label places goes, and comes when the label does.

    A DaemonSet's pod ends with the label of its nodeSelector, and the operator sets a label that is
    not there to true (NVIDIA/gpu-operator, controllers/state_manager.go).
    """
    return value is None and labels.get(label, "false") != "false"


def _is_below(label: str, beginning: str) -> bool:
    """Return whether a label is one, or is in a domain or one below it."""
    if beginning.endswith("/"):
        return f".{label.partition('/')[0]}/".endswith(f".{beginning}")
    return label.startswith(beginning)
