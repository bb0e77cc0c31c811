"""Objects that were deleted and stay, because nobody removes their last finalizers."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import message_of, title
from clusterwright.tools.kubernetes.analyzers.pod_volumes import claims_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    instant,
    mapping,
    namespace_of,
    text,
    texts,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "object/finalizer-stuck"

_WORKING = timedelta(seconds=10)
"""What a controller that lives does about a deletion, it does within seconds."""
_SLOW = {
    "Namespace": timedelta(minutes=1),  # its pods have half a minute to end
    "PersistentVolumeClaim": timedelta(minutes=1),
    "PersistentVolume": timedelta(minutes=5),  # a cloud deletes a disk,
    "Service": timedelta(minutes=5),  # or a load balancer
}
_CLAIM_IN_USE = "kubernetes.io/pvc-protection"
_OF_THE_CLUSTER = frozenset(
    {
        "batch.kubernetes.io/job-tracking",
        "foregroundDeletion",
        "kubernetes",
        "kubernetes.io/pv-protection",
        "orphan",
        _CLAIM_IN_USE,
    }
)
"""Finalizers that the cluster's own controllers remove as soon as they may."""
_NAMESPACE_SIGNS = ("NamespaceFinalizersRemaining", "NamespaceDeletionDiscoveryFailure")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    stuck = list(_stuck(snapshot))
    for one in stuck:
        ref = Ref.of(one)
        foreign = [f for f in texts(one, "metadata", "finalizers") if f not in _OF_THE_CLUSTER]
        finding = None
        if foreign:
            finding = _waits_for(one, foreign)
        elif ref.kind == "PersistentVolumeClaim":
            finding = _in_use(snapshot, one)
        elif ref.kind == "Namespace":
            shown = any(namespace_of(other) == ref.name for other in stuck)
            finding = None if shown else _not_empty(one)
        if finding is not None:
            yield Suspicion(finding, (ReadRequest(ref),))


def _stuck(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield what should be gone; a pod's deletionTimestamp already lies after its grace."""
    for kind, objects in snapshot.objects.items():
        # To drain a node takes as long as its pods take to leave; its finalizer must not go first.
        for one in objects if kind != "Node" else ():
            if "deletionTimestamp" not in mapping(one, "metadata"):
                continue
            since = instant(one, "metadata", "deletionTimestamp")
            patience = _SLOW.get(text(one, "kind"), _WORKING)
            if since is not None and snapshot.now - since > patience:
                yield one


def _waits_for(one: Manifest, foreign: list[str]) -> Finding:
    named = ", ".join(foreign[:2])
    ref = Ref.of(one)
    evidence = FieldEvidence(
        ref=ref, path="$.metadata.finalizers", value=one_line(", ".join(foreign), 500)
    )
    fixes = (
        f"Restore the controller that handles {named}; it then removes the finalizer itself.",
        f"Only if that is gone for good, clean up what it stood for by hand, and then remove"
        f" {named} from metadata.finalizers of {ref}.",
    )
    return _finding(one, f"Deleted, but finalizer {named} has not been removed", (evidence,), fixes)


def _in_use(snapshot: Snapshot, claim: Manifest) -> Finding | None:
    ref = Ref.of(claim)
    users = [
        pod
        for pod in snapshot.in_namespace("Pod", ref.namespace)
        if ref in claims_of(pod) and text(pod, "status", "phase") not in {"Succeeded", "Failed"}
    ]
    if not users:
        return None
    user = Ref.of(users[0])
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    evidence = FieldEvidence(
        ref=user, path="$.spec.volumes[*].persistentVolumeClaim", value=ref.name
    )
    relation = Relation(source=user, edge=Edge.USES, target=ref)
    finding = _finding(
        claim,
        f"Deleted, but Pod {user.name}{more} still uses it",
        (evidence,),
        (f"Scale down or delete what uses the claim: {user}.",),
    )
    # The cluster protects the data as it should; nothing fails because of it.
    return finding.model_copy(update={"severity": Severity.INFO, "relations": (relation,)})


def _not_empty(namespace: Manifest) -> Finding | None:
    """Return what the namespace's conditions say, for kinds that nobody listed here."""
    for sign in _NAMESPACE_SIGNS:
        found = condition(namespace, sign)
        if found.get("status") == "True":
            said = message_of(found)
            path = f"$.status.conditions[?(@.type=='{sign}')].message"
            evidence = FieldEvidence(ref=Ref.of(namespace), path=path, value=said)
            fixes = ("Free the objects that the condition names; the namespace then goes.",)
            return _finding(namespace, f"Deleted, but not empty: {said}", (evidence,), fixes)
    return None


def _finding(
    one: Manifest, sentence: str, evidence: tuple[Evidence, ...], fixes: tuple[str, ...]
) -> Finding:
    ref, deleted = Ref.of(one), text(one, "metadata", "deletionTimestamp")
    when = FieldEvidence(ref=ref, path="$.metadata.deletionTimestamp", value=deleted)
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=title(sentence),
        evidence=(*evidence, when),
        since=instant(one, "metadata", "deletionTimestamp"),
        fixes=fixes,
    )


FINALIZER = Analyzer(
    "finalizer",
    (CODE,),
    (
        "ConfigMap",
        "Deployment",
        "Job",
        "Namespace",
        "PersistentVolumeClaim",
        "Pod",
        "Service",
        "StatefulSet",
    ),
    _detect,
    unless_gone,
)
