"""Pods that ask for devices by the name that they have shared, or not shared, where they are not.

With `renameByDefault` a device that several pods share is offered as `nvidia.com/gpu.shared`
(NVIDIA/k8s-device-plugin, README).
"""

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers.none_free import repaired
from clusterwright.tools.gpu.analyzers.pod_cures import other_resource
from clusterwright.tools.gpu.analyzers.waiting import Waiting
from clusterwright.tools.gpu.analyzers.wrong_resource import CODE
from clusterwright.tools.quotation import word

_SHARED = ".shared"
_SHOWN = 3


def suspect(one: Waiting) -> Finding | None:
    """Return a finding when the nodes that pods may be on offer it by its other name alone."""
    if repaired(one):
        return None
    for resource in one.asked:
        other = _other(resource)
        nodes = [node for node in one.open if node.capacity.get(other)]
        if not nodes or any(node.capacity.get(resource) for node in one.open):
            continue
        where = few([node.ref.name for node in nodes], _SHOWN)
        shared = "shared" if other.endswith(_SHARED) else "not shared"
        sentence = (
            f"The devices of {where} are {shared}, and offered as {word(other)}, not as"
            f" {word(resource)}"
        )
        say = f"Ask for {word(other)} instead: resources.limits of the pod template"
        return one.finding(CODE, sentence, resource, other_resource(one, resource, say, [other]))
    return None


def _other(resource: str) -> str:
    whole = resource.removesuffix(_SHARED)
    return whole if whole != resource else f"{resource}{_SHARED}"
