"""Pods that their node throws out, or does not take in, one after another."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import KINDS, age, troubled, workload_of
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.snapshot import Snapshot

CODE = "pod/evicted"

_LATELY = timedelta(minutes=10)
_OFTEN = 3
"""One pod evicted is a node that helped itself; its replacement runs elsewhere."""
_REMEDIES = (
    ("local storage", "Write less to the container's disk, or raise its ephemeral-storage limit."),
    ("EmptyDir volume", "Write less to the volume, or raise its sizeLimit."),
    ("low on resource", "Free what the node is low on, and request what the pods really use."),
)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    failed: defaultdict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for pod in troubled(snapshot):
        reason = text(pod, "status", "reason")
        if text(pod, "status", "phase") == "Failed" and reason and age(snapshot, pod) < _LATELY:
            failed[str(workload_of(snapshot, pod)), reason].append(pod)
    for (_, reason), pods in failed.items():
        if len(pods) >= _OFTEN:
            pods.sort(key=lambda pod: age(snapshot, pod))
            for pod in pods:
                yield Suspicion(_finding(snapshot, pod, reason, text(pods[0], "status", "message")))


def _finding(snapshot: Snapshot, pod: Manifest, reason: str, message: str) -> Finding:
    case, said = Case(snapshot, pod), one_line(message)
    evidence = (
        case.field("$.status.reason", reason),
        case.field("$.status.message", one_line(text(pod, "status", "message")) or reason),
    )
    known = (fix for sign, fix in _REMEDIES if sign in message)
    fix = next(known, "Repair what the message names; the pods that failed can then be deleted.")
    sentence = f"Its pods fail one after another: {reason}" + (f": {said}" if said else "")
    return case.finding(CODE, sentence, evidence, fixes=(fix,))


EVICTION = Analyzer("eviction", (CODE,), KINDS, _detect)
