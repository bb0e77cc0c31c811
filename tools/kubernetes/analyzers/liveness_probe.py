"""Containers that the kubelet kills because a liveness or startup probe fails."""

from collections.abc import Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence
from clusterwright.tools.kubernetes.analyzers.reading.ending import Ending, endings
from clusterwright.tools.kubernetes.analyzers.reading.occurrence import (
    event_evidence,
    field_path,
    latest,
    message,
)
from clusterwright.tools.kubernetes.analyzers.reading.probe import Kind, probe_of
from clusterwright.tools.kubernetes.analyzers.reading.probe_claim import probe_words
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.manifest import text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for ending in endings(snapshot, "probe"):
        yield suspect(snapshot, ending.pod, _claim(snapshot, ending))


def _claim(snapshot: Snapshot, ending: Ending) -> Claim:
    ref, container, kill = Ref.of(ending.pod), ending.container, ending.kill or {}
    kind: Kind = "startupProbe" if "startup probe" in message(kill) else "livenessProbe"
    prefix = "Startup" if kind == "startupProbe" else "Liveness"
    failed = latest(
        snapshot,
        ref,
        lambda e: (
            text(e, "reason") == "Unhealthy"
            and field_path(e) == container.field_path
            and message(e).startswith(prefix)
        ),
    )
    words = probe_words(container, probe_of(container.spec, kind), kind, failed)
    evidence: list[Evidence] = [event_evidence(ref, kill)]
    if failed is not None:
        evidence.append(event_evidence(ref, failed))
    evidence.append(field(ref, f"{container.status_path}.restartCount", container.restarts))
    return Claim(
        "pod/liveness-probe-failing",
        words.title,
        evidence,
        fixes=words.fixes,
        since=not_ready_since(ending.pod),
    )


ANALYZER = Analyzer(
    "liveness_probe",
    ("pod/liveness-probe-failing",),
    ("Pod", "Event", "ReplicaSet", "Job", "CronJob"),
    _detect,
)
