"""How long waiting is all right: a deadline for each reason that a controller gives for it.

What waits for another object is never late by itself: if that other object is, it is told there.
"""

from datetime import datetime, timedelta

from clusterwright.tools.cluster_api.cause import Cause

_OTHERS_TURN = (
    "WaitingForClusterInfrastructure",
    "WaitingForControlPlane",
    "WaitingForBootstrap",
    "WaitingForDataSecret",
    "WaitingForInfrastructure",
    "WaitingForKubeadm",
    "WaitingForEKSControlPlane",
    "WaitingForGKEControlPlane",
    "WaitingForM3MachineOwnerRef",
    "WaitingForMetal3MachineOwnerRef",
    "WaitingforMetal3Cluster",
    "WaitingForExternalControlPlaneEndpoint",
    "WaitForExternalControlPlaneEndpoint",
    "Metal3MachinePaused",
    "Paused",
    "Deleting",
    "Deleted",
)
"""Reasons that say that another object has to come first (conditions of the providers named in
`providers/`, and api/core/v1beta2/condition_consts.go)."""
_OTHERS_WORDS = ("Waiting for Cluster", "Waiting for the first control plane")
"""The same, said by kubeadm's bootstrap provider in a message (bootstrap/kubeadm v1.14)."""
USUAL = timedelta(minutes=30)
"""Three times what a MachineHealthCheck gives a machine to become a node unless it is told
otherwise (api/core/v1beta2/machinehealthcheck_types.go, DefaultNodeStartupTimeoutSeconds: 600)."""
NODE_STARTUP = timedelta(minutes=10)
"""The default of nodeStartupTimeoutSeconds, same file."""
NODE_JOINS = timedelta(minutes=5)
"""A machine that runs boots and joins within minutes; a MachineHealthCheck gives it ten."""
HARDWARE_JOINS = timedelta(minutes=20)
"""A physical machine checks its memory first, which takes servers with GPUs some ten minutes."""
UNKNOWN_HEALTH = timedelta(minutes=2)
"""After which the control plane's controller itself takes an unknown etcd for a fault
(controlplane/kubeadm/reconcilers/kubeadmcontrolplane/status.go)."""
FLAKE = timedelta(minutes=1)
"""Health that changes to and fro is not told; the controllers wait 10 s for the same reason."""
REMOVAL = timedelta(minutes=5)
"""For a deletion that a hook, a budget or a volume holds, which is plain soon."""
DEPROVISION = timedelta(minutes=15)
"""For providers to take away what they made: after so long the controllers themselves call a
deletion late (core/reconcilers/machine, machine_controller_status.go)."""
CONTROL_PLANE = timedelta(minutes=20)
"""From infrastructure to a first API server: machines of clouds take 5 to 10 minutes, physical
ones some 15."""
STEP = timedelta(minutes=10)
"""A step that a controller repeats every few seconds: a hook, a preflight check, an apply."""
ROLLOUT = timedelta(hours=1)


_HEALTH = frozenset(
    {
        "NodeHealthy",
        "EtcdMemberHealthy",
        "EtcdPodHealthy",
        "APIServerPodHealthy",
        "ControllerManagerPodHealthy",
        "SchedulerPodHealthy",
        "RemoteConnectionProbe",
    }
)
"""Conditions of what runs, which comes and goes while machines do."""


def late(cause: Cause, now: datetime) -> bool:
    """Return whether a cause that waits has been waiting for longer than that takes."""
    others = cause.reason.startswith(_OTHERS_TURN) or cause.message.startswith(_OTHERS_WORDS)
    if others or cause.since is None:
        return False
    return now - cause.since > (cause.patience or USUAL)


def wrong(cause: Cause | None, now: datetime) -> bool:
    """Return whether a cause is a fault: it is wrong, and no flake; or it is late."""
    if cause is None or cause.waiting:
        return cause is not None and late(cause, now)
    fresh = cause.since is not None and now - cause.since < FLAKE
    return not (fresh and cause.condition in _HEALTH)
