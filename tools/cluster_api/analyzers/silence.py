"""Machines whose provider says nothing in conditions: what its events say instead.

Cluster API Provider GCP reports the Compute Engine API's refusals as events alone
(controllers/gcpmachine_controller.go and gcpcluster_controller.go, v1.12); others say nothing while
they retry.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from clusterwright.tools.analyzer import EventRequest, Fulfilled, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import chain, lasting, titled
from clusterwright.tools.cluster_api.cause import below
from clusterwright.tools.cluster_api.condition import unwell
from clusterwright.tools.cluster_api.estate import Estate, pool_of
from clusterwright.tools.cluster_api.patience import STEP, USUAL
from clusterwright.tools.cluster_api.providers import Fault, meaning
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import (
    Edge,
    EventEvidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.manifest import Manifest, instant, mapping, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

CODE, OF_CLUSTER = "machine/not-created", "cluster/infrastructure-failed"
_ELSEWHERE = "cluster.x-k8s.io/managed-by"
"""The annotation of infrastructure that something else than its provider makes."""
_WHY = "has not been made for longer than usual, and no condition says why"
_FIX = "Read the events of the infrastructure object, and its provider's log."


def silent(estate: Estate, machine: Manifest) -> Iterator[Suspicion]:
    """Yield a Machine that has all it needs, is not made, and about which no condition says why."""
    ref, layer = estate.referred(machine, "spec", "infrastructureRef")
    leaves = text(machine, "metadata", "deletionTimestamp")
    fed = text(machine, "spec", "bootstrap", "dataSecretName")
    if ref is None or layer is None or leaves or not fed or estate.at_rest(machine):
        return
    if not _unmade(estate, layer) or below(estate, machine) is not None:
        return
    uses = Relation(source=Ref.of(machine), edge=Edge.USES, target=ref)
    finding = Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=pool_of(machine),
        title=f"{ref.kind} {_WHY}",
        evidence=(_field(ref),),
        since=_late(estate, layer),
        members=(Ref.of(machine),),
        relations=(*chain(estate, machine), uses),
        fixes=(_FIX,),
    )
    yield Suspicion(finding, (EventRequest(ref),))


def silent_cluster(estate: Estate, cluster: Manifest) -> Iterator[Suspicion]:
    """Yield a Cluster whose infrastructure is not made, and about which no condition says why."""
    ref, layer = estate.referred(cluster, "spec", "infrastructureRef")
    if ref is None or layer is None or not _unmade(estate, layer):
        return
    if _ELSEWHERE in mapping(layer, "metadata", "annotations"):
        return
    finding = Finding(
        code=OF_CLUSTER,
        severity=Severity.CRITICAL,
        subject=Ref.of(cluster),
        title=f"{ref.kind} {_WHY}",
        evidence=(_field(ref),),
        since=_late(estate, layer),
        relations=(Relation(source=Ref.of(cluster), edge=Edge.USES, target=ref),),
        fixes=(_FIX,),
    )
    yield Suspicion(finding, (EventRequest(ref),))


def _field(ref: Ref) -> FieldEvidence:
    return FieldEvidence(ref=ref, path="$.status", value="not ready, and no condition says why")


def _unmade(estate: Estate, layer: Manifest) -> bool:
    """Return whether an object is not done for longer than usual, and says nothing."""
    done = truth(layer, "status", "ready")
    done = done or truth(layer, "status", "initialization", "provisioned")
    made = instant(layer, "metadata", "creationTimestamp")
    if done or made is None or text(layer, "metadata", "deletionTimestamp"):
        return False
    return estate.snapshot.now - made > STEP and not unwell(layer)


def _late(estate: Estate, layer: Manifest) -> datetime | None:
    """Return when an object was made that is silent for too long; None for one that may work.

    A disk image is written, or a managed control plane made, in a quarter of an hour or more.
    """
    made = instant(layer, "metadata", "creationTimestamp")
    return made if lasting(made, estate.snapshot.now, USUAL) else None


def spoken(
    finding: Finding, asked: EventRequest, fulfilled: Fulfilled, codes: Mapping[Fault, str]
) -> Finding | None:
    """Return a finding with what the last Warning event about its object says.

    Where no event says anything either, one that is not late yet (it has no time) is dropped.
    """
    events = fulfilled.events.get(asked, ())
    warnings = [one for one in events if text(one, "type") == "Warning"]
    if not warnings:
        return finding if finding.since else None
    reason, message = (text(warnings[-1], field) for field in ("reason", "message"))
    row = meaning(asked.ref.kind, "", reason, message)
    said = EventEvidence(ref=asked.ref, reason=one_line(reason), message=one_line(message, 600))
    return finding.model_copy(
        update={
            "code": codes.get(row.fault, finding.code) if row else finding.code,
            "title": titled(f"{asked.ref.kind} {word(one_line(reason, 60))}", message),
            "evidence": (said, *finding.evidence),
            "since": finding.since or instant(warnings[-1], "firstTimestamp"),
            "fixes": (row.do,) if row else finding.fixes,
        }
    )
