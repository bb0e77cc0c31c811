"""Pools that keep their version while their Cluster is upgraded, because an annotation says so."""

from collections.abc import Iterable

from clusterwright.tools.manifest import Manifest, items, strings, text

DEFER = "topology.cluster.x-k8s.io/defer-upgrade"
HOLD_SEQUENCE = "topology.cluster.x-k8s.io/hold-upgrade-sequence"
LISTS = ("machineDeployments", "machinePools")
"""The lists of a topology's workers, each of which is a sequence of its own."""


def held_pools(cluster: Manifest, lists: Iterable[str] = LISTS) -> dict[str, str]:
    """Return by the name of each held pool of a topology the annotation that holds it.

    `defer-upgrade` holds its own pool, `hold-upgrade-sequence` that and all after it in its list.
    Only the entry in the Cluster counts: the controller neither passes these annotations on to the
    pool's object nor reads them there (exp/topology/desiredstate/desired_state.go, v1.14:
    isMachineDeploymentDeferred, isMachinePoolDeferred, and `delete(...Annotations, ...)`).

    Args:
        cluster: a Cluster, of either API version; without a topology it holds nothing.
        lists: to look at; names are unique within each.
    """
    found: dict[str, str] = {}
    for listed in lists:
        holds = False
        for one in items(cluster, "spec", "topology", "workers", listed):
            annotations = strings(one, "metadata", "annotations")
            holds = holds or HOLD_SEQUENCE in annotations
            if holds or DEFER in annotations:
                own = DEFER if DEFER in annotations else HOLD_SEQUENCE
                found[text(one, "name")] = own
    return found
