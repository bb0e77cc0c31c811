"""Pods that wait for a volume claim."""

from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, namespace_of, text
from clusterwright.tools.ref import Ref

NOT_BOUND = "pod/volume-not-bound"

_SCHEDULER_SAYS = ("persistentvolumeclaim", "persistent volume", "volume node affinity")


def claims_of(pod: Manifest) -> list[Ref]:
    """Return the claims that a pod mounts, those made for it included."""
    found: list[Ref] = []
    for volume in items(pod, "spec", "volumes"):
        name = text(volume, "persistentVolumeClaim", "claimName")
        if not name and mapping(volume, "ephemeral"):
            name = f"{name_of(pod)}-{text(volume, 'name')}"
        if name:
            found.append(Ref("PersistentVolumeClaim", name, namespace_of(pod)))
    return found


def unbound(case: Case, _nodes: Nodes, message: str) -> Finding | None:
    """Return a finding when the scheduler waits for a claim.

    A pending claim alone proves nothing: with WaitForFirstConsumer it is the claim that waits.
    """
    if not any(sign in message.lower() for sign in _SCHEDULER_SAYS):
        return None
    claims = claims_of(case.pod)
    # Where the volumes of bound claims are is one reason among others, told as the scheduler does.
    blamed = next((one for one in claims if _phase(case, one) != "Bound"), None)
    if blamed is None:
        return None
    phase = _phase(case, blamed)
    if phase:
        sentence = f'PersistentVolumeClaim "{blamed.name}" is {phase}: the pod waits for its volume'
        fix = f'Get PersistentVolumeClaim "{blamed.name}" bound.'
    else:
        sentence = f'PersistentVolumeClaim "{blamed.name}" does not exist'
        fix = f'Create PersistentVolumeClaim "{blamed.name}" in namespace {blamed.namespace}.'
    evidence = (case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),)
    uses = Relation(source=case.subject, edge=Edge.USES, target=blamed)
    return case.finding(NOT_BOUND, sentence, evidence, fixes=(fix,), relations=(uses,))


def _phase(case: Case, claim: Ref) -> str:
    found = case.snapshot.get(claim)
    if found is None:
        return "" if case.snapshot.was_read("PersistentVolumeClaim") else "not known"
    return text(found, "status", "phase") or "Pending"
