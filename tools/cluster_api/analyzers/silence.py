"""Machines whose provider says nothing in conditions: what its events say instead.

Cluster API Provider GCP reports the Compute Engine API's refusals as events alone
(controllers/gcpmachine_controller.go, v1.12); others say nothing while they retry.
"""

from collections.abc import Iterator, Mapping

from clusterwright.tools.analyzer import EventRequest, Fulfilled, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import chain, titled
from clusterwright.tools.cluster_api.cause import below
from clusterwright.tools.cluster_api.condition import unwell
from clusterwright.tools.cluster_api.estate import Estate, pool_of
from clusterwright.tools.cluster_api.patience import STEP
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
from clusterwright.tools.manifest import Manifest, instant, text, truth
from clusterwright.tools.ref import Ref

CODE = "machine/not-created"


def silent(estate: Estate, machine: Manifest) -> Iterator[Suspicion]:
    """Yield a Machine that has all it needs, is not made, and about which no condition says why."""
    ref, layer = estate.referred(machine, "spec", "infrastructureRef")
    if ref is None or layer is None or text(machine, "metadata", "deletionTimestamp"):
        return
    done = truth(layer, "status", "ready") or truth(
        layer, "status", "initialization", "provisioned"
    )
    if done or not text(machine, "spec", "bootstrap", "dataSecretName") or estate.at_rest(machine):
        return
    made = instant(layer, "metadata", "creationTimestamp")
    told = below(estate, machine) is not None or unwell(layer)
    if told or made is None or estate.snapshot.now - made < STEP:
        return
    field = FieldEvidence(
        ref=ref, path="$.status.ready", value="not set, and no condition says why"
    )
    finding = Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=pool_of(machine),
        title=f"{ref.kind} has not been made for longer than usual, and no condition says why",
        evidence=(field,),
        since=made,
        members=(Ref.of(machine),),
        relations=(
            *chain(estate, machine),
            Relation(source=Ref.of(machine), edge=Edge.USES, target=ref),
        ),
        fixes=("Read the events of the infrastructure object, and its provider's log.",),
    )
    yield Suspicion(finding, (EventRequest(ref),))


def spoken(
    finding: Finding, asked: EventRequest, fulfilled: Fulfilled, codes: Mapping[Fault, str]
) -> Finding:
    """Return a finding with what the last Warning event about its object says."""
    events = fulfilled.events.get(asked, ())
    warnings = [one for one in events if text(one, "type") == "Warning"]
    if not warnings:
        return finding
    reason, message = (text(warnings[-1], field) for field in ("reason", "message"))
    row = meaning(asked.ref.kind, "", reason, message)
    said = EventEvidence(ref=asked.ref, reason=one_line(reason), message=one_line(message, 600))
    return finding.model_copy(
        update={
            "code": codes.get(row.fault, CODE) if row else CODE,
            "title": titled(f"{asked.ref.kind} {reason}", message),
            "evidence": (said, *finding.evidence),
            "fixes": (row.do,) if row else finding.fixes,
        }
    )
