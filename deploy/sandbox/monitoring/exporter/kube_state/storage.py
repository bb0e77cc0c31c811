"""kube_persistentvolumeclaim_* and kube_persistentvolume_*."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text, texts
from clusterwright.tools.quantity import quantities

_CLAIM_PHASES = ("Lost", "Bound", "Pending")
_VOLUME_PHASES = ("Pending", "Available", "Bound", "Released", "Failed")


def claim(one: Manifest, out: Exposition) -> None:
    """Add the series of a PersistentVolumeClaim."""
    labels = labelled(namespace=namespace_of(one), persistentvolumeclaim=name_of(one))
    more = labelled(
        storageclass=text(one, "spec", "storageClassName"),
        volumename=text(one, "spec", "volumeName"),
        volumemode=text(one, "spec", "volumeMode"),
    )
    prefix = "kube_persistentvolumeclaim"
    out.add(f"{prefix}_info", ",".join(filter(None, (labels, more))), 1)
    phase = text(one, "status", "phase")
    out.choice(f"{prefix}_status_phase", labels, "phase", {p: p == phase for p in _CLAIM_PHASES})
    size = quantities(one, "spec", "resources", "requests").get("storage", 0.0)
    out.add(f"{prefix}_resource_requests_storage_bytes", labels, size)
    for mode in texts(one, "spec", "accessModes"):
        out.add(f"{prefix}_access_mode", f"{labels},{labelled(access_mode=mode)}", 1)


def volume(one: Manifest, out: Exposition) -> None:
    """Add the series of a PersistentVolume."""
    labels = labelled(persistentvolume=name_of(one))
    phase = text(one, "status", "phase")
    metric = "kube_persistentvolume_status_phase"
    out.choice(metric, labels, "phase", {p: p == phase for p in _VOLUME_PHASES})
    size = quantities(one, "spec", "capacity").get("storage", 0.0)
    out.add("kube_persistentvolume_capacity_bytes", labels, size)
