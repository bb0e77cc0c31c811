"""Machines that are being removed, and whether that does not end by itself."""

from datetime import datetime, timedelta

from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.manifest import Manifest, instant

_HOOKS = frozenset({"WaitingForPreDrainHook", "WaitingForPreTerminateHook"})
_LONGEST = {
    "DrainingNode": timedelta(minutes=10),
    **dict.fromkeys(_HOOKS, timedelta(minutes=5)),
}
"""A drain: as the providers' tests allow at most (`node-drain/wait-machine-deleted`, CAPZ)."""


def stuck(machine: Manifest, now: datetime) -> bool:
    """Return whether a drain or a hook holds a Machine for longer than it should."""
    told = condition_of(machine, "Deleting")
    if told is None or told.status != "True" or told.reason not in _LONGEST:
        return False
    drain = instant(machine, "status", "deletion", "nodeDrainStartTime")
    since = drain if told.reason == "DrainingNode" and drain else told.since
    return since is not None and now - since > _LONGEST[told.reason]
