"""The state of nodes, storage, services and of anything that has conditions or a phase."""

from clusterwright.tools.kubernetes.state.state import State, phase
from clusterwright.tools.manifest import Manifest, condition, items, mapping, text, truth

_AT_THE_END = ("Complete", "Succeeded")
"""Conditions that are not known yet while what they are about runs."""
_POSITIVE = (
    "Ready",
    "Available",
    "Healthy",
    "Established",
    *_AT_THE_END,
    "Synced",
    "ScalingActive",
)
"""Conditions that say of any kind that all is well; the first one present speaks."""
_ON_PURPOSE = frozenset({"ScalingDisabled"})
"""Reasons for which one is false as somebody wants it: a workload that is scaled to 0."""
_BAD_PHASES = frozenset(
    {"Failed", "Error", "Lost", "Pending", "Unknown", "Degraded", "Unhealthy", "Terminating"}
)
_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_GPU = "nvidia.com/gpu"


def node_state(node: Manifest) -> State:
    """Return the state of a Node, with what presses on it, its version and its GPUs."""
    ready = condition(node, "Ready").get("status") == "True"
    words = ["Ready" if ready else "NotReady"]
    pressed = [one for one in _PRESSURES if condition(node, one).get("status") == "True"]
    words += pressed
    if truth(node, "spec", "unschedulable"):
        words.append("SchedulingDisabled")
    cells = {"version": text(node, "status", "nodeInfo", "kubeletVersion")}
    if gpus := text(node, "status", "allocatable", _GPU):
        cells["gpus"] = gpus
    return State(",".join(words), ready and not pressed, cells)


def claim_state(claim: Manifest) -> State:
    """Return the state of a PersistentVolumeClaim."""
    cells = {
        "capacity": text(claim, "status", "capacity", "storage")
        or text(claim, "spec", "resources", "requests", "storage"),
        "class": text(claim, "spec", "storageClassName"),
    }
    return State(phase(claim) or "Unknown", phase(claim) == "Bound", cells)


def volume_state(volume: Manifest) -> State:
    """Return the state of a PersistentVolume."""
    bound = mapping(volume, "spec", "claimRef")
    claim = f"{text(bound, 'namespace')}/{text(bound, 'name')}" if bound else ""
    cells = {"capacity": text(volume, "spec", "capacity", "storage"), "claim": claim}
    return State(phase(volume) or "Unknown", phase(volume) in {"Bound", "Available"}, cells)


def service_state(service: Manifest) -> State:
    """Return the state of a Service: only a load balancer can still be awaited."""
    ports = [f"{one.get('port')}/{one.get('protocol')}" for one in items(service, "spec", "ports")]
    word = text(service, "spec", "type") or "ClusterIP"
    cells = {"ip": text(service, "spec", "clusterIP"), "ports": ",".join(ports)}
    if word == "LoadBalancer" and not items(service, "status", "loadBalancer", "ingress"):
        return State("LoadBalancer pending", well=False, cells=cells)
    return State(word, well=True, cells=cells)


def any_state(manifest: Manifest) -> State:
    """Return the state of any other kind, by its conditions, else its phase."""
    for kind in _POSITIVE:
        found = condition(manifest, kind)
        if found:
            said, reason = found.get("status"), text(found, "reason")
            if said == "True":
                return State(kind, well=True)
            if reason in _ON_PURPOSE or (kind in _AT_THE_END and said == "Unknown"):
                return State(reason or "Running", well=True)
            word = f"Not{kind}" if said == "False" else f"{kind}Unknown"
            return State(f"{word}: {reason}" if reason else word, well=False)
    word = phase(manifest)
    return State(word, word not in _BAD_PHASES)
