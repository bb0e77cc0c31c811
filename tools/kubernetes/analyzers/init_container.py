"""Init containers that run on and on: what they wait for does not come."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, Suspicion
from clusterwright.tools.finding import Finding, LogEvidence, Severity
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    Container,
    containers,
    title,
    troubled,
)
from clusterwright.tools.manifest import instant, text
from clusterwright.tools.snapshot import Snapshot

CODE = "pod/init-container-running"

_PATIENCE, _LONG = timedelta(minutes=10), timedelta(hours=1)
"""When it is worth knowing, and when it is wrong: some fetch a model of hundreds of gigabytes."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        for container in containers(pod):
            began = instant(container.status, "state", "running", "startedAt")
            if not _awaited(container) or began is None:
                continue
            if snapshot.now - began >= _PATIENCE:
                case = Case(snapshot, pod)
                yield Suspicion(_finding(case, container), (LogRequest(case.ref, container.name),))


def _awaited(container: Container) -> bool:
    """Return whether the pod waits for the container to end; a sidecar is meant to stay."""
    sidecar = text(container.spec, "restartPolicy") == "Always"
    return container.init and container.running and not sidecar


def _finding(case: Case, container: Container) -> Finding:
    began = instant(container.status, "state", "running", "startedAt")
    path = container.path("state", "running", "startedAt")
    evidence = (case.field(path, text(container.status, "state", "running", "startedAt")),)
    sentence = f'Init container "{container.name}" still runs, and the pod waits for its end'
    fix = f'See in the log of init container "{container.name}" what it waits for, and provide it.'
    found = case.finding(CODE, sentence, evidence, fixes=(fix,), since=began)
    if began is not None and case.snapshot.now - began < _LONG:
        return found.model_copy(update={"severity": Severity.INFO})
    return found


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding:
    """Add the last line that the container wrote."""
    finding = suspicion.finding
    for request in suspicion.requests:
        lines = fulfilled.logs.get(request, ()) if isinstance(request, LogRequest) else ()
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        if isinstance(request, LogRequest) and last:
            said = LogEvidence(ref=request.pod, container=request.container, line=last)
            update: dict[str, object] = {
                "evidence": (*finding.evidence, said),
                "title": title(f"{finding.title}: {last}"),
            }
            finding = finding.model_copy(update=update)
    return finding


INIT_CONTAINER = Analyzer("init-container", (CODE,), KINDS, _detect, _refine)
