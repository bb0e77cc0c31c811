"""The state of a Pod, in the words of kubectl's STATUS column.

Follows printPod of kubernetes/pkg/printers/internalversion; a container that runs without being
ready is called NotReady here, because "Running" would count it among the healthy ones.
"""

from collections.abc import Iterable
from datetime import datetime

from clusterwright.tools.kubernetes.state.state import State, phase
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    instant,
    items,
    mapping,
    number,
    text,
    truth,
)

_DONE = frozenset({"Completed", "Succeeded"})


def pod_state(pod: Manifest, now: datetime) -> State:
    """Return a Pod's state with its ready containers, restarts and node."""
    containers = items(pod, "status", "containerStatuses")
    inits = items(pod, "status", "initContainerStatuses")
    sidecars = _sidecars(pod, inits)
    starting = _initializing(pod, inits, sidecars)
    wanted = len(items(pod, "spec", "containers")) + len(sidecars)
    started = [one for one in sidecars if truth(one, "started")]
    ready = sum(truth(one, "ready") for one in (*containers, *started))
    word = _word(pod, containers, starting)
    counted = (*containers, *(inits if starting else sidecars))
    restarts = sum(number(one, "restartCount") for one in counted)
    deadline = instant(pod, "metadata", "deletionTimestamp")
    well = word in _DONE or word == "Running"
    if deadline is not None:
        word, well = ("Unknown" if _lost(pod) else "Terminating"), now <= deadline
    elif word == "Running" and not _ready(pod, containers):
        word, well = "NotReady", False
    return State(
        word,
        well,
        {
            "ready": f"{ready}/{wanted}",
            "restarts": str(restarts),
            "node": text(pod, "spec", "nodeName"),
        },
    )


def _word(pod: Manifest, containers: list[Manifest], starting: str) -> str:
    reason = text(pod, "status", "reason") or phase(pod) or "Unknown"
    if condition(pod, "PodScheduled").get("reason") == "SchedulingGated":
        reason = "SchedulingGated"
    if starting and phase(pod) not in {"Failed", "Succeeded"}:
        return starting
    said = [_container(one) for one in containers]
    running = any(truth(one, "ready") and mapping(one, "state", "running") for one in containers)
    first = next((one for one in said if one), reason)
    return "Running" if first == "Completed" and running else first


def _initializing(pod: Manifest, inits: list[Manifest], sidecars: list[Manifest]) -> str:
    """Return what the first init container that has not finished is at, or nothing."""
    always = {text(one, "name") for one in sidecars}
    for i, one in enumerate(inits):
        ended = mapping(one, "state", "terminated")
        if ended and number(ended, "exitCode") == 0:
            continue
        if text(one, "name") in always and truth(one, "started"):
            continue
        said = _container(one)
        if said and said != "PodInitializing":
            return f"Init:{said}"
        return f"Init:{i}/{len(items(pod, 'spec', 'initContainers'))}"
    return ""


def _container(status: Manifest) -> str:
    waiting = text(status, "state", "waiting", "reason")
    ended = mapping(status, "state", "terminated")
    if waiting or not ended:
        return waiting
    if signal := number(ended, "signal"):
        return text(ended, "reason") or f"Signal:{signal}"
    return text(ended, "reason") or f"ExitCode:{number(ended, 'exitCode')}"


def _ready(pod: Manifest, containers: Iterable[Manifest]) -> bool:
    said = condition(pod, "Ready").get("status")
    return said == "True" if said else all(truth(one, "ready") for one in containers)


def _lost(pod: Manifest) -> bool:
    return dig(pod, "status", "reason") == "NodeLost"


def _sidecars(pod: Manifest, inits: list[Manifest]) -> list[Manifest]:
    if not inits:  # most pods, of which a list may have thousands
        return []
    found = items(pod, "spec", "initContainers")
    names = {text(one, "name") for one in found if one.get("restartPolicy") == "Always"}
    return [one for one in inits if text(one, "name") in names]
