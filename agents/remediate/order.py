"""In which order root causes are repaired: what others rest on first, never a symptom first."""

from collections.abc import Sequence

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.diagnose.kinds import IN_PROMETHEUS
from clusterwright.tools.ref import Ref

_INFRASTRUCTURE = frozenset(
    {
        *("Cluster", "Machine", "MachineDeployment", "MachineSet", "MachinePool"),
        *("MachineHealthCheck", "KubeadmControlPlane", "ClusterClass", "ClusterDeployment"),
        *("Credential", "Node", "ClusterPolicy", "DeviceConfig", "NVIDIADriver"),
    }
)
_SHARED = frozenset(
    {
        *("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "StorageClass"),
        *("CustomResourceDefinition", "APIService", "IngressClass", "DeviceClass"),
        *("ClusterQueue", "ResourceFlavor", "LocalQueue", "PriorityClass", "RuntimeClass"),
        *("Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount"),
        *("PersistentVolume", "PersistentVolumeClaim", "ConfigMap", "Secret"),
    }
)
"""What a cluster or a namespace has for all of its workloads."""
_IN_FRONT = frozenset(
    {"Service", "Ingress", "EndpointSlice", "HorizontalPodAutoscaler", "PodDisruptionBudget"}
)
"""What is as well as the workloads behind it."""
_WATCHING = frozenset(
    {
        *("Alert", "Alertmanager", "Prometheus", "PrometheusRule", "ServiceMonitor", "PodMonitor"),
        *IN_PROMETHEUS,
    }
)
_RELEASES = frozenset({"HelmRelease", "Profile", "ClusterProfile", "ClusterResourceSet"})


def layer(ref: Ref) -> int:
    """Return how far an object is from the ground: a cluster's machines are 0."""
    layers = (_INFRASTRUCTURE, _SHARED, _RELEASES)
    for number, kinds in enumerate(layers):
        if ref.kind in kinds:
            return number
    if ref.kind in _IN_FRONT:
        return len(layers) + 1
    return len(layers) + 2 if ref.kind in _WATCHING else len(layers)


def in_order(roots: Sequence[RootCause]) -> list[RootCause]:
    """Return roots in the order in which to repair them.

    One whose symptoms, or circle, are on the objects of another comes before that other: what ails
    these may go with it. Otherwise what is nearer to the ground comes first, and what a diagnosis
    ranks first. Where two would each come first, the layer decides.
    """
    waits_for = [
        {j for j, cause in enumerate(roots) if j != i and _reaches(cause, effect)}
        for i, effect in enumerate(roots)
    ]
    left = sorted(range(len(roots)), key=lambda i: (layer(roots[i].subject), i))
    found: list[RootCause] = []
    while left:
        free = (i for i in left if not waits_for[i] & set(left))
        chosen = next(free, left[0])
        left.remove(chosen)
        found.append(roots[chosen])
    return found


def _reaches(cause: RootCause, effect: RootCause) -> bool:
    """Return whether a symptom of one root is on the objects that another one is about."""
    if cause.subject == effect.subject and cause.cluster == effect.cluster:
        return False
    hit = {
        (one.cluster or cause.cluster, ref)
        for one in (*cause.circle, *cause.symptoms)
        for ref in (one.subject, *one.members)
    }
    return any((effect.cluster, ref) in hit for ref in (effect.subject, *effect.members))
