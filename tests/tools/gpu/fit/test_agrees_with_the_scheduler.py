"""The verdict on drawn pods, against what the real kube-scheduler says of the same ones.

One batch is placed: the scheduler decides in the order in which pods were made, so each is judged
with the nodes as they were after those before it. Then the same pods come again, kept from every
node by a term that the last plugin refuses, so that nothing moves: once to compare what all nodes
say together, and once for single nodes, which required affinity names, to compare what the first
plugin says on each.
"""

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.fit.judge import judge
from clusterwright.tools.manifest import Manifest, condition, name_of, text
from clusterwright.tools.snapshot import Snapshot
from tests.tools.gpu.fit.drawn import TAINT, Drawn, barred

CASES = 200
NODES = 12
PATIENCE = 60.0
SEED = int(os.environ.get("CLUSTERWRIGHT_FIT_SEED", "0")) or secrets.randbits(32)


@dataclass(frozen=True)
class Decided:
    """The cluster after the scheduler has looked at every drawn pod."""

    sandbox: Instance
    drawn: Drawn
    namespaces: Sequence[Manifest]
    nodes: Sequence[Manifest]
    others: Sequence[Manifest]
    pods: Sequence[Manifest]
    """In the order in which they were made."""

    def snapshot(self, *pods: Manifest) -> Snapshot:
        objects = {
            "Namespace": self.namespaces,
            "Node": self.nodes,
            "Pod": (*self.others, *pods),
        }
        return Snapshot("test", datetime.now(UTC), objects)


@pytest.fixture(scope="module")
def decided(sandbox: Instance) -> Iterator[Decided]:
    drawn = Drawn(SEED, f"fit-{os.getpid()}")
    sandbox.kubectl("create", "namespace", drawn.namespace)
    create(sandbox, drawn.nodes(NODES))
    try:
        nodes = ready(sandbox, drawn.namespace)
        others = listed(sandbox, "pods", "-A")
        create(sandbox, drawn.pods(CASES))
        pods = looked_at(sandbox, drawn.namespace, CASES)
        namespaces = listed(sandbox, "namespaces")
        yield Decided(sandbox, drawn, namespaces, nodes, others, pods)
    finally:
        # One request for all of them: nothing runs that would have to end.
        path = f"/api/v1/namespaces/{drawn.namespace}/pods?gracePeriodSeconds=0"
        sandbox.kubectl("delete", "--raw", path)
        names = [f"{drawn.namespace}-{i}" for i in range(NODES)]
        sandbox.kubectl("delete", "namespace", drawn.namespace)
        sandbox.kubectl("delete", "nodes", *names)


def test_a_pod_goes_where_we_say_and_stays_where_we_say_it_does_not_fit(decided: Decided) -> None:
    placed: list[Manifest] = []
    fitted = 0
    for pod in decided.pods:
        verdict = judge(pod, decided.snapshot(*placed))
        node = text(pod, "spec", "nodeName")
        said = f"seed {SEED}: {json.dumps(pod['spec'])}"
        if node:
            assert node in verdict.fitting, said
            fitted += 1
        else:
            assert verdict.fitting == [], said
            assert verdict.message == message(pod), said
        placed.append(pod)
    assert 0 < fitted < CASES, f"seed {SEED}: all alike"


def test_each_node_is_refused_by_the_same_plugin_in_the_same_words(decided: Decided) -> None:
    again = Drawn(SEED + 1, decided.drawn.namespace).pods(CASES, neighbours=True)
    names = [name_of(node) for node in decided.nodes]
    asked: list[Manifest] = []
    for i, pod in enumerate(again):
        asked.append(barred(pod, f"all-{i}"))
        chosen = decided.drawn.some(names, 1)
        asked += [barred(pod, f"one-{i}-{n}", node) for n, node in enumerate(chosen)]
    create(decided.sandbox, asked)
    total = CASES + len(asked)
    found = looked_at(decided.sandbox, decided.drawn.namespace, total)[CASES:]
    snapshot = decided.snapshot(*decided.pods)
    plugins: Counter[str] = Counter()
    for pod in found:
        verdict = judge(pod, snapshot)
        said = f"seed {SEED}: {name_of(pod)}: {json.dumps(pod['spec'])}"
        assert verdict.message == message(pod), said
        plugins.update(why.plugin for why in verdict.nodes.values() if why)
    assert len(plugins) >= 6, f"seed {SEED}: hardly anything was refused: {plugins}"


def create(sandbox: Instance, objects: Sequence[Manifest]) -> None:
    # kubectl slows down after some 300 requests.
    for start in range(0, len(objects), 250):
        some = {"apiVersion": "v1", "kind": "List", "items": list(objects[start : start + 250])}
        sandbox.kubectl("create", "-f", "-", stdin=json.dumps(some))


def listed(sandbox: Instance, *what: str) -> list[Manifest]:
    found: list[Manifest] = json.loads(sandbox.kubectl("get", *what, "-o", "json"))["items"]
    return found


def ready(sandbox: Instance, prefix: str) -> list[Manifest]:
    """Return all nodes, once those drawn have no taint left that says they are not ready."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        nodes = listed(sandbox, "nodes")
        own = [one for one in nodes if name_of(one).startswith(prefix)]
        taints = [one["key"] for node in own for one in node["spec"]["taints"]]
        well = all(condition(node, "Ready").get("status") == "True" for node in own)
        if well and taints.count(TAINT) == NODES and not any("not-ready" in one for one in taints):
            return nodes
    raise AssertionError(f"nodes of {prefix} are not ready")


def looked_at(sandbox: Instance, namespace: str, count: int) -> list[Manifest]:
    """Return the namespace's pods in the order they were made, once all were looked at."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        pods = listed(sandbox, "pods", "-n", namespace)
        if len(pods) == count and all(condition(pod, "PodScheduled") for pod in pods):
            return sorted(pods, key=made)
    raise AssertionError(f"the scheduler has not looked at all pods of {namespace}")


def made(pod: Manifest) -> tuple[str, int, str]:
    """Return what sorts pods by the order in which kubectl made them."""
    kind, _, rest = name_of(pod).partition("-")
    return str(kind != "pod"), int(rest.partition("-")[0]), name_of(pod)


def message(pod: Manifest) -> str:
    """Return the first sentence of the scheduler's, which tells of nodes."""
    said = text(condition(pod, "PodScheduled"), "message")
    return said.partition(". ")[0].rstrip(".") + "."
