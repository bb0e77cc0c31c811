"""Workloads and queues of Kueue: what waits, in which queues, and whether they admit.

Source: kubernetes-sigs/kueue v0.19, apis/kueue/v1beta2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.tools.manifest import Manifest, condition, name_of, text
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

GROUP = "kueue.x-k8s.io"
WORKLOAD, QUEUE, LOCAL = f"Workload.{GROUP}", f"ClusterQueue.{GROUP}", f"LocalQueue.{GROUP}"
GATE, QUEUE_LABEL, POD_GROUP = (
    *(f"{GROUP}/admission", f"{GROUP}/queue-name"),
    f"{GROUP}/pod-group-name",
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A queue that is named and is not there, and those of its kind that are."""

    kind: str
    name: str
    known: Sequence[str]


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues on the way to admission, as far as they are there."""

    cluster: Manifest | None = None
    local: Manifest | None = None
    missing: Missing | None = None

    @property
    def there(self) -> Sequence[Manifest]:
        """The queues that are there: that of the cluster, then the local one."""
        return [one for one in (self.cluster, self.local) if one is not None]

    @property
    def refs(self) -> Sequence[Ref]:
        """What names them."""
        return [Ref.of(one) for one in self.there]


def queues_of(snapshot: Snapshot, namespace: str, name: str) -> Queues:
    """Return the queues behind the name of a LocalQueue; none where they could not be read."""
    ref = checked(Ref("LocalQueue", name, namespace, GROUP))
    if ref is None or not snapshot.was_read(LOCAL):
        return Queues()
    local = snapshot.get(ref)
    if local is None:
        known = [name_of(each) for each in snapshot.in_namespace(LOCAL, namespace)]
        return Queues(missing=Missing("LocalQueue", name, known))
    above = text(local, "spec", "clusterQueue")
    cluster = snapshot.get(Ref("ClusterQueue", above, group=GROUP))
    if cluster is None and above and snapshot.was_read(QUEUE):
        known = [name_of(each) for each in snapshot.of_kind(QUEUE)]
        return Queues(None, local, Missing("ClusterQueue", above, known))
    return Queues(cluster, local)


def waits(workload: Manifest) -> bool:
    """Return whether a workload is to run and is not admitted."""
    if text(workload, "metadata", "deletionTimestamp"):
        return False
    ended = condition(workload, "Finished").get("status") == "True"
    return not ended and condition(workload, "Admitted").get("status") != "True"


def is_shut(queue: Manifest) -> bool:
    """Return whether a queue says that it admits nothing."""
    return condition(queue, "Active").get("status") == "False"
