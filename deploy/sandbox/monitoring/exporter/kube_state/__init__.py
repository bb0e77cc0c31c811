"""The API's objects as kube-state-metrics tells them; names and labels from its docs/metrics."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state import (
    cluster,
    containers,
    jobs,
    nodes,
    pods,
    storage,
    workloads,
)
from clusterwright.deploy.sandbox.monitoring.exporter.world import World

FAMILIES = (
    ("Node", nodes.node),
    ("Pod", pods.pod),
    ("Pod", containers.containers),
    ("Deployment", workloads.deployment),
    ("ReplicaSet", workloads.replica_set),
    ("StatefulSet", workloads.stateful_set),
    ("DaemonSet", workloads.daemon_set),
    ("Job", jobs.job),
    ("CronJob", jobs.cron_job),
    ("PersistentVolumeClaim", storage.claim),
    ("PersistentVolume", storage.volume),
    ("Namespace", cluster.namespace),
    ("ResourceQuota", cluster.quota),
    ("HorizontalPodAutoscaler", cluster.autoscaler),
    ("PodDisruptionBudget", cluster.budget),
)
"""What adds series for each object of a kind."""


def kube_state(world: World, out: Exposition) -> None:
    """Add the series of every object."""
    for kind, add in FAMILIES:
        for one in world.all(kind):
            add(one, out)
