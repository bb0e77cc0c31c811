"""PodDisruptionBudgets that will never let a pod go, on a node that is being emptied."""

from collections import defaultdict
from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.kubernetes.drained import is_evicted
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pdb/blocks-drain"

KIND = "PodDisruptionBudget"
_SHOWN = 3


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    to_leave = _to_leave(snapshot)
    if not to_leave:
        return
    for one in snapshot.of_kind(KIND):
        if not _never_lets_go(one):
            continue
        selector = mapping(one, "spec", "selector")
        held = [
            pod for pod in to_leave.get(namespace_of(one), ()) if matches(selector, labels_of(pod))
        ]
        if held:
            yield Suspicion(_finding(one, held))


def _to_leave(snapshot: Snapshot) -> dict[str, list[Manifest]]:
    """Return by namespace the pods that drains of cordoned nodes would evict."""
    found: dict[str, list[Manifest]] = defaultdict(list)
    for node in snapshot.of_kind("Node"):
        if truth(node, "spec", "unschedulable"):
            for pod in filter(is_evicted, snapshot.pods_on(name_of(node))):
                found[namespace_of(pod)].append(pod)
    return found


def _never_lets_go(one: Manifest) -> bool:
    """Return whether no eviction is allowed although every pod is healthy."""
    status = one.get("status")
    expected = number(status, "expectedPods")
    return (
        number(status, "observedGeneration") >= number(one, "metadata", "generation")
        and number(status, "disruptionsAllowed") == 0
        and number(status, "currentHealthy") >= expected > 0
        and number(status, "desiredHealthy") >= expected
    )


def _finding(one: Manifest, held: list[Manifest]) -> Finding:
    ref = Ref.of(one)
    nodes = sorted({text(pod, "spec", "nodeName") for pod in held})
    shown = ", ".join(nodes[:_SHOWN])
    asked = "minAvailable" if dig(one, "spec", "maxUnavailable") is None else "maxUnavailable"
    value, expected = dig(one, "spec", asked), number(one, "status", "expectedPods")
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=title(
            f"{asked} {value} never lets one of {expected} healthy pods go: cordoned node {shown}"
            " cannot be drained"
        ),
        evidence=(
            FieldEvidence(ref=ref, path=f"$.spec.{asked}", value=str(value)),
            FieldEvidence(ref=ref, path="$.status.disruptionsAllowed", value="0"),
            FieldEvidence(
                ref=Ref.of(held[0]), path="$.spec.nodeName", value=text(held[0], "spec", "nodeName")
            ),
        ),
        since=instant(one, "metadata", "creationTimestamp"),
        relations=tuple(
            Relation(source=ref, edge=Edge.SELECTS, target=Ref.of(pod)) for pod in held[:_SHOWN]
        ),
        fixes=("Run one replica more than the budget demands, or let it demand one less.",),
    )


DISRUPTION_BUDGET = Analyzer("disruption-budget", (CODE,), (KIND, "Node", "Pod"), _detect)
