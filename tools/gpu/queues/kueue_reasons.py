"""Why Kueue does not admit a workload: its enumerated reasons, and the words of older versions.

Sources: kubernetes-sigs/kueue v0.19, apis/kueue/v1beta2/workload_types.go; of older versions, whose
reason is no more than Pending, pkg/scheduler/flavorassigner.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from clusterwright.tools.finding import Severity

_LONG = timedelta(minutes=30)
"""From when on it is worth knowing that a workload waits its turn."""
SLOW = timedelta(minutes=10)
"""What an admission check may take: a cloud makes the nodes."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a reason is called, and what to do about it."""

    code: str
    say: str
    advice: str
    severity: Severity = Severity.WARNING
    after: timedelta = timedelta(0)


NO_FLAVOR = Why(
    "queue/no-flavor",
    "No flavor of its queue takes it",
    "Correct the node selector or tolerations of the pods, or the labels of the ResourceFlavors",
)
NEVER = Why(
    "queue/quota-exceeded",
    "It asks for more than its queue can ever give",
    "Ask for less, or raise nominalQuota or borrowingLimit of the ClusterQueue",
)
WAITS = Why(
    "queue/waits-for-quota",
    "It waits its turn: the quota is in use",
    "Wait until a workload ends, raise its priority, or raise the quota",
    Severity.INFO,
    _LONG,
)
REASONS = {
    "NoMatchingFlavor": NO_FLAVOR,
    "ExceedsMaxQuota": NEVER,
    "WaitingForQuota": WAITS,
    "WaitingForPreemptedWorkloads": WAITS,
    "WaitingForPodsReady": Why(
        "queue/waits-for-pods",
        "The pods of a workload before it are not ready, and hold up admission",
        "See why the pods of the workload before it are not ready",
        Severity.WARNING,
        SLOW,
    ),
    "TopologyPlacementFailed": Why(
        "queue/topology-unmet",
        "No topology domain has room for it as a whole",
        "Ask for a looser topology (preferred, or a higher level), or free a domain",
    ),
    "Misconfigured": Why(
        "queue/misconfigured",
        "It cannot be queued as it is",
        "Correct what the message names",
    ),
}
_OLDER = (
    (
        re.compile(r"insufficient quota|maximum capacity|> maximum|exceeds? (?:the )?max", re.I),
        NEVER,
    ),
    (re.compile(r"insufficient unused quota|preempt", re.I), WAITS),
    (
        re.compile(
            r"doesn't (?:match|allow to fit)|untolerated taint|didn't match|no flavor", re.I
        ),
        NO_FLAVOR,
    ),
)
"""By the message, where the reason is only Pending; never-fitting comes before waiting."""
_QUEUE_IS = re.compile(
    r"LocalQueue [^\n]{0,260}(?:doesn't exist|is inactive)|ClusterQueue [^\n]{0,260}"
)
EVICTED = {
    "PodsReadyTimeout": "its pods were not ready in time",
    "NodeFailures": "nodes that it ran on have failed",
    "MaximumExecutionTimeExceeded": "it ran longer than it may",
    "DeactivatedDueToRequeuingLimitExceeded": "it was requeued as often as it may",
    "DeactivatedDueToMaximumExecutionTimeExceeded": "it ran longer than it may",
}
"""Ends that are a fault; who was preempted only waits its turn again."""


def by_words(said: str) -> Why | None:
    """Return what a message of an older version means; None for one about the queue itself."""
    if _QUEUE_IS.match(said):
        return None
    return next((why for pattern, why in _OLDER if pattern.search(said)), None)
