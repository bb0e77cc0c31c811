"""Whether a cluster can be changed at all: not while it goes, nor in the middle of an upgrade."""

from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import paused
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.workload_cluster import DEFERRED
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

_MOVING = ("RollingOut", "ScalingUp", "ScalingDown")


def require_steady(cluster: Manifest) -> None:
    """Raise RefusedError for a cluster that is being deleted, or on which nothing moves."""
    if text(cluster, "metadata", "deletionTimestamp"):
        raise RefusedError(
            f"{Ref.of(cluster)} is being deleted",
            hint="capi_describe_cluster tells what its deletion waits for",
        )
    if paused(cluster):
        raise RefusedError(
            f"{Ref.of(cluster)} is paused: nothing would come of it until it is resumed, at some"
            " later time",
            hint='plan {"kind":"resume"} first, once it is clear why it was paused',
        )


def require_at_rest(cluster: Manifest, *, to: str) -> None:
    """Raise RefusedError while machines of a cluster are being made, replaced or removed."""
    require_steady(cluster)
    topology = condition_of(cluster, "TopologyReconciled")
    if topology is not None and topology.status == "False" and topology.reason not in DEFERRED:
        said = quoted(one_line(topology.message or topology.reason))
        raise RefusedError(
            f"{Ref.of(cluster)} is not as its topology says yet, so that it cannot {to}: {said}",
            hint="wait for it, or repair that first: capi_describe_cluster",
        )
    for kind in _MOVING:
        told = condition_of(cluster, kind)
        if told is not None and told.status == "True":
            raise RefusedError(
                f"{Ref.of(cluster)} is in the middle of a change ({kind}), so that it cannot {to}",
                hint="wait until it is done: capi_describe_cluster shows how far it is",
            )
