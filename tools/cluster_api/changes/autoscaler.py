"""The cluster autoscaler's hold on a pool: the bounds that it was given there."""

from clusterwright.tools.cluster_api.changes.pools import Pool
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import strings

_MIN = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size"
_MAX = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size"
"""autoscaler, cluster-autoscaler/cloudprovider/clusterapi."""
_ELSEWHERE = "cluster.x-k8s.io/replicas-managed-by"
_LONGEST = 9
"""Digits of a number of machines."""


def bounds(pool: Pool) -> tuple[int, int] | None:
    """Return the least and the most machines that an autoscaler was given; None without one."""
    marks = _annotations(pool)
    found = [marks.get(one, "") for one in (_MIN, _MAX)]
    if not all(one.isdecimal() and len(one) <= _LONGEST for one in found):
        return None
    least, most = map(int, found)
    return least, most


def check_bounds(pool: Pool, replicas: int) -> tuple[str, ...]:
    """Return what to know of an autoscaler; raise RefusedError for a number it would not leave.

    Within its bounds a pool of its own may be scaled, until the autoscaler sees reason to move it.
    In a topology Cluster API takes no number beside the annotations (core/webhooks/admission,
    validateAutoscalerAnnotationsForCluster).
    """
    found = bounds(pool)
    if found is not None:
        least, most = found
        inside = least <= replicas <= most
        if inside and not pool.path:
            return (f"the cluster autoscaler may move it again, between {least} and {most}",)
        where = "on the pool in spec.topology of the Cluster" if pool.path else f"on {pool.ref}"
        raise RefusedError(
            f"{pool.role} belongs to the cluster autoscaler, between {least} and {most} machines"
            + ("; it would take the number back" if inside else f", and {replicas} is outside"),
            hint=f"change its annotations {_MIN} and ...-max-size, {where}",
        )
    if _annotations(pool).get(_ELSEWHERE, "false") != "false":
        raise RefusedError(
            f"the number of machines of {pool.role} is managed outside of Cluster API"
            f" (annotation {_ELSEWHERE})",
            hint="scale it where that manager takes it from",
        )
    return ()


def _annotations(pool: Pool) -> dict[str, str]:
    """Return the annotations of a pool, and of its place in a topology, from which they come."""
    return {
        **strings(pool.object, "metadata", "annotations"),
        **strings(pool.entry, "metadata", "annotations"),
    }
