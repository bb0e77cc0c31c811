"""In which order root causes are repaired: what others rest on first, never a symptom first."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

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
    rank = sorted(range(len(roots)), key=lambda i: (layer(roots[i].subject), i))
    place = {index: number for number, index in enumerate(rank)}
    before = _before(roots)
    waits = [0] * len(roots)
    for effect in (one for some in before for one in some):
        waits[effect] += 1
    free = [place[i] for i in rank if not waits[i]]
    left, found = dict.fromkeys(rank), list[RootCause]()
    while left:
        chosen = rank[heappop(free)] if free else next(iter(left))
        if chosen not in left:
            continue
        del left[chosen]
        found.append(roots[chosen])
        for effect in before[chosen]:
            waits[effect] -= 1
            if not waits[effect]:
                heappush(free, place[effect])
    return found


def _before(roots: Sequence[RootCause]) -> list[set[int]]:
    """Return for each root those on whose objects a symptom of it is."""
    about: dict[tuple[str, Ref], list[int]] = {}
    for index, root in enumerate(roots):
        for ref in {root.subject, *root.members}:
            about.setdefault((root.cluster, ref), []).append(index)
    return [
        {
            effect
            for at in set(_hit(cause))
            for effect in about.get(at, ())
            if (roots[effect].subject, roots[effect].cluster) != (cause.subject, cause.cluster)
        }
        for cause in roots
    ]


def _hit(cause: RootCause) -> Iterator[tuple[str, Ref]]:
    """Yield where the symptoms of a root, and the others of its circle, are."""
    for one in cause.folded:
        for ref in (one.subject, *one.members):
            yield (one.cluster or cause.cluster, ref)
