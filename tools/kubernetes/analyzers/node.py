"""Nodes that are not ready: pods there are cut off, and nothing new is placed on them."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import age, message_of, title
from clusterwright.tools.manifest import Manifest, condition, dig, instant, name_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "node/not-ready"

_JOINING = timedelta(minutes=1)
"""A node that joins, or boots again, needs a moment for its runtime and its network."""
_BAD = ("False", "Unknown")
"""A node that never reported gets Unknown from the node lifecycle controller within a minute."""
_PODS = 50
_STOPPED = "NodeStatusUnknown"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    unready = [one for one in snapshot.of_kind("Node") if _unready(snapshot, one)]
    all_of_them = len(unready) == len(snapshot.of_kind("Node"))
    for node in unready:
        severity = Severity.CRITICAL if all_of_them else Severity.WARNING
        yield Suspicion(_finding(snapshot, node, severity), (ReadRequest(Ref.of(node)),))


def _unready(snapshot: Snapshot, node: Manifest) -> bool:
    ready = condition(node, "Ready")
    if ready.get("status") not in _BAD or dig(node, "metadata", "deletionTimestamp"):
        return False
    since = instant(ready, "lastTransitionTime")
    return (snapshot.now - since if since else age(snapshot, node)) > _JOINING


def _finding(snapshot: Snapshot, node: Manifest, severity: Severity) -> Finding:
    ref, ready = Ref.of(node), condition(node, "Ready")
    path = "$.status.conditions[?(@.type=='Ready')]"
    evidence = tuple(
        FieldEvidence(ref=ref, path=f"{path}.{field}", value=value)
        for field in ("status", "message")
        if (value := one_line(text(ready, field), 500))
    )
    said = message_of(ready) or text(ready, "reason") or "its kubelet does not say why"
    if ready.get("reason") == _STOPPED:
        fix = (
            f"See whether machine {ref.name} runs, and whether its kubelet reaches the API server."
        )
    else:
        fix = f"Repair on node {ref.name} what its kubelet names."
    return Finding(
        code=CODE,
        severity=severity,
        subject=ref,
        title=title(f"Node is not ready: {said}"),
        evidence=evidence,
        since=instant(ready, "lastTransitionTime"),
        relations=tuple(
            Relation(source=Ref.of(pod), edge=Edge.RUNS_ON, target=ref)
            for pod in snapshot.pods_on(name_of(node))[:_PODS]
            if condition(pod, "Ready").get("status") != "True"
        ),
        fixes=(fix,),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the node is gone or ready by now."""
    for request, found in fulfilled.objects.items():
        ready = found is None or condition(found, "Ready").get("status") == "True"
        if ready and request in suspicion.requests:
            return None
    return suspicion.finding


NODE = Analyzer("node", (CODE,), ("Node", "Pod"), _detect, _refine)
