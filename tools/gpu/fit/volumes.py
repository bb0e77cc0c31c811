"""The volumes of a pod that are claims: whether they are there, and from where they are reached.

VolumeRestrictions, VolumeBinding and VolumeZone of kube-scheduler, for volumes that are bound. Of
one that is bound with the pod's first node, only its storage knows where it can be.
"""

from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.fit.node_info import NodeInfo
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.analyzers.node_match import matches_selector
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    text,
    texts,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

KINDS = ("PersistentVolumeClaim", "PersistentVolume", "StorageClass")
_CLAIM, _VOLUME, _CLASS = KINDS
_TOPOLOGY = (
    *("topology.kubernetes.io/zone", "topology.kubernetes.io/region"),
    *("failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"),
)
_ONE_POD = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already"
    " in-use by another pod"
)


def claim_names(pod: Manifest) -> Iterator[tuple[str, bool]]:
    """Yield the claims that a pod's volumes name, and whether it is made for the pod alone."""
    for one in items(pod, "spec", "volumes"):
        if name := text(one, "persistentVolumeClaim", "claimName"):
            yield name, False
        elif mapping(one, "ephemeral"):
            yield f"{name_of(pod)}-{text(one, 'name')}", True


class Volumes:
    """What one pod mounts."""

    def __init__(self, pod: Manifest, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> None:
        """Look the claims up; whether they do is told by `refused`."""
        self.doubts: set[str] = set()
        self.refused: Rejection | None = None
        self._volumes: list[Manifest | None] = []
        self._in_use = ""
        named = list(claim_names(pod)) if snapshot.was_read(_CLAIM) else []
        if named:
            self.doubts.add("how many volumes a node can still attach")
        elif any(claim_names(pod)):
            self.doubts.add("its volumes: claims could not be read")
        for name, own in named:
            claim = snapshot.get(Ref(_CLAIM, name, namespace_of(pod)))
            self.refused = self.refused or _not_there(name, claim, own=own and bool(name_of(pod)))
            if claim is not None:
                self._look_up(claim, nodes, snapshot)

    def __call__(self, node: NodeInfo) -> Rejection | None:
        """Refuse a node that does not reach a volume, or any while another pod has it alone."""
        if self._in_use:
            detail = f"claim {self._in_use} is in use, by one pod at a time"
            return Rejection(Plugin.VOLUME_RESTRICTIONS, (_ONE_POD,), detail)
        for one in self._volumes:
            if one is None:
                said = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
                return Rejection(Plugin.VOLUME_BINDING, (said,))
            required = mapping(one, "spec", "nodeAffinity", "required")
            if required and not matches_selector(required, node.manifest):
                said = "node(s) didn't match PersistentVolume's node affinity"
                detail = f"volume {name_of(one)} is elsewhere"
                return Rejection(Plugin.VOLUME_BINDING, (said,), detail)
        for one in self._volumes:
            if one and _elsewhere(labels_of(one), node.labels):
                said = "node(s) had no available volume zone"
                detail = f"volume {name_of(one)} is in another zone"
                return Rejection(Plugin.VOLUME_ZONE, (said,), detail)
        return None

    def _look_up(self, claim: Manifest, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> None:
        name, volume = name_of(claim), text(claim, "spec", "volumeName")
        if "ReadWriteOncePod" in texts(claim, "spec", "accessModes"):
            for node in nodes:
                for one in node.pods:
                    same = namespace_of(one) == namespace_of(claim)
                    if same and any(used == name for used, _ in claim_names(one)):
                        self._in_use = name
        if volume:
            if snapshot.was_read(_VOLUME):
                self._volumes.append(snapshot.get(Ref(_VOLUME, volume)))
            else:
                self.doubts.add("where its volumes are: PersistentVolumes could not be read")
        elif _waits(claim, snapshot):
            self.doubts.add(f"where the volume of claim {name} can be made, or found")
        elif self.refused is None:
            said = "pod has unbound immediate PersistentVolumeClaims"
            self.refused = Rejection(Plugin.VOLUME_BINDING, (said,), f"claim {name} is not bound")


def _not_there(name: str, claim: Manifest | None, *, own: bool) -> Rejection | None:
    if claim is None:
        waiting = "waiting for ephemeral volume controller to create the persistentvolumeclaim"
        said = f'{waiting} "{name}"' if own else f'persistentvolumeclaim "{name}" not found'
    elif text(claim, "status", "phase") == "Lost":
        volume = one_line(text(claim, "spec", "volumeName"), 253)
        said = f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
    elif text(claim, "metadata", "deletionTimestamp"):
        said = f'persistentvolumeclaim "{name}" is being deleted'
    else:
        return None
    return Rejection(Plugin.VOLUME_BINDING, (said,))


def _waits(claim: Manifest, snapshot: Snapshot) -> bool:
    """Return whether a claim is bound once its pod has a node."""
    name = text(claim, "spec", "storageClassName")
    found = snapshot.get(Ref(_CLASS, name)) if name else None
    return text(found, "volumeBindingMode") == "WaitForFirstConsumer"


def _elsewhere(volume: Mapping[str, str], node: Mapping[str, str]) -> bool:
    """Return whether a volume is in none of the node's zone and region (several join by `__`)."""
    if not any(key in node for key in _TOPOLOGY):
        return False
    today = dict(zip(_TOPOLOGY[2:], _TOPOLOGY[:2], strict=True))
    return any(
        (node.get(key) or node.get(today.get(key, key))) not in volume[key].split("__")
        for key in _TOPOLOGY
        if key in volume
    )
