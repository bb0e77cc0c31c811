"""The real scheduler, asked by making pods and waiting until it has looked at them."""

import json
import time
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest, condition, name_of, text
from clusterwright.tools.snapshot import Snapshot
from tests.tools.gpu.fit.drawn import TAINT

PATIENCE = 60.0


@contextmanager
def place(
    sandbox: Instance, namespace: str, nodes: Sequence[Manifest]
) -> Generator[list[Manifest]]:
    """Make a namespace and nodes of its own, yield all nodes, and take everything away again."""
    sandbox.kubectl("create", "namespace", namespace)
    create(sandbox, nodes)
    try:
        yield ready(sandbox, namespace, len(nodes))
    finally:
        # One request for all of them: nothing runs that would have to end.
        path = f"/api/v1/namespaces/{namespace}/pods?gracePeriodSeconds=0"
        sandbox.kubectl("delete", "--raw", path)
        sandbox.kubectl("delete", "namespace", namespace, "--wait=false")
        sandbox.kubectl("delete", "nodes", *map(name_of, nodes))


def seen(
    nodes: Sequence[Manifest], pods: Sequence[Manifest], **more: Sequence[Manifest]
) -> Snapshot:
    objects = {"Node": nodes, "Pod": pods, **more}
    return Snapshot("test", datetime.now(UTC), objects)


def create(sandbox: Instance, objects: Sequence[Manifest]) -> None:
    # kubectl slows down after some 300 requests.
    for start in range(0, len(objects), 250):
        some = {"apiVersion": "v1", "kind": "List", "items": list(objects[start : start + 250])}
        sandbox.kubectl("create", "-f", "-", stdin=json.dumps(some))


def listed(sandbox: Instance, *what: str) -> list[Manifest]:
    found: list[Manifest] = json.loads(sandbox.kubectl("get", *what, "-o", "json"))["items"]
    return found


def ready(sandbox: Instance, prefix: str, count: int) -> list[Manifest]:
    """Return all nodes, once those drawn have no taint left that says they are not ready."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        nodes = listed(sandbox, "nodes")
        own = [one for one in nodes if name_of(one).startswith(prefix)]
        taints = [one["key"] for node in own for one in node["spec"]["taints"]]
        well = all(condition(node, "Ready").get("status") == "True" for node in own)
        if well and taints.count(TAINT) == count and not any("not-ready" in one for one in taints):
            return nodes
    raise AssertionError(f"nodes of {prefix} are not ready")


def at_rest(sandbox: Instance) -> list[Manifest]:
    """Return all pods, once none is on its way out: what earlier tests had gives room back."""
    deadline = time.monotonic() + PATIENCE
    pods = listed(sandbox, "pods", "-A")
    while time.monotonic() < deadline:
        if not any(text(one, "metadata", "deletionTimestamp") for one in pods):
            break
        pods = listed(sandbox, "pods", "-A")
    return pods


def looked_at(sandbox: Instance, namespace: str, names: Collection[str]) -> list[Manifest]:
    """Return pods in the order they were made, once the scheduler has looked at all of them."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        pods = [one for one in listed(sandbox, "pods", "-n", namespace) if name_of(one) in names]
        if len(pods) == len(names) and all(condition(pod, "PodScheduled") for pod in pods):
            return sorted(pods, key=number_of)
    raise AssertionError(f"the scheduler has not looked at all pods of {namespace}")


def number_of(pod: Manifest) -> int:
    """Return the number in a pod's name: kubectl made them in that order."""
    return int(name_of(pod).partition("-")[2])


def message(pod: Manifest) -> str:
    """Return the first sentence of the scheduler's, which tells of nodes."""
    said = text(condition(pod, "PodScheduled"), "message")
    return said.partition(". ")[0].rstrip(".") + "."
