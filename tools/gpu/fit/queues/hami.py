"""HAMi: a scheduler beside the others that gives out parts of a GPU: its memory, its cores.

Source: Project-HAMi/HAMi v2.10, pkg/scheduler (the webhook, the extender's ignored resources).
"""

from collections.abc import Iterator

from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager
from clusterwright.tools.gpu.vendor import PORTIONS_OF_HAMI
from clusterwright.tools.kubernetes.analyzers.capacity import requested
from clusterwright.tools.manifest import Manifest, labels_of, strings, text
from clusterwright.tools.snapshot import Snapshot

_SCHEDULER = "hami-scheduler"
_REGISTERED = "hami.io/node-nvidia-register"
_IGNORED = "hami.io/webhook"


def _manages(pod: Manifest) -> bool:
    asks = any(one in PORTIONS_OF_HAMI for one in requested(pod))
    return asks or text(pod, "spec", "schedulerName") == _SCHEDULER


def _held(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    scheduler = text(pod, "spec", "schedulerName") or "default-scheduler"
    if scheduler != _SCHEDULER:
        why = " (the pod is labelled to be left alone)" if _IGNORED in labels_of(pod) else ""
        yield (
            f"it asks for parts of a GPU, which {_SCHEDULER} alone gives out, and its scheduler is"
            f" {scheduler}{why} -> set schedulerName, or find out why HAMi's webhook did not"
        )
    nodes = snapshot.of_kind("Node")
    if not any(_REGISTERED in strings(node, "metadata", "annotations") for node in nodes):
        yield f"no node is registered with HAMi ({_REGISTERED}): does its device plugin run?"


HAMI = QueueManager(
    "HAMi",
    (),
    _manages,
    _held,
    ignored=PORTIONS_OF_HAMI,
    unjudged=("memory and cores of each GPU, which HAMi accounts for in annotations",),
)
