"""Containers that do not stay up: exactly one cause for each, the most specific first."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, Suspicion
from clusterwright.tools.finding import Finding, LogEvidence
from clusterwright.tools.kubernetes.analyzers import (
    api_access,
    command_not_found,
    crash_loop,
    liveness_probe,
    out_of_memory,
)
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    Container,
    containers,
    title,
    troubled,
)
from clusterwright.tools.kubernetes.calls import told_in_log
from clusterwright.tools.manifest import text
from clusterwright.tools.snapshot import Snapshot

_CAUSES = (
    out_of_memory.suspect,
    command_not_found.suspect,
    liveness_probe.suspect,
    crash_loop.suspect,
)
_KEEPS, _SHORT = " keeps ending with exit code ", " exits with "
"""A title has room for the telling line only if it is brief about the rest."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        case = Case(snapshot, pod)
        if crash_loop.forgiven(case):
            continue
        for container in containers(pod):
            if not container.status:
                continue
            suspicion = _cause(case, container)
            if suspicion is not None:
                yield suspicion


def _cause(case: Case, container: Container) -> Suspicion | None:
    for suspect in _CAUSES:
        finding = suspect(case, container)
        if finding is not None:
            asked = _log_of(case, container)
            told = finding.code in {crash_loop.CODE, command_not_found.CODE}
            return Suspicion(finding, (asked,) if asked and told else ())
    return None


def _log_of(case: Case, container: Container) -> LogRequest | None:
    """Ask for what the run that ended wrote; a run that never started wrote nothing."""
    ended = container.terminated
    if not text(ended, "containerID") or text(ended, "reason") in crash_loop.START_REASONS:
        return None
    return LogRequest(case.ref, container.name, previous=container.ended_in == "lastState")


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding:
    finding = suspicion.finding
    for request in suspicion.requests:
        if isinstance(request, LogRequest) and finding.code == crash_loop.CODE:
            refused = api_access.denied(fulfilled.logs.get(request, ()))
            if refused is not None:
                return _denied(finding, request, refused)
        said = told_in_log(request, fulfilled)
        if said:
            line = said[0].line
            update: dict[str, object] = {"evidence": (*finding.evidence, *said)}
            if line not in finding.title:
                update["title"] = title(f"{finding.title.replace(_KEEPS, _SHORT)}: {line}")
            finding = finding.model_copy(update=update)
    return finding


def _denied(finding: Finding, request: LogRequest, refused: api_access.Denied) -> Finding:
    """Return the finding as one about what the API server forbids."""
    said = LogEvidence(
        ref=request.pod,
        container=request.container,
        line=refused.line,
        previous=request.previous,
    )
    return finding.model_copy(
        update={
            "code": api_access.CODE,
            "title": title(refused.sentence),
            "evidence": (*finding.evidence, said),
            "fixes": (refused.fix,),
        }
    )


CONTAINERS = Analyzer(
    "containers",
    (
        out_of_memory.CODE,
        command_not_found.CODE,
        liveness_probe.CODE,
        api_access.CODE,
        crash_loop.CODE,
    ),
    KINDS,
    _detect,
    _refine,
)
