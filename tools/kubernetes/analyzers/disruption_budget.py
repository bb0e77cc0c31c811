"""PodDisruptionBudgets that will never let a pod go, on a node that is being emptied."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    name_of,
    namespace_of,
    number,
    strings,
    text,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pdb/blocks-drain"

KIND = "PodDisruptionBudget"
_SHOWN = 3


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    cordoned = {name_of(n) for n in snapshot.of_kind("Node") if truth(n, "spec", "unschedulable")}
    if not cordoned:
        return
    for one in snapshot.of_kind(KIND):
        if not _never_lets_go(one):
            continue
        held = [pod for pod in _covered(snapshot, one) if text(pod, "spec", "nodeName") in cordoned]
        if held:
            yield Suspicion(_finding(one, held))


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


def _covered(snapshot: Snapshot, one: Manifest) -> list[Manifest]:
    """Return the pods that a budget covers; a selector of expressions is not judged."""
    if dig(one, "spec", "selector", "matchExpressions"):
        return []
    labels = strings(one, "spec", "selector", "matchLabels")
    pods = snapshot.selected("Pod", namespace_of(one), labels)
    return [pod for pod in pods if not finished(pod)]


def _finding(one: Manifest, held: list[Manifest]) -> Finding:
    ref = Ref.of(one)
    nodes = sorted({text(pod, "spec", "nodeName") for pod in held})
    shown = ", ".join(nodes[:_SHOWN])
    asked = next(k for k in ("maxUnavailable", "minAvailable") if dig(one, "spec", k) is not None)
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
