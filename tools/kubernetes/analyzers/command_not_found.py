"""Commands that the container's image does not have or cannot run."""

from collections.abc import Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.kubernetes.analyzers.reading.ending import Ending, endings
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.manifest import text, texts
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_NOT_EXECUTABLE = 126


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for ending in endings(snapshot, "command"):
        yield suspect(snapshot, ending.pod, _claim(ending))


def _claim(ending: Ending) -> Claim:
    ref, container = Ref.of(ending.pod), ending.container
    command = (texts(container.spec, "command") or texts(container.spec, "args") or [""])[0]
    image = text(container.spec, "image")
    run = f"command {command!r}" if command else "the image's entrypoint"
    evidence = [field(ref, f"{ending.path}.message", ending.said)] if ending.said else []
    if ending.terminated:
        evidence.append(field(ref, f"{ending.path}.exitCode", ending.exit_code))
    return Claim(
        "pod/command-not-found",
        f"container {container.name}: {run} {_why(ending)}",
        evidence,
        fixes=(
            f"set spec.{container.field}[{container.name}].command to a program in image {image}",
        ),
        since=not_ready_since(ending.pod),
    )


def _why(ending: Ending) -> str:
    said = ending.said
    if "exec format error" in said:
        return "is built for another architecture than the node's"
    if "permission denied" in said or ending.exit_code == _NOT_EXECUTABLE:
        return "may not be executed"
    return "is not in the image" if said else f"is not found (exit {ending.exit_code})"


ANALYZER = Analyzer(
    "command_not_found",
    ("pod/command-not-found",),
    ("Pod", "Event", "ReplicaSet", "Job", "CronJob"),
    _detect,
)
