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
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.fit.judge import judge, obstacles
from clusterwright.tools.gpu.fit.ways import ways
from clusterwright.tools.manifest import Manifest, name_of, text
from clusterwright.tools.snapshot import Snapshot
from tests.tools.gpu.fit.drawn import Drawn, barred
from tests.tools.gpu.fit.scheduler import at_rest, create, listed, looked_at, message, place, seen

CASES = 200
NODES = 12
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
        return seen(self.nodes, (*self.others, *pods), Namespace=self.namespaces)


@pytest.fixture(scope="module")
def decided(sandbox: Instance) -> Iterator[Decided]:
    drawn = Drawn(SEED, f"fit-{os.getpid()}")
    with place(sandbox, drawn.namespace, drawn.nodes(NODES)) as nodes:
        others = at_rest(sandbox)
        made = drawn.pods(CASES)
        create(sandbox, made)
        pods = looked_at(sandbox, drawn.namespace, {name_of(pod) for pod in made})
        yield Decided(sandbox, drawn, listed(sandbox, "namespaces"), nodes, others, pods)


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
    chosen = [decided.drawn.some(names, 1)[0] for _ in again]
    found = ask(decided, [barred(pod, f"all-{i}") for i, pod in enumerate(again[::2])])
    found += ask(decided, [barred(pod, f"one-{i}", chosen[i]) for i, pod in enumerate(again)])
    snapshot = decided.snapshot(*decided.pods)
    plugins: Counter[str] = Counter()
    for pod in found:
        verdict = judge(pod, snapshot)
        said = f"seed {SEED}: {name_of(pod)}: {json.dumps(pod['spec'])}"
        assert verdict.message == message(pod), said
        plugins.update(why.plugin for why in verdict.nodes.values() if why)
    assert len(plugins) >= 6, f"seed {SEED}: hardly anything was refused: {plugins}"


def test_what_we_say_would_help_does_help(decided: Decided) -> None:
    snapshot = decided.snapshot(*decided.pods)
    waiting = [pod for pod in decided.pods if not text(pod, "spec", "nodeName")]
    some = decided.drawn.random.sample(waiting, min(40, len(waiting)))
    found = [
        (pod, way)
        for pod in some
        for way in ways(pod, snapshot, obstacles(pod, snapshot))
        if way.of_pod
    ]
    assert found, f"seed {SEED}: of no help"
    changed = [
        barred(renewed(way.pod), f"way-{i}", way.nodes[0]) for i, (_, way) in enumerate(found)
    ]
    for (before, way), pod in zip(found, ask(decided, changed), strict=True):
        said = f"seed {SEED}: {way.steps} on {way.nodes[0]}: {json.dumps(before['spec'])}"
        assert "1 node(s) didn't match pod affinity rules" in message(pod), said


def ask(decided: Decided, pods: Sequence[Manifest]) -> list[Manifest]:
    """Return pods that fit nowhere, in their order, once the scheduler has looked at them."""
    create(decided.sandbox, pods)
    own = {name_of(pod) for pod in pods}
    found = looked_at(decided.sandbox, decided.drawn.namespace, own)
    return [pod for pod in found if name_of(pod) in own]


def renewed(pod: Manifest) -> Manifest:
    """Return a pod as it can be made again."""
    metadata = {key: pod["metadata"][key] for key in ("namespace", "labels")}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod["spec"]}
