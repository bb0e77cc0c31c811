"""Operators that say that they are not ready, and why: the Error condition names the reason.

When Ready is False its own reason is no more than `Error` (NVIDIA/gpu-operator,
internal/conditions; ROCm/gpu-operator has the same two conditions).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Evidence, Finding, Severity
from clusterwright.tools.gpu.analyzers.about import Cure, about, of_condition, shown
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.estate import (
    CLUSTER_POLICY,
    DEVICE_CONFIG,
    GPU_CLUSTER,
    NVIDIA_DRIVER,
    Estate,
    estate_of,
)
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import Manifest, condition, dig, instant, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/operator-not-ready"
OPERATORS = (CLUSTER_POLICY, NVIDIA_DRIVER, GPU_CLUSTER, DEVICE_CONFIG)
CONFLICTS = "ConflictingNodeSelector"
_UNDER_WAY = frozenset(
    {"", "OperandNotReady", "DriverNotReady", "NodeStatusExporterNotReady", "Error"}
)
"""Reasons that pass by themselves while drivers are built and images are pulled."""
_PATIENCE = timedelta(minutes=10)
_ADVICE = {
    "PrerequisiteNotMet": "Provide what the operator misses",
    "ReconcileFailed": "Repair what the operator objects to, in its object or its permissions",
}


def counts(one: Manifest) -> bool:
    """Return whether an operator acts on its object: extra ClusterPolicies are ignored."""
    state = text(one, "status", "state")
    return state not in {"ignored", "disabled"} and not dig(one, "metadata", "deletionTimestamp")


def acting(estate: Estate) -> Iterable[Manifest]:
    """Yield the objects that operators act on: of ClusterPolicies no more than one."""
    yield from [one for one in estate.cluster_policies if counts(one)][:1]
    for kind in OPERATORS[1:]:
        yield from (one for one in estate.of_kind(kind) if counts(one))


def under_way(estate: Estate) -> Iterable[Manifest]:
    """Yield the objects whose operands are not ready, and may become so yet."""
    return (one for one in acting(estate) if _unready(one) and not _is_fault(estate, one))


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in acting(estate):
        if _unready(one) and _is_fault(estate, one):
            yield Suspicion(_finding(estate, one), (ReadRequest(Ref.of(one)),))


def _unready(one: Manifest) -> bool:
    failed, ready = condition(one, "Error"), condition(one, "Ready")
    if failed.get("status") == "True":
        return text(failed, "reason") != CONFLICTS  # which is a fault of its own
    state = text(one, "status", "state")
    return state == "notReady" and ready.get("status") != "True"


def _is_fault(estate: Estate, one: Manifest) -> bool:
    """Return whether it will not pass by itself, has had the time to, or a node is broken."""
    if _reason(one) not in _UNDER_WAY or broken(estate):
        return True
    since = _since(one)
    return since is not None and estate.now - since > _PATIENCE


def _reason(one: Manifest) -> str:
    failed = condition(one, "Error")
    return text(failed, "reason") if failed.get("status") == "True" else ""


def _since(one: Manifest) -> datetime | None:
    changed = [
        instant(found, "lastTransitionTime")
        for kind, bad in (("Error", "True"), ("Ready", "False"))
        if (found := condition(one, kind)).get("status") == bad
    ]
    return next((when for when in changed if when), instant(one, "metadata", "creationTimestamp"))


def _finding(estate: Estate, one: Manifest) -> Finding:
    failed, reason = condition(one, "Error"), _reason(one)
    said = message_of(failed) if reason else message_of(condition(one, "Ready"))
    evidence: tuple[Evidence, ...] = of_condition(one, "Error", failed) if reason else ()
    state = text(one, "status", "state")
    if state:
        evidence = (*evidence, shown(one, "$.status.state", state))
    called = word(reason or state or "not ready")
    words = said or "it does not say why"
    advice = _ADVICE.get(reason, "Repair the operand that it names; see its pods on the GPU nodes")
    return about(
        CODE,
        Ref.of(one),
        f"The operator is not ready, {called}: {words}",
        evidence or (shown(one, "$.status", "not ready"),),
        Cure(advice),
        severity=_severity(estate),
        since=_since(one),
    )


def _severity(estate: Estate) -> Severity:
    """Return critical where no node has any device that pods could have."""
    usable = any(n for node in estate.nodes for n in node.allocatable.values())
    return Severity.WARNING if usable else Severity.CRITICAL


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the object is gone or ready by now."""
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests and (found is None or not _unready(found)):
            return None
    return suspicion.finding


OPERATOR_STATE = Analyzer("operator-state", (CODE,), OPERATORS, _detect, _refine)
