"""A node in its cluster, as the stages of its funnel look at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, DEVICE_CONFIG, GPU_CLUSTER, Estate
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.operands import DEPLOY, OPT_OUT, kind_of_owner
from clusterwright.tools.gpu.vendor import PRESENT, Vendor
from clusterwright.tools.manifest import Manifest, condition, dig, instant, items, name_of, text
from clusterwright.tools.ref import Ref

_BLOCKS = {
    "container-toolkit": "toolkit",
    "device-plugin": "devicePlugin",
    "mig-manager": "migManager",
    "sandbox-device-plugin": "sandboxDevicePlugin",
    "vfio-manager": "vfioManager",
    "vgpu-manager": "vgpuManager",
    "vgpu-device-manager": "vgpuDeviceManager",
    "kata-device-plugin": "kataSandboxDevicePlugin",
    "kata-sandbox-device-plugin": "kataSandboxDevicePlugin",
    "cc-manager": "ccManager",
}
"""Blocks of ClusterPolicy.spec that are not called as their operand, or its deploy label, is."""
_MARK = PRESENT[Vendor.NVIDIA]
JOINING = timedelta(minutes=10)
"""What a node that joined, or booted, may take until its operators have looked after it."""


@dataclass(frozen=True)
class Scene:
    """A node with accelerators, and all that was read of its cluster."""

    estate: Estate
    node: GpuNode

    @property
    def ref(self) -> Ref:
        """The node."""
        return self.node.ref

    @cached_property
    def ready(self) -> bool:
        """Whether its kubelet reports; one that says nothing of itself is taken at its word."""
        return text(condition(self.node.manifest, "Ready"), "status") in {"True", ""}

    @cached_property
    def young(self) -> bool:
        """Whether it became ready a moment ago, and has not had its devices or their labels yet.

        One that boots again has both, from before: what it lacks then is no matter of its youth.
        """
        if self.node.product or any(self.node.capacity.values()):
            return False
        ready = condition(self.node.manifest, "Ready")
        made = instant(self.node.manifest, "metadata", "creationTimestamp")
        since = instant(ready, "lastTransitionTime") or made
        return since is not None and self.estate.now - since < JOINING

    @cached_property
    def brought(self) -> bool:
        """Whether it has devices, and the operator does not place its operands there."""
        labels = self.node.labels
        placed = any(key.startswith(DEPLOY) for key in labels) and labels.get(OPT_OUT) != "false"
        offers = self.advertises or bool(self.slices)
        return self.node.vendor is Vendor.NVIDIA and offers and not placed

    @property
    def advertises(self) -> bool:
        """Whether a pod could have a device of it, were none given away."""
        return any(self.node.allocatable.values())

    @cached_property
    def pods(self) -> Mapping[str, Manifest]:
        """Its pods of operands, by the operand's name."""
        return self.estate.operand_pods(name_of(self.node.manifest))

    @property
    def policy(self) -> Manifest:
        """The ClusterPolicy that counts; empty where there is none."""
        return self.estate.policy

    @cached_property
    def operated(self) -> bool:
        """Whether NVIDIA's operator looks after this cluster, as far as can be told."""
        if self.policy or self.estate.of_kind(GPU_CLUSTER):
            return True
        return self.estate.unread(CLUSTER_POLICY) and self.node.labels.get(_MARK) == "true"

    @cached_property
    def discovered(self) -> bool:
        """Whether the vendor's operator is here, which goes by what discovery labels."""
        match self.node.vendor:
            case Vendor.NVIDIA:
                return self.operated or self.estate.unread(CLUSTER_POLICY)
            case Vendor.AMD:
                return bool(self.estate.of_kind(DEVICE_CONFIG) or self.estate.unread(DEVICE_CONFIG))
            case _:
                return True

    def enabled(self, operand: str) -> bool:
        """Return whether the ClusterPolicy wants an operand; all are unless it says otherwise.

        By the operand's name, or by the rest of its deploy label.
        """
        return dig(self.policy, "spec", _BLOCKS.get(operand, operand), "enabled") is not False

    def daemonsets(self, operand: str) -> Sequence[Manifest]:
        """Return the DaemonSets of an operand of the node's vendor."""
        return self.estate.daemonsets.get((self.node.vendor, operand), ())

    def passing(self, operand: str) -> Ref | None:
        """Return a DaemonSet that passes for an operand, and is not known as the operator's."""
        found = self.estate.claimed(self.node.vendor, operand)
        return Ref.of(found[0]) if found else None

    def unverified(self, operand: str) -> str:
        """Return the kind that would tell whether such a DaemonSet counts, if it is not read.

        One that lies elsewhere than where NVIDIA's operator works is not its own in any case.
        """
        if self.node.vendor is Vendor.NVIDIA and self.estate.home:
            return ""
        found = self.estate.claimed(self.node.vendor, operand)
        kinds = map(kind_of_owner, found)
        return next((kind for kind in kinds if self.estate.unread(kind)), "")

    def wants(self, operand: str) -> bool:
        """Return whether somebody wants an operand: its DaemonSet is there, or the ClusterPolicy's.

        A node whose pods are not read has it all the same, which is then not known.
        """
        if self.daemonsets(operand) or operand in self.pods or self.unverified(operand):
            return True
        if self.estate.unread(CLUSTER_POLICY) and not self.estate.was_read("DaemonSet"):
            return self.operated  # whether it is wanted is not known: neither tells
        return bool(self.policy) and self.enabled(operand)

    @cached_property
    def slices(self) -> Sequence[Manifest]:
        """The ResourceSlices of its devices."""
        return self.estate.slices_of(self.node)

    @property
    def all_given(self) -> bool:
        """Whether it has devices, and every one is requested."""
        return self.advertises and not any(self.node.free.values())

    @property
    def workload(self) -> str:
        """What the node's devices are for: `container`, `vm-passthrough` or `vm-vgpu`."""
        return self.node.workload

    @property
    def for_kata(self) -> bool:
        """Whether virtual machines are those of Kata Containers, which have a plugin of theirs."""
        return text(self.policy, "spec", "sandboxWorkloads", "mode") == "kata"

    def asks_for(self, operand: str) -> bool:
        """Return whether one of the operands that are off by default is there, or asked for."""
        if self.daemonsets(operand) or operand in self.pods or self.unverified(operand):
            return True
        if not self.policy:
            return self.operated
        return dig(self.policy, "spec", _BLOCKS.get(operand, operand), "enabled") is True

    def label(self, key: str) -> FieldEvidence:
        """Return a label of the node as evidence; one that is not there has no value."""
        path = f"$.metadata.labels['{key}']"
        return FieldEvidence(ref=self.ref, path=path, value=self.node.labels.get(key, "(not set)"))

    def unready(self, pod: Manifest) -> FieldEvidence:
        """Return as evidence that a pod is not ready."""
        said = condition(pod, "Ready")
        value = f"{text(said, 'status') or '(not set)'} {text(said, 'reason')}".strip()
        path = "$.status.conditions[?(@.type=='Ready')]"
        return FieldEvidence(ref=Ref.of(pod), path=path, value=value)

    def log_of(self, operand: str) -> tuple[tuple[Ref, str], ...]:
        """Return where an operand's main container writes: its pod here, if there is one."""
        pod = self.pods.get(operand)
        names = [text(one, "name") for one in items(pod, "spec", "containers")]
        return ((Ref.of(pod), names[0]),) if pod and names else ()
