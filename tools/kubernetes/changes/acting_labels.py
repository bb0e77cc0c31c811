"""Labels of nodes that are changes by themselves: an operator acts on them, whoever uses the node.

A patch writes such a label without a look at who has a device there, and its proof is that the
label stays. Another domain knows their operators: a plan of any other is refused, or told as what
it is. Sources: NVIDIA/gpu-operator, controllers/state_manager.go and object_controls.go;
NVIDIA/mig-parted, deployments; NVIDIA/k8s-device-plugin, README; ROCm/device-config-manager, docs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import labels_of, mapping
from clusterwright.tools.quotation import word

_WRITES = frozenset({Verb.PATCH, Verb.APPLY})
_DOMAIN = "gpu"
"""Whose changes see to what these labels do."""
_BY_HAND = (
    f"no kind of change does it: see first that nobody uses the node's GPUs ({_DOMAIN}_plan_change,"
    " kind drain)"
)


@dataclass(frozen=True, slots=True)
class _Acting:
    label: str
    """It, or where it ends with a dot how those begin that do the same."""
    does: str
    kind: str = ""
    """The kind of change that does it with a look at who uses the node; empty: there is none."""

    @property
    def instead(self) -> str:
        if not self.kind:
            return _BY_HAND
        return f"plan it with {_DOMAIN}_plan_change, kind {self.kind}; its MCP server is {_DOMAIN}"


_ACTING = (
    _Acting(
        "nvidia.com/mig.config",
        "NVIDIA's MIG manager splits the node's GPUs anew",
        "set_mig",
    ),
    _Acting(
        "nvidia.com/device-plugin.config",
        "NVIDIA's device plugin is set up and started anew",
        "set_sharing",
    ),
    _Acting(
        "nvidia.com/gpu-driver-upgrade-state",
        "NVIDIA's operator upgrades the node's driver, and ends who uses its GPUs",
        "retry_upgrade",
    ),
    _Acting(
        "nvidia.com/gpu.deploy.",
        "NVIDIA's operator brings a part of its software to the node, or takes it away",
        "label_node or restart_operand",
    ),
    _Acting(
        "nvidia.com/gpu.present",
        "NVIDIA's operator brings its software to the node, or takes it away",
        "label_node with nvidia.com/gpu.deploy.operands",
    ),
    _Acting(
        "nvidia.com/gpu.workload.config",
        "NVIDIA's operator sets the node up for other workloads",
        "label_node",
    ),
    _Acting("nvidia.com/vgpu.config", "the node's vGPUs are made anew"),
    _Acting("nvidia.com/cc.mode", "the node's GPUs are reset for another mode"),
    _Acting(
        "dcm.amd.com/gpu-config-profile",
        "AMD's device config manager partitions the node's GPUs anew",
        "label_node",
    ),
)


def check_acting(step: Step, domain: str) -> None:
    """Raise RefusedError for a step of a domain that writes a label which another domain plans."""
    for label, one in _written(step, domain):
        raise RefusedError(
            f"{word(one_line(label, 120))} of {step.ref} is a change by itself: {one.does}, also"
            " while pods use its GPUs",
            hint=f"{one.instead}. override_owner=true plans the label alone all the same",
        )


def acting(step: Step, domain: str) -> list[str]:
    """Return what a step does by such labels, where it is planned all the same."""
    return [
        f"{word(one_line(label, 120))}: {one.does}, and nothing here looks at who uses its GPUs"
        for label, one in _written(step, domain)
    ]


def _written(step: Step, domain: str) -> Iterator[tuple[str, _Acting]]:
    """Yield the labels of an existing node that a step gives another value."""
    if domain == _DOMAIN or step.ref.kind_key != "Node" or step.write.verb not in _WRITES:
        return
    if step.before is None:  # nobody uses a node that is not there yet
        return
    before = labels_of(step.before)
    body = mapping(step.write.body, "metadata")
    written = mapping(body, "labels")
    if "labels" in body and body["labels"] is None:
        written = dict.fromkeys(before)  # a merge patch that removes all of them
    for label, value in written.items():
        if value != before.get(label):
            yield from ((label, one) for one in _ACTING if _is(one, label))


def _is(one: _Acting, label: str) -> bool:
    return label.startswith(one.label) if one.label.endswith(".") else label == one.label
