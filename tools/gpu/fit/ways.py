"""What would make a pod run, and on which nodes: the least changes that take all obstacles away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from clusterwright.tools.gpu.fit.filters import pinned
from clusterwright.tools.gpu.fit.judge import Ignored, fits_on
from clusterwright.tools.gpu.fit.node_info import NodeInfo, node_infos
from clusterwright.tools.gpu.fit.product_words import PRODUCT_LABELS, akin
from clusterwright.tools.gpu.fit.rejection import Rejection
from clusterwright.tools.gpu.fit.steps import Step, steps
from clusterwright.tools.manifest import Manifest, strings
from clusterwright.tools.snapshot import Snapshot

_TRIED = 8
"""Ways that are judged again, the least first."""
_TOLD = 4
_COMBINED = 8
"""Combinations of steps that are looked at on one node."""


@dataclass(frozen=True, slots=True)
class Way:
    """Steps that together make room for a pod, and where."""

    steps: Sequence[str]
    nodes: Sequence[str]
    weight: int
    pod: Manifest
    """As it would be."""
    of_pod: bool
    """Whether the pod alone changes; the scheduler's rules then say yes to the changed pod."""


def ways(
    pod: Manifest,
    snapshot: Snapshot,
    against: Mapping[str, Sequence[Rejection]],
    ignored: Ignored = frozenset(),
    elsewhere: Collection[str] = (),
) -> Sequence[Way]:
    """Return the least ways to have a pod run, those that change nothing but the pod first.

    What is `against` each node is what `obstacles` tells of it.
    """
    names = pinned(pod)
    grouped: dict[tuple[str, ...], list[tuple[NodeInfo, Sequence[Step]]]] = {}
    nodes = node_infos(snapshot, pod)
    missing = _missing_product(pod, nodes)
    for node in nodes:
        if (names is None or node.name in names) and _may_do(node, missing):
            for found in _combinations(pod, node, against, elsewhere):
                key = tuple(one.say for one in found)
                grouped.setdefault(key, []).append((node, found))
    found = [_way(pod, alike) for alike in grouped.values()]
    found.sort(key=lambda one: (one.weight, -len(one.nodes), one.steps))
    kept = [
        one
        for one in found[:_TRIED]
        if not one.of_pod or fits_on(one.pod, snapshot, frozenset(one.nodes), ignored)
    ]
    most = 2 * kept[0].weight + 2 if kept else 0
    told = [
        one
        for one in kept
        if one.weight <= most and not any(_is_less(other, one) for other in kept)
    ]
    return sorted(told[:_TOLD], key=lambda one: (not one.of_pod, one.weight))


def _missing_product(pod: Manifest, nodes: Sequence[NodeInfo]) -> str:
    """Return the product that a pod selects and that no node has, where nodes tell their own."""
    for key, value in strings(pod, "spec", "nodeSelector").items():
        there = {node.labels[key] for node in nodes if key in node.labels}
        if key in PRODUCT_LABELS and there and value not in there:
            return value
    return ""


def _may_do(node: NodeInfo, missing: str) -> bool:
    """Return whether a node is to be advised; one of quite another product is for a person to pick.

    Which products there are is among the causes.
    """
    return not missing or any(akin(node.labels.get(one, ""), missing) for one in PRODUCT_LABELS)


def _is_less(one: Way, than: Way) -> bool:
    """Return whether a way is part of another one."""
    return set(one.steps) < set(than.steps)


def _combinations(
    pod: Manifest,
    node: NodeInfo,
    against: Mapping[str, Sequence[Rejection]],
    elsewhere: Collection[str],
) -> Sequence[Sequence[Step]]:
    """Return the sets of steps that take away all that speaks against a node."""
    options = [steps(pod, node, one, elsewhere) for one in against[node.name]]
    if not options or not all(options):
        return []
    return [
        [step for part in one for step in part]
        for one, _ in zip(product(*options), range(_COMBINED), strict=False)
    ]


def _way(pod: Manifest, alike: Sequence[tuple[NodeInfo, Sequence[Step]]]) -> Way:
    _, taken = alike[0]
    changed = pod
    for one in taken:
        changed = one.change(changed) if one.change else changed
    return Way(
        [one.say for one in taken],
        [node.name for node, _ in alike],
        sum(one.weight for one in taken),
        changed,
        all(one.change for one in taken),
    )
