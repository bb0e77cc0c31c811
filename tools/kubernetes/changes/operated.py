"""Changes of what an operator carries out on machines: a small diff, felt on every node of a kind.

Behind a field of these objects stand drivers and device plugins; a DaemonSet that an operator made
of one is among them. Sources: NVIDIA/gpu-operator, api/nvidia; ROCm/gpu-operator, api/v1alpha1.
"""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import owner_of
from clusterwright.tools.trust.risk import Risk

_OPERATED = frozenset(
    {
        *("ClusterPolicy.nvidia.com", "NVIDIADriver.nvidia.com", "GPUCluster.nvidia.com"),
        "DeviceConfig.amd.com",
    }
)
_ENDS = frozenset({Verb.DELETE, Verb.EVICT})


def operated(scene: Scene, step: Step) -> Iterator[tuple[Risk, str]]:
    """Yield what is at risk in a change of such an object, or of what was made of it."""
    ref, ends = step.ref, step.write.verb in _ENDS
    if step.risks is not None or not (ends or "spec" in step.write.body):
        return  # the change itself knows, or nothing is carried out
    if ref.kind_key in _OPERATED:
        yield (
            Risk.HIGH,
            f"{ref}: its operator carries it out on every node that it looks after, also while"
            " pods use their GPUs",
        )
    elif ref.kind_key == "DaemonSet" and (owner := _operator(step.before)):
        yield (
            Risk.HIGH,
            f"{ref} is made of {owner}: GPUs of its nodes may be out of use while it changes",
        )
    elif ref.kind_key == "Pod" and ends and step.before is not None:
        of = owner_of(step.before)
        daemonset = scene.around.get(of) if of is not None and of.kind == "DaemonSet" else None
        if owner := _operator(daemonset):
            yield (
                Risk.MEDIUM,
                f"{of} is made of {owner}: GPUs of the pod's node may be out of use until it is"
                " back",
            )


def _operator(manifest: Manifest | None) -> str:
    """Return the object that an operator made another of, as the other tells it; empty for none."""
    owner = owner_of(manifest) if manifest is not None else None
    known = owner is not None and owner.kind_key in _OPERATED
    return f"{owner.kind} {owner.name}" if owner is not None and known else ""
