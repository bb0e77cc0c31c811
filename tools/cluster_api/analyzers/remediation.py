"""Machines that should be replaced and are not: budgets, retries and quorum that forbid it."""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, on_cluster, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import (
    HEALTH_CHECK,
    MACHINE,
    Estate,
    estate_of,
    is_control_plane,
    pool_of,
)
from clusterwright.tools.cluster_api.patience import USUAL
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, dig, number, strings, text, texts
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

BUDGET = "pool/remediation-blocked"
EXHAUSTED, BLOCKED = "controlplane/remediation-exhausted", "controlplane/remediation-blocked"
_LIMITS = (
    ("spec", "remediation", "triggerIf", "unhealthyLessThanOrEqualTo"),
    ("spec", "remediation", "triggerIf", "unhealthyInRange"),
    ("spec", "maxUnhealthy"),
    ("spec", "unhealthyRange"),
)
"""Where the budget is, in the API v1beta2 and in v1beta1."""
_NORMAL = (
    "waiting for control plane Machine provisioning",
    "waiting for control plane Machine del",
)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in snapshot.of_kind(HEALTH_CHECK):
        if not estate.at_rest(one):
            yield from _budget(estate, one)
    for machine in snapshot.of_kind(MACHINE):
        if text(machine, "metadata", "deletionTimestamp") or estate.at_rest(machine):
            continue
        yield from _refused(estate, machine)


def _budget(estate: Estate, check: Manifest) -> Iterator[Suspicion]:
    found = condition_of(check, "RemediationAllowed")
    if found is None or found.status != "False" or found.reason != "TooManyUnhealthy":
        return
    healthy, expected = (
        number(check, "status", field) for field in ("currentHealthy", "expectedMachines")
    )
    sick = _unhealthy(estate, check)
    if not sick and healthy >= expected:
        return
    ref = Ref.of(check)
    limits = [(path, dig(check, *path)) for path in _LIMITS]
    told: tuple[Evidence, ...] = (
        *proof(check, found),
        FieldEvidence(ref=ref, path="$.status.currentHealthy", value=f"{healthy} of {expected}"),
        *(
            FieldEvidence(ref=ref, path=f"$.{'.'.join(path)}", value=str(value)[:100])
            for path, value in limits
            if value is not None
        ),
    )
    selects = (Relation(source=ref, edge=Edge.SELECTS, target=Ref.of(one)) for one in sick)
    finding = Finding(
        code=BUDGET,
        severity=Severity.WARNING,
        subject=ref,
        title=titled("Unhealthy machines are not replaced", found.message),
        evidence=told,
        since=found.since,
        members=tuple(Ref.of(one) for one in sick),
        relations=(*on_cluster(estate, check), *selects),
        fixes=("Find what ails the machines together; then raise triggerIf, if at all.",),
    )
    yield Suspicion(finding)


def _unhealthy(estate: Estate, check: Manifest) -> Sequence[Manifest]:
    """Return the machines that a MachineHealthCheck watches and that failed its check."""
    kind, _, group = MACHINE.partition(".")
    namespace = text(check, "metadata", "namespace")
    named = [Ref(kind, name, namespace, group) for name in texts(check, "status", "targets")]
    targets = [one for one in (estate.snapshot.get(ref) for ref in named) if one is not None]
    selector = strings(check, "spec", "selector", "matchLabels")
    targets = targets or estate.snapshot.selected(MACHINE, namespace, selector)
    return [one for one in targets if _failed(one) is not None]


def _failed(machine: Manifest) -> Condition | None:
    found = condition_of(machine, "HealthCheckSucceeded")
    return found if found is not None and found.status == "False" else None


def _refused(estate: Estate, machine: Manifest) -> Iterator[Suspicion]:
    """Yield a machine whose owner says that it cannot replace it."""
    owner = condition_of(machine, "OwnerRemediated", "ExternallyRemediated")
    check = _failed(machine)
    if owner is None or owner.status == "True" or check is None:
        return
    exhausted = "(MaxRetry" in owner.message
    blocked = owner.reason in _REFUSALS or "can't remediate" in owner.message
    late = lasting(owner.since, estate.snapshot.now, USUAL)
    deferred = owner.reason == "RemediationDeferred" and late
    if owner.message.startswith(_NORMAL) and not late:
        return
    if not (exhausted or deferred or (blocked and owner.reason != "RemediationDeferred")):
        return
    pool = pool_of(machine)
    ours = "It gave up replacing its machines" if exhausted else "It may not replace a machine"
    plane = is_control_plane(machine)
    own = EXHAUSTED if exhausted else BLOCKED
    finding = Finding(
        code=own if plane else BUDGET,
        severity=Severity.CRITICAL if plane else Severity.WARNING,
        subject=pool,
        title=titled(ours, owner.message or owner.reason),
        evidence=(*proof(machine, owner), *proof(machine, check), *_retries(estate, pool)),
        since=owner.since,
        members=(Ref.of(machine),),
        relations=(
            Relation(source=Ref.of(machine), edge=Edge.OWNED_BY, target=pool),
            *on_cluster(estate, machine),
        ),
        fixes=(_EXHAUSTED if exhausted else _BLOCKED if plane else _REFUSED,),
    )
    yield Suspicion(finding)


_REFUSALS = frozenset(
    {
        "CannotBeRemediated",
        "RemediationFailed",
        "RemediationTemplateNotFound",
        "RemediationRequestCreationFailed",
        "ExternalRemediationTemplateNotFound",
        "ExternalRemediationRequestCreationFailed",
    }
)
"""Reasons of OwnerRemediated and ExternallyRemediated (api/core/v1beta2, controlplane/kubeadm
remediation.go v1.14; k0smotron v2.1, internal/controller/controlplane/remediation.go)."""
_EXHAUSTED = (
    "Find why each new machine fails as well; then raise spec.remediation.maxRetry, or remove the"
    " annotation controlplane.cluster.x-k8s.io/remediation-for."
)
_REFUSED = "See what the message names: a template, or the owner of the machine."
_BLOCKED = "Bring the other members back first: the quorum, or the components, would be lost."


def _retries(estate: Estate, pool: Ref) -> Iterator[FieldEvidence]:
    plane = estate.snapshot.get(pool)
    if plane is None:
        return
    paths = ("status", "lastRemediation", "retryCount"), ("spec", "remediation", "maxRetry")
    for path in paths:
        if dig(plane, *path) is not None:
            value = str(number(plane, *path))
            yield FieldEvidence(ref=pool, path=f"$.{'.'.join(path)}", value=value)


REMEDIATION = Analyzer(
    "remediation", (BUDGET, EXHAUSTED, BLOCKED), (HEALTH_CHECK, MACHINE), _detect
)
