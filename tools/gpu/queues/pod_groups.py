"""Gangs of pods, of KAI and of Volcano: in which queue they wait, and why they are not placed.

Sources: NVIDIA/KAI-Scheduler, pkg/apis/scheduling/v2alpha2 and pkg/podgrouper; volcano-sh/apis,
pkg/apis/scheduling/v1beta1; volcano-sh/volcano, pkg/scheduler/cache, which makes the queue that all
are in who name none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.manifest import Manifest, items, labels_of, name_of, strings, text, texts
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

KAI_API, VOLCANO_API = "scheduling.run.ai", "scheduling.volcano.sh"
KAI_LABELS = ("kai.scheduler/queue", "runai/queue")
"""Of a PodGroup, or of a pod for which there is none yet."""
_GROUP_NAMES = {
    KAI_API: ("pod-group-name",),
    VOLCANO_API: ("scheduling.volcano.sh/group-name", "scheduling.k8s.io/group-name"),
}
_UNPLACED = (
    ("schedulingConditions", "UnschedulableOnNodePool"),
    ("conditions", "Unschedulable"),
)
_PATH = "$.spec.queue"
_DEFAULT = "default"


def queue_of(one: Manifest) -> tuple[str, str]:
    """Return the queue of a PodGroup, or of a pod of KAI, and where it stands; empty if in none."""
    name = text(one, "spec", "queue")
    if name:
        return name, _PATH
    if Ref.of(one).group == VOLCANO_API:
        return _DEFAULT, _PATH
    labels = labels_of(one)
    label = next((each for each in KAI_LABELS if labels.get(each)), KAI_LABELS[0])
    return labels.get(label, ""), f"$.metadata.labels['{label}']"


def group_name(pod: Manifest, api: str) -> str:
    """Return the PodGroup that a pod is annotated with; empty without it."""
    annotations = strings(pod, "metadata", "annotations")
    return next((annotations[key] for key in _GROUP_NAMES[api] if annotations.get(key)), "")


def asks(group: Manifest) -> bool:
    """Return whether a group still has pods to place."""
    phase = text(group, "status", "phase")
    return phase not in {"Running", "Completed", "Succeeded", "Failed"}


def is_closed(queue: Manifest) -> bool:
    """Return whether a queue of Volcano takes no work."""
    return text(queue, "status", "state") in {"Closed", "Closing"}


def missing_queue(snapshot: Snapshot, one: Manifest, api: str) -> tuple[str, Sequence[str]] | None:
    """Return the queue that a group, or a pod, names and that is not there, and those there are."""
    kind, (name, _) = f"Queue.{api}", queue_of(one)
    made = (api, name) == (VOLCANO_API, _DEFAULT)  # by Volcano: it is never missing for long
    if not name or made or not snapshot.was_read(kind):
        return None
    known = [name_of(each) for each in snapshot.of_kind(kind)]
    return None if name in known else (name, known)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A condition that says that a group is not placed."""

    condition: Manifest
    where: str
    told: Manifest
    """Its reason and message: of several reasons that KAI lists, the first, in its own words."""
    told_at: str


def unplaced(group: Manifest) -> Iterator[Unplaced]:
    """Yield the conditions that say that a group is not placed."""
    for kind, named in _UNPLACED:
        for one in items(group, "status", kind):
            if text(one, "type") == named and text(one, "status") in {"True", ""}:
                where = f"$.status.{kind}[?(@.type=='{named}')]"
                listed, short = items(one, "reasons"), " ".join(texts(one, "reasons"))
                if listed:
                    yield Unplaced(one, where, listed[0], f"{where}.reasons[0]")
                else:
                    told = {**one, "reason": text(one, "reason") or short}
                    yield Unplaced(one, where, told, where)
