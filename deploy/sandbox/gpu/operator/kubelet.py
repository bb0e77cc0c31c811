"""The kubelets of GPU nodes, as far as operands' pods go: they carry each one on, or leave it."""

from datetime import UTC, datetime
from ipaddress import ip_address

from clusterwright.deploy.sandbox.gpu.operands import KUBELET
from clusterwright.deploy.sandbox.gpu.operator.pod_status import (
    Lasting,
    create_error,
    pod_status,
    pull_error,
)
from clusterwright.deploy.sandbox.gpu.operator.readiness import there_on
from clusterwright.deploy.sandbox.gpu.operator.situation import DEVICES, Situation, named, situation
from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.tools.manifest import (
    Manifest,
    items,
    name_of,
    namespace_of,
    strings,
    text,
)

_FIRST_ADDRESS = int(ip_address("10.91.200.1"))
_RESTARTS, _EVERY = 4, 30
"""A container that fails was started so often at once, and again after so many seconds."""


class Kubelets:
    """Remembers since when each pod has been where it is."""

    def __init__(self, world: World) -> None:
        """Take the world."""
        self._world = world
        self._lasting: dict[str, Lasting] = {}
        self._addresses = 0

    def look_after(self, node: Manifest) -> None:
        """Write the status of the operands' pods on a node where it changed."""
        for pod in self._world.pods_on(node):
            if strings(pod, "metadata", "annotations").get(KUBELET):
                there = there_on(self._world, node)
                if self._is_past_init(pod):
                    there.add(DEVICES)  # asked once: a pod that runs does not go back for it
                self._carry_on(pod, node, situation(pod, node, there))

    def forget(self) -> None:
        """Forget pods that are no more."""
        alive = {text(pod, "metadata", "uid") for pod in self._world.all("Pod")}
        self._lasting = {uid: one for uid, one in self._lasting.items() if uid in alive}

    def _carry_on(self, pod: Manifest, node: Manifest, where: Situation) -> None:
        uid, now = text(pod, "metadata", "uid"), datetime.now(UTC)
        before = self._lasting.get(uid)
        if before and self._is_past_init(pod) and where.at < _inits(pod):
            # Its driver or toolkit went: k8s-driver-manager evicts it, and a new one waits.
            self._lasting.pop(uid)
            self._world.api.delete({"apiVersion": "v1", "kind": "Pod", **pod})
            return
        lasting = self._next(before, where, node, now)
        self._lasting[uid] = lasting
        if lasting == before:
            return
        self._world.api.patch(
            {"apiVersion": "v1", "kind": "Pod", **pod},
            {"status": pod_status(pod, lasting)},
            status=True,
        )
        if before is None or before.where != where:
            self._tell(pod, where)

    def _is_past_init(self, pod: Manifest) -> bool:
        before = self._lasting.get(text(pod, "metadata", "uid"))
        return before is not None and before.where.at >= _inits(pod)

    def _next(
        self, before: Lasting | None, where: Situation, node: Manifest, now: datetime
    ) -> Lasting:
        since = before.since if before and before.where == where else now
        restarts = _RESTARTS + int((now - since).total_seconds()) // _EVERY
        if before is None:
            self._addresses += 1
        address = before.address if before else str(ip_address(_FIRST_ADDRESS + self._addresses))
        host = next((text(one, "address") for one in items(node, "status", "addresses")), "")
        failing = where.mode not in {"", "wait", "not-ready"}
        return Lasting(where, since, restarts if failing else 0, address, host)

    def _tell(self, pod: Manifest, where: Situation) -> None:
        """Write the event that a kubelet would."""
        every = [one for f in ("initContainers", "containers") for one in items(pod, "spec", f)]
        spec = every[min(where.at, len(every) - 1)]
        reason, message = {
            "crash": (
                "BackOff",
                f"Back-off restarting failed container {where.name} in pod {named(pod)}",
            ),
            "image-pull": (
                "Failed",
                f'Failed to pull image "{text(spec, "image")}": {pull_error(spec)}',
            ),
            "create-error": ("Failed", f"Error: {create_error()}"),
            "sandbox": (
                "FailedCreatePodSandBox",
                "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get"
                ' sandbox runtime: no runtime for "nvidia" is configured',
            ),
            "not-ready": ("Unhealthy", "Readiness probe failed: command returned exit code 1"),
        }.get("crash" if where.mode == "oom" else where.mode, ("", ""))
        if not reason:
            return
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        namespace = namespace_of(pod)
        self._world.api.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"generateName": f"{name_of(pod)}.", "namespace": namespace},
                "involvedObject": {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "name": name_of(pod),
                    "namespace": namespace,
                    "uid": text(pod, "metadata", "uid"),
                },
                "type": "Warning",
                "reason": reason,
                "message": message,
                "count": _RESTARTS,
                "firstTimestamp": now,
                "lastTimestamp": now,
                "source": {"component": "kubelet", "host": text(pod, "spec", "nodeName")},
            }
        )


def _inits(pod: Manifest) -> int:
    return len(items(pod, "spec", "initContainers"))
