"""Why Kueue does not let a workload run: its enumerated reasons, and the words of older versions.

Sources: kubernetes-sigs/kueue v0.19, apis/kueue/v1beta2/workload_types.go; of older versions, whose
reason is no more than Pending, pkg/scheduler/flavorassigner.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Manifest, text

_LONG = timedelta(minutes=30)
"""From when on it is worth knowing that a workload waits its turn."""
SLOW = timedelta(minutes=10)
"""What an admission check may take: a cloud makes the nodes."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a reason is called, and what to do about it."""

    code: str
    """Empty: its turn comes, or somebody meant it; no finding, and told of a pod all the same."""
    say: str
    advice: str
    severity: Severity = Severity.WARNING
    after: timedelta = timedelta(0)


def _no_finding(advice: str) -> Why:
    """Return what a reason means that is only told of a pod, with what to do about it."""
    return Why("", "", advice)


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
_REASONS: Mapping[str, Why] = {
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
    "PendingEvaluation": _no_finding("Wait until it was"),
    "Suspended": _no_finding("Set spec.active of the Workload, or open its queue again"),
    "UnsatisfiedAdmissionChecks": _no_finding("See to the admission checks"),
    "PendingDelayedTopologyRequests": _no_finding("Wait for the topology to be assigned"),
}
"""Of the conditions QuotaReserved and Admitted."""
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
_TOO_LONG = Why("queue/evicted", "it ran longer than it may", "Raise its maximum execution time")
EVICTED: Mapping[str, Why] = {
    "PodsReadyTimeout": Why(
        "queue/evicted",
        "its pods were not ready in time",
        "Find out why its pods did not become ready in time",
    ),
    "NodeFailures": Why(
        "queue/evicted", "nodes that it ran on have failed", "Repair the nodes that failed it"
    ),
    "MaximumExecutionTimeExceeded": _TOO_LONG,
    "DeactivatedDueToRequeuingLimitExceeded": Why(
        "queue/evicted",
        "it was requeued as often as it may",
        "Find out why its pods do not become ready",
    ),
    "DeactivatedDueToMaximumExecutionTimeExceeded": _TOO_LONG,
    "Preempted": _no_finding("Wait, or raise its priority class"),
    "ClusterQueueStopped": _no_finding("Open its ClusterQueue again"),
    "LocalQueueStopped": _no_finding("Open its LocalQueue again"),
    "Deactivated": _no_finding("Set spec.active of the Workload"),
}
"""Of the condition Evicted; who was preempted only waits its turn again."""


def why(told: Manifest) -> Why | None:
    """Return what a condition means; None for what is not known."""
    reason = text(told, "reason")
    known = _REASONS.get(reason) or EVICTED.get(reason)
    if known is None and text(told, "type") == "QuotaReserved":
        return _by_words(text(told, "message"))
    return known


def _by_words(said: str) -> Why | None:
    """Return what a message of an older version means; None for one about the queue itself."""
    if _QUEUE_IS.match(said):
        return None
    return next((why for pattern, why in _OLDER if pattern.search(said)), None)
