"""Machines that are being removed, and whether that does not end by itself."""

from datetime import datetime, timedelta

from clusterwright.tools.cluster_api.deletion_step import DRAINS, HOOKS, deletion_step
from clusterwright.tools.manifest import Manifest, instant

_LONGEST = {
    **dict.fromkeys(DRAINS, timedelta(minutes=10)),
    **dict.fromkeys(HOOKS, timedelta(minutes=5)),
}
"""A drain: as the providers' tests allow at most (`node-drain/wait-machine-deleted`, CAPZ)."""


def stuck(machine: Manifest, now: datetime) -> bool:
    """Return whether a drain or a hook holds a Machine for longer than it should."""
    told = deletion_step(machine)
    if told is None or told.reason not in _LONGEST:
        return False
    drain = instant(machine, "status", "deletion", "nodeDrainStartTime")
    since = drain if told.reason in DRAINS and drain else told.since
    return since is not None and now - since > _LONGEST[told.reason]
