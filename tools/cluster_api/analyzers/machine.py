"""Machines that a provider does not make, or that never became nodes."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, proof_of, titled
from clusterwright.tools.cluster_api.cause import below
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import CLUSTER, MACHINE, Estate, pool_of
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOT_CREATED, NO_NODE = "machine/not-created", "machine/node-missing"
_NODE_PATIENCE = timedelta(minutes=5)
"""A cloud's machine boots and joins within minutes; a MachineHealthCheck gives it ten."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = Estate(snapshot)
    for machine in snapshot.of_kind(MACHINE):
        if text(machine, "metadata", "deletionTimestamp"):
            continue
        finding = _not_created(estate, machine) or _no_node(snapshot, machine)
        if finding is not None:
            yield Suspicion(finding)


def _not_created(estate: Estate, machine: Manifest) -> Finding | None:
    cause = below(estate, machine)
    if cause is None or cause.waiting:
        return None
    message = cause.message.replace(cause.ref.name, cause.ref.kind)  # equal for all of a pool
    return Finding(
        code=NOT_CREATED,
        severity=Severity.WARNING,
        subject=pool_of(machine),
        title=titled(f"{cause.ref.kind} {cause.reason}", message),
        evidence=proof_of(cause),
        since=cause.since,
        members=(Ref.of(machine),),
        relations=(Relation(source=Ref.of(machine), edge=Edge.USES, target=cause.ref),),
        fixes=("Change what the provider's message names: size, region, image, quota, identity.",),
    )


def _no_node(snapshot: Snapshot, machine: Manifest) -> Finding | None:
    provider_id = text(machine, "spec", "providerID")
    if not provider_id or text(machine, "status", "nodeRef", "name"):
        return None
    made = condition_of(machine, "InfrastructureReady")
    if made is None or not lasting(made.since, snapshot.now, _NODE_PATIENCE):
        return None
    health = condition_of(machine, "NodeHealthy")
    said = proof(machine, health) if health else ()
    field = FieldEvidence(ref=Ref.of(machine), path="$.spec.providerID", value=provider_id)
    return Finding(
        code=NO_NODE,
        severity=Severity.WARNING,
        subject=pool_of(machine),
        title="The machine runs, but no Node has its providerID",
        evidence=(field, *said),
        since=made.since,
        members=(Ref.of(machine),),
        fixes=(
            "See whether it joined: its bootstrap log, and the Nodes of the workload cluster.",
            "A Node without providerID needs the cloud's controller manager.",
        ),
    )


MACHINE_ANALYZER = Analyzer("machine", (NOT_CREATED, NO_NODE), (CLUSTER, MACHINE), _detect)
