"""Whether a namespace's quotas leave room for a pod that is not made yet."""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.analyzers.capacity import requested
from clusterwright.tools.manifest import Manifest, dig, items, mapping, name_of, namespace_of
from clusterwright.tools.quantity import quantity, spelled
from clusterwright.tools.snapshot import Snapshot

_BARE = ("cpu", "memory", "ephemeral-storage", "pods")
_PREFIX = "requests."


def exceeded(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    """Yield why the API server would refuse the pod, one sentence for each quota and resource.

    Only amounts that the pod names are compared: a LimitRange may add others. A quota for some
    pods only (scopes) is told as such.
    """
    asked = requested(pod)
    for quota in snapshot.in_namespace("ResourceQuota", namespace_of(pod)):
        used = mapping(quota, "status", "used")
        scoped = bool(items(quota, "spec", "scopeSelector", "matchExpressions")) or bool(
            dig(quota, "spec", "scopes")
        )
        for name, hard in mapping(quota, "status", "hard").items():
            resource = name.removeprefix(_PREFIX)
            if resource not in _BARE and not name.startswith(_PREFIX):
                continue
            most, has = quantity(hard), quantity(used.get(name))
            if asked.get(resource, 0) and has + asked[resource] > most:
                some = ", for the pods it is meant for" if scoped else ""
                yield (
                    f"ResourceQuota {name_of(quota)} leaves {spelled(max(0, most - has), resource)}"
                    f" of {spelled(most, resource)} {name}{some}, and"
                    f" {spelled(asked[resource], resource)} is asked"
                )
