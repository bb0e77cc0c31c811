"""Which findings of volumes and their claims explain those of Pods."""

from clusterwright.agents.diagnose.rule import Rule
from clusterwright.tools.finding import Edge

_BINDING = "Kubernetes docs, Persistent Volumes, Binding: claims remain unbound without a match"

STORAGE_RULES = (
    Rule(
        "pod/volume-not-bound",
        (Edge.USES, Edge.MOUNTS),
        "pvc/*",
        "a Pod waits for the claims that it mounts",
        source=_BINDING,
    ),
    Rule(
        "pod/volume-not-bound",
        (Edge.USES, Edge.MOUNTS),
        "object/finalizer-stuck",
        "a claim that is being deleted is bound to nothing new",
        source="Kubernetes docs, Persistent Volumes, Storage Object in Use Protection",
    ),
    Rule(
        "workload/unavailable",
        (Edge.USES, Edge.MOUNTS),
        "pvc/*",
        "a workload's Pods wait for the claims that they mount",
        source=_BINDING,
    ),
)
"""What waits for a claim."""
