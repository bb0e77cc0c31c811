"""Programs that end again and again for a reason of their own, told by their last words."""

from collections.abc import Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, Suspicion
from clusterwright.tools.finding import Finding, LogEvidence
from clusterwright.tools.kubernetes.analyzers.reading.ending import Ending, endings
from clusterwright.tools.kubernetes.analyzers.reading.one_line import one_line
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.kubernetes.analyzers.reading.telling_line import telling_line
from clusterwright.tools.manifest import text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_MEANINGS = {
    0: "exits with 0 although it should keep running",
    130: "is interrupted (exit 130, SIGINT)",
    132: "dies of an illegal instruction (exit 132, SIGILL)",
    134: "aborts (exit 134, SIGABRT)",
    135: "dies of a bus error (exit 135, SIGBUS)",
    136: "dies of an arithmetic error (exit 136, SIGFPE)",
    137: "is killed (exit 137, SIGKILL)",
    139: "dies of a segmentation fault (exit 139, SIGSEGV)",
    143: "is terminated (exit 143, SIGTERM)",
}


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for ending in endings(snapshot, "exit"):
        yield suspect(snapshot, ending.pod, _claim(ending))


def _claim(ending: Ending) -> Claim:
    ref, name = Ref.of(ending.pod), ending.container.name
    meaning = _MEANINGS.get(ending.exit_code, f"exits with {ending.exit_code}")
    evidence = [field(ref, f"{ending.path}.exitCode", ending.exit_code)]
    if ending.said and ending.terminated:
        evidence.append(field(ref, f"{ending.path}.message", text(ending.terminated, "message")))
    return Claim(
        "pod/crash-loop",
        f"container {name} {meaning}",
        evidence,
        fixes=(f"repair what container {name} reports as it ends", "roll back if it ran before"),
        requests=(LogRequest(ref, name, previous=ending.log_is_of_previous_run),),
        since=not_ready_since(ending.pod),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding:
    """Put the line that tells why into the title and the evidence."""
    finding = suspicion.finding
    for request in suspicion.requests:
        if not isinstance(request, LogRequest):
            continue
        line = telling_line(fulfilled.logs.get(request, ()))
        if line:
            told = LogEvidence(
                ref=request.pod, container=request.container, line=line, previous=request.previous
            )
            return finding.model_copy(
                update={
                    "title": one_line(f"{finding.title}: {line}"),
                    "evidence": (told, *finding.evidence),
                }
            )
    return finding


ANALYZER = Analyzer(
    "crash_loop",
    ("pod/crash-loop",),
    ("Pod", "Event", "ReplicaSet", "Job", "CronJob"),
    _detect,
    _refine,
)
