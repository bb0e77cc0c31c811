"""How long a machine may take to become a Node: as its MachineHealthCheck says."""

from datetime import timedelta

from clusterwright.tools.cluster_api.duration import seconds_of
from clusterwright.tools.cluster_api.estate import HEALTH_CHECK, Estate
from clusterwright.tools.cluster_api.patience import HARDWARE_JOINS, NODE_JOINS, NODE_STARTUP, USUAL
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    labels_of,
    name_of,
    number,
    strings,
    text,
    texts,
)

_PHYSICAL = ("Metal3", "Tinkerbell", "HetznerBareMetal", "Maas")
"""How the kinds of machines begin that are no virtual ones."""


def startup_timeout(estate: Estate, machine: Manifest) -> timedelta:
    """Return the time that the MachineHealthCheck of a machine gives it, or a few minutes.

    A timeout of 0 switches the check off (api/core/v1beta2/machinehealthcheck_types.go).
    """
    cluster = estate.cluster_of(machine)
    checks = estate.of(HEALTH_CHECK, cluster) if cluster is not None else ()
    found = [_timeout(one) for one in checks if _watches(one, machine)]
    physical = text(machine, "spec", "infrastructureRef", "kind").startswith(_PHYSICAL)
    return max(found, default=HARDWARE_JOINS if physical else NODE_JOINS)


def _watches(check: Manifest, machine: Manifest) -> bool:
    selector = strings(check, "spec", "selector", "matchLabels")
    selected = bool(selector) and selector.items() <= labels_of(machine).items()
    return selected or name_of(machine) in texts(check, "status", "targets")


def _timeout(check: Manifest) -> timedelta:
    newer = ("spec", "checks", "nodeStartupTimeoutSeconds")
    older = text(check, "spec", "nodeStartupTimeout")
    if dig(check, *newer) is not None:
        seconds = number(check, *newer)
    elif older:
        seconds = seconds_of(older)
    else:
        return NODE_STARTUP
    return timedelta(seconds=seconds) if 0 < seconds < _MOST else USUAL


_MOST = 30 * 86_400
"""Seconds; what is longer is no timeout."""
