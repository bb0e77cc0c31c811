"""Which queue the pods of a PodGroup wait in, of KAI and of Volcano.

Sources: NVIDIA/KAI-Scheduler, pkg/apis/scheduling/v2alpha2 and pkg/podgrouper; volcano-sh/volcano,
pkg/scheduler/cache, which makes the queue that all are in who name none.
"""

from clusterwright.tools.manifest import Manifest, labels_of, text
from clusterwright.tools.ref import Ref

KAI_API, VOLCANO_API = "scheduling.run.ai", "scheduling.volcano.sh"
KAI_LABELS = ("kai.scheduler/queue", "runai/queue")
"""Of a PodGroup, or of a pod for which there is none yet."""
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


def is_made(queue: Ref) -> bool:
    """Return whether a scheduler makes a queue by itself, which is never missing for long."""
    return queue.group == VOLCANO_API and queue.name == _DEFAULT
