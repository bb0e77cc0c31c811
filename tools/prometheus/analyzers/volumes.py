"""Volumes that run out of room, as the kubelets measure them."""

import json
from collections.abc import Callable, Iterable

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.finding import Edge, Finding, Relation, Severity, ask
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.manifest import dig, items, text, texts, truth
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric, percent
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.result import Labels, Series
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

FULL, FILLING = "pvc/full", "pvc/filling-up"
INODES = "pvc/inodes-filling-up"
_NOTHING = 0.01
_LITTLE = 0.03
_WRITABLE = frozenset({"ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"})


def _claim(estate: Estate, labels: Labels) -> Ref | None:
    """Return the claim that a series is of; None for one that is gone or nobody writes to."""
    claim, namespace = labels.get("persistentvolumeclaim", ""), labels.get("namespace", "")
    ref = checked(Ref("PersistentVolumeClaim", claim, namespace)) if claim and namespace else None
    if ref is None or not estate.was_read("PersistentVolumeClaim"):
        return ref
    found = estate.get(ref)
    modes = set(texts(found, "spec", "accessModes"))
    leaving = dig(found, "metadata", "deletionTimestamp") is not None
    return None if found is None or leaving or (modes and not modes & _WRITABLE) else ref


def _mounts(estate: Estate, claim: Ref) -> tuple[Relation, ...]:
    """Return the edges from the workloads whose pods mount a claim."""
    found: dict[Ref, None] = {}
    for pod in estate.in_namespace("Pod", claim.namespace):
        names = [
            text(volume, "persistentVolumeClaim", "claimName")
            for volume in items(pod, "spec", "volumes")
        ]
        if claim.name in names:
            found[workload_of(estate, pod)] = None
    return tuple(Relation(source=one, edge=Edge.MOUNTS, target=claim) for one in found)


def _fix(estate: Estate, claim: Ref) -> str:
    named = text(estate.get(claim), "spec", "storageClassName")
    storage = estate.get(Ref("StorageClass", named)) if named else None
    if truth(storage, "allowVolumeExpansion"):
        asked = text(estate.get(claim), "spec", "resources", "requests", "storage")
        more = ask(f"how much, more than {asked or 'now'}")
        path = "spec.resources.requests.storage"
        made = json.dumps({"kind": "patch", "object": str(claim), "set": {path: more}})
        return f"Delete what is not needed, or give it more: k8s_plan_change {made}"
    if storage is not None:
        return f"Delete what is not needed, or move it: StorageClass {named} cannot expand it."
    return "Delete what is not needed, or give it more, if its StorageClass allows that."


def _of_bytes(estate: Estate, claim: Ref, series: Series, share: float) -> Finding:
    left = percent(share) if share >= _NOTHING else "nothing"
    pace = "" if share < _LITTLE else ", and at the pace of the last 6 hours is full within 4 days"
    full = share < _NOTHING
    return about(
        FULL if full else FILLING,
        claim,
        f"The volume has {left} of its room left{pace}",
        (metric(claim, "volume-bytes-left", series),),
        _fix(estate, claim),
        severity=Severity.CRITICAL if full else Severity.WARNING,
        relations=_mounts(estate, claim),
    )


def _of_inodes(estate: Estate, claim: Ref, series: Series, share: float) -> Finding:
    left = percent(share) if share >= _NOTHING else "none"
    return about(
        INODES,
        claim,
        f"The volume has {left} of its inodes left: it takes no more files, whatever room it has",
        (metric(claim, "volume-inodes-left", series),),
        "Delete small files that are not needed; more inodes come with a larger volume only.",
        severity=Severity.CRITICAL if share < _NOTHING else Severity.WARNING,
        relations=_mounts(estate, claim),
    )


def _detector(
    query: str, finding: Callable[[Estate, Ref, Series, float], Finding]
) -> Callable[[Snapshot], Iterable[Suspicion]]:
    def detect(snapshot: Snapshot) -> Iterable[Suspicion]:
        estate = estate_of(snapshot)
        worst: dict[Ref, tuple[Series, float]] = {}
        for series, share in measured(estate, query):
            claim = _claim(estate, series.labels)
            if claim:  # the kubelet of each node that mounts it measures it
                worst[claim] = (series, share)
        for claim, (series, share) in worst.items():
            yield Suspicion(finding(estate, claim, series, share), (ReadRequest(claim),))

    return detect


_KINDS = ("PersistentVolumeClaim", "StorageClass", "Pod", "ReplicaSet")
VOLUME_FULL = Analyzer(
    "volume-full", (FULL, FILLING), _KINDS, _detector("volume-bytes-left", _of_bytes), unless_gone
)
VOLUME_INODES = Analyzer(
    "volume-inodes", (INODES,), _KINDS, _detector("volume-inodes-left", _of_inodes), unless_gone
)
