"""Alerts about volumes, of kubernetes-mixin (alerts/storage_alerts.libsonnet)."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

ALERTS = (
    KnownAlert(
        "KubePersistentVolumeFillingUp",
        "The volume of the claim has almost no space left, or will not within four days.",
        "k8s_get of the claim and its StorageClass: whether it may be expanded; then what writes.",
        ("data grows", "logs or snapshots are never removed", "the volume was sized too small"),
        subject=("persistentvolumeclaim",),
        runbook="kubernetes/KubePersistentVolumeFillingUp",
    ),
    KnownAlert(
        "KubePersistentVolumeInodesFillingUp",
        "The volume of the claim has almost no inodes left: new files fail while space is free.",
        "Which folder holds the many small files; more inodes need another file system.",
        ("very many small files", "a file system made with few inodes"),
        subject=("persistentvolumeclaim",),
        runbook="kubernetes/KubePersistentVolumeInodesFillingUp",
    ),
    KnownAlert(
        "KubePersistentVolumeErrors",
        "A PersistentVolume is in phase Failed or Pending.",
        "k8s_describe of the PersistentVolume and the log of its provisioner.",
        ("the provisioner failed to create or delete it", "storage behind it is gone"),
        subject=("persistentvolume",),
        codes=("pvc/not-bound", "pvc/storage-class-missing"),
        runbook="kubernetes/KubePersistentVolumeErrors",
    ),
)
