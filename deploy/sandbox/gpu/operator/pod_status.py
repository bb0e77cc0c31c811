"""A pod's status as its kubelet would write it: conditions, container states, restarts.

Reasons and texts are the kubelet's (kubernetes pkg/kubelet: kuberuntime, images/types.go).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clusterwright.deploy.sandbox.gpu.operator.situation import Situation, named
from clusterwright.tools.manifest import Manifest, items, text

_WAITING = {
    "crash": "CrashLoopBackOff",
    "oom": "CrashLoopBackOff",
    "image-pull": "ImagePullBackOff",
    "create-error": "RunContainerError",
    "sandbox": "PodInitializing",
}


@dataclass(frozen=True, slots=True)
class Lasting:
    """A situation, since when, and how often its container was started again."""

    where: Situation
    since: datetime
    restarts: int
    address: str
    host: str


def pod_status(pod: Manifest, lasting: Lasting) -> Manifest:
    """Return the status."""
    where, at = lasting.where, _stamp(lasting.since)
    inits, containers = items(pod, "spec", "initContainers"), items(pod, "spec", "containers")
    initialized = where.at >= len(inits)
    phase = "Running" if initialized and where.mode != "image-pull" else "Pending"
    said = _conditions(pod, where, initialized=initialized)
    past = {"running": {"startedAt": at}}
    return {
        "phase": phase,
        "startTime": text(pod, "status", "startTime") or at,
        "hostIP": lasting.host,
        "podIP": lasting.address,
        "conditions": [{**one, "lastTransitionTime": at} for one in said],
        "initContainerStatuses": [
            _container(pod, one, n, lasting, {"terminated": _completed(at)})
            for n, one in enumerate(inits)
        ],
        "containerStatuses": [
            _container(pod, one, len(inits) + n, lasting, past) for n, one in enumerate(containers)
        ],
    }


def _container(pod: Manifest, spec: Manifest, n: int, lasting: Lasting, past: Manifest) -> Manifest:
    """Return the status of the n-th container; `past` is its state once nothing keeps it."""
    where = lasting.where
    name = text(spec, "name")
    found: Manifest = {"name": name, "image": text(spec, "image"), "imageID": "", "restartCount": 0}
    inits = len(items(pod, "spec", "initContainers"))
    is_main = n >= inits
    if name != where.name:
        beyond = where.at < inits and n > where.at
        state = {"waiting": {"reason": "PodInitializing"}} if beyond else past
        return found | {"ready": not beyond, "started": not beyond and is_main, "state": state}
    running = {"running": {"startedAt": _stamp(lasting.since)}}
    if where.mode in {"wait", "not-ready"}:
        return found | {"ready": False, "started": True, "state": running}
    waiting = {"reason": _WAITING[where.mode], "message": _message(pod, spec, where)}
    found |= {"ready": False, "started": False, "state": {"waiting": waiting}}
    if where.mode in {"crash", "oom", "create-error"}:
        found["restartCount"] = lasting.restarts
        found["lastState"] = {"terminated": _ended(where, _stamp(lasting.since))}
    return found


def _message(pod: Manifest, spec: Manifest, where: Situation) -> str:
    if where.mode == "image-pull":
        return f'Back-off pulling image "{text(spec, "image")}": ErrImagePull: {pull_error(spec)}'
    if where.mode == "create-error":
        return create_error()
    if where.mode == "sandbox":
        return ""
    return f"back-off 5m0s restarting failed container={where.name} pod={named(pod)}"


def pull_error(spec: Manifest) -> str:
    """Return what the container runtime says of an image that the registry does not have."""
    image = text(spec, "image")
    return (
        f'failed to pull and unpack image "{image}": failed to resolve reference "{image}":'
        f" {image}: not found"
    )


def create_error() -> str:
    """Return what the container runtime says where the toolkit does not find the driver."""
    return (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed:"
        " runc create failed: unable to start container process: error during container init:"
        " error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as"
        " 'legacy' nvidia-container-cli: initialization error: load library failed:"
        " libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown"
    )


def _ended(where: Situation, at: str) -> Manifest:
    reason = {"oom": "OOMKilled", "create-error": "StartError"}.get(where.mode, "Error")
    code = 128 if where.mode == "create-error" else where.exit_code
    return {"exitCode": code, "reason": reason, "startedAt": at, "finishedAt": at}


def _completed(at: str) -> Manifest:
    return {"exitCode": 0, "reason": "Completed", "startedAt": at, "finishedAt": at}


def _conditions(pod: Manifest, where: Situation, *, initialized: bool) -> Iterator[Manifest]:
    inits = [text(one, "name") for one in items(pod, "spec", "initContainers")]
    left = " ".join(inits[where.at :])
    yield {
        "type": "PodReadyToStartContainers",
        "status": "False" if where.mode == "sandbox" else "True",
    }
    yield (
        {"type": "Initialized", "status": "True"}
        if initialized
        else {
            "type": "Initialized",
            "status": "False",
            "reason": "ContainersNotInitialized",
            "message": f"containers with incomplete status: [{left}]",
        }
    )
    names = [text(one, "name") for one in items(pod, "spec", "containers")]
    unready = names if not initialized else [where.name]
    for kind in ("Ready", "ContainersReady"):
        yield (
            {"type": kind, "status": "True"}
            if where.ready
            else {
                "type": kind,
                "status": "False",
                "reason": "ContainersNotReady",
                "message": f"containers with unready status: [{' '.join(unready)}]",
            }
        )
    yield {"type": "PodScheduled", "status": "True"}


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
