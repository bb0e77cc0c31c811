"""MachinePools whose provider keeps their machines, so that there are no Machines to look at.

Such a pool counts all of its replicas as ready and up to date; only `status.versions`, which is of
its nodes, tells how far an upgrade is (core/reconcilers/machinepool,
machinepool_controller_status.go, v1.14).
"""

from collections.abc import Sequence

from clusterwright.tools.cluster_api.version_spelling import alike
from clusterwright.tools.manifest import Manifest, items, number, text


def is_bare(pool: Manifest, machines: Sequence[Manifest]) -> bool:
    """Return whether a pool is a MachinePool without Machines."""
    return text(pool, "kind") == "MachinePool" and not machines


def upgraded(pool: Manifest, version: str) -> int | None:
    """Return how many nodes of a MachinePool run a version; None where it tells of no node."""
    found = items(pool, "status", "versions")
    if not found:
        return None
    return sum(number(one, "replicas") for one in found if alike(text(one, "version"), version))
