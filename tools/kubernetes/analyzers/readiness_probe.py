"""Containers that run and never become ready, or are not ready any more."""

from collections.abc import Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.kubernetes.analyzers.reading.container import (
    Container,
    containers,
    troubled_pods,
)
from clusterwright.tools.kubernetes.analyzers.reading.ending import ending_of
from clusterwright.tools.kubernetes.analyzers.reading.occurrence import (
    elapsed,
    event_evidence,
    field_path,
    latest,
    message,
)
from clusterwright.tools.kubernetes.analyzers.reading.probe import Probe, probe_of
from clusterwright.tools.kubernetes.analyzers.reading.probe_claim import probe_words
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.manifest import Manifest, dig, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot, last_seen

_SLOW_START = 20
"""Seconds for which a program may be busy starting, whatever its probe's thresholds are."""


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for pod in troubled_pods(snapshot):
        for container in containers(pod):
            probe = probe_of(container.spec, "readinessProbe")
            if probe is None or not _settled(snapshot, container, probe):
                continue
            event = _failed(snapshot, pod, container)
            if event is not None and ending_of(snapshot, pod, container) is None:
                yield suspect(snapshot, pod, _claim(pod, container, probe, event))


def _settled(snapshot: Snapshot, container: Container, probe: Probe) -> bool:
    """Return whether the container runs, is not ready, and has had the time to be."""
    if container.ready or container.running_since is None:
        return False
    if dig(container.status, "started") is False:  # its startup probe has not passed yet
        return False
    patience = probe.settles_after if probe.doubt else max(probe.settles_after, _SLOW_START)
    return elapsed(snapshot, container.running_since) >= timedelta(seconds=patience)


def _failed(snapshot: Snapshot, pod: Manifest, container: Container) -> Manifest | None:
    def fits(event: Manifest) -> bool:
        seen, started = last_seen(event), container.running_since
        return (
            text(event, "reason") == "Unhealthy"
            and field_path(event) == container.field_path
            and message(event).startswith("Readiness")
            and (seen is not None and started is not None and seen >= started)
        )

    return latest(snapshot, Ref.of(pod), fits)


def _claim(pod: Manifest, container: Container, probe: Probe, event: Manifest) -> Claim:
    ref = Ref.of(pod)
    words = probe_words(container, probe, "readinessProbe", event)
    return Claim(
        "pod/readiness-probe-failing",
        words.title,
        (event_evidence(ref, event), field(ref, f"{container.status_path}.ready", "false")),
        fixes=words.fixes,
        since=not_ready_since(pod),
    )


ANALYZER = Analyzer(
    "readiness_probe",
    ("pod/readiness-probe-failing",),
    ("Pod", "Event", "ReplicaSet"),
    _detect,
)
