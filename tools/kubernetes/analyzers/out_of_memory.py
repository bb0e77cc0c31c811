"""Containers that the kernel kills because they need more memory than their limit."""

from collections.abc import Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence
from clusterwright.tools.kubernetes.analyzers.reading.ending import Ending, endings
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.manifest import dig, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for ending in endings(snapshot, "memory"):
        yield suspect(snapshot, ending.pod, _claim(ending))


def _claim(ending: Ending) -> Claim:
    ref, container = Ref.of(ending.pod), ending.container
    limit = dig(container.spec, "resources", "limits", "memory")
    reason = text(ending.terminated, "reason")
    evidence: list[Evidence] = [field(ref, f"{ending.path}.reason", reason)]
    if reason != "OOMKilled":
        evidence.append(field(ref, f"{ending.path}.message", ending.said))
    path = f"spec.{container.field}[?@.name=='{container.name}'].resources.limits.memory"
    if limit is None:
        title = f"container {container.name} is killed because its node runs out of memory"
        fixes = (f"set a memory request and limit for container {container.name}",)
    else:
        evidence.append(field(ref, f"$.{path}", limit))
        title = f"container {container.name} is killed at its memory limit of {limit}"
        fixes = (
            f"raise spec.{container.field}[{container.name}].resources.limits.memory over {limit}",
            "make the program use less memory",
        )
    return Claim(
        "pod/out-of-memory", title, evidence, fixes=fixes, since=not_ready_since(ending.pod)
    )


ANALYZER = Analyzer(
    "out_of_memory",
    ("pod/out-of-memory",),
    ("Pod", "Event", "ReplicaSet", "Job", "CronJob"),
    _detect,
)
