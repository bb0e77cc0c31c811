"""Containers that run and never become ready because their readiness probe fails."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.liveness_probe import suspect as killed
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    Container,
    containers,
    event_evidence,
    events_of,
    message_of,
    troubled,
)
from clusterwright.tools.kubernetes.analyzers.probe import describe, port_hint
from clusterwright.tools.manifest import Manifest, dig, instant, mapping, number, text
from clusterwright.tools.snapshot import Snapshot, last_seen

CODE = "pod/readiness-probe-failing"

_STARTING = timedelta(seconds=10)
_ROLLING = timedelta(minutes=1)
_WANTED, _SERVED = ("spec", "replicas"), ("status", "availableReplicas")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        if text(pod, "status", "phase") != "Running":
            continue
        case = Case(snapshot, pod)
        for container in containers(pod):
            event = _failure(case, container)
            if event is not None:
                yield _suspicion(case, container, event)


def _failure(case: Case, container: Container) -> Manifest | None:
    """Return the event that proves that the running container fails its probe now."""
    probe = mapping(container.spec, "readinessProbe")
    if not container.running or container.ready or not probe:
        return None
    started = instant(container.status, "state", "running", "startedAt")
    grace = timedelta(seconds=number(probe, "initialDelaySeconds")) + _patience(case)
    if started is None or case.snapshot.now - started < grace:
        return None
    if container.restarts and killed(case, container) is not None:
        return None
    for event in events_of(case.snapshot, case.ref, "Unhealthy"):
        seen = last_seen(event)
        field = text(event, "involvedObject", "fieldPath") or text(event, "regarding", "fieldPath")
        if (
            message_of(event).startswith("Readiness probe")
            and (not field or f"{{{container.name}}}" in field)
            and (seen is None or seen >= started)
        ):
            return event
    return None


def _patience(case: Case) -> timedelta:
    """Return how long a container may take: as part of a rollout that harms nobody, longer."""
    workload = case.snapshot.get(case.subject)
    wanted, served = (dig(workload, *path) for path in (_WANTED, _SERVED))
    unharmed = isinstance(wanted, int) and isinstance(served, int) and served >= wanted > 0
    return _ROLLING if unharmed else _STARTING


def _suspicion(case: Case, container: Container, event: Manifest) -> Suspicion:
    probe = mapping(container.spec, "readinessProbe")
    answered = "statuscode" in message_of(event)  # then the port is right
    hint = "" if answered else port_hint(case.pod, container, probe)
    sentence = f'Container "{container.name}" is not ready: its probe {describe(probe)} fails'
    evidence = (
        event_evidence(event, case.ref),
        case.field(container.path("ready"), "false"),
    )
    fix = (
        f'Let the readiness probe of container "{container.name}" ask a port it serves; {hint}.'
        if hint
        else f'Make container "{container.name}" answer its readiness probe, or correct the probe.'
    )
    since = case.unready_since or instant(container.status, "state", "running", "startedAt")
    title = sentence + (f"; {hint}" if hint else "")
    return Suspicion(case.finding(CODE, title, evidence, fixes=(fix,), since=since))


READINESS = Analyzer("readiness-probe", (CODE,), KINDS, _detect)
