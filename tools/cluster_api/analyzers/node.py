"""Machines whose Node is missing, not initialised, or not well, and that nobody is replacing."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ListRequest, Suspicion
from clusterwright.tools.cluster_api.analyzers.fleet import Suspected, by_class
from clusterwright.tools.cluster_api.analyzers.told import (
    alike,
    chain,
    lasting,
    proof,
    titled,
)
from clusterwright.tools.cluster_api.cause import below
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    MACHINE,
    Estate,
    estate_of,
    is_control_plane,
    pool_of,
)
from clusterwright.tools.cluster_api.patience import FLAKE, NODE_JOINS, UNKNOWN_HEALTH, wrong
from clusterwright.tools.cluster_api.startup import startup_timeout
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, items, name_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NO_NODE, LATE = "machine/node-missing", "machine/startup-timeout"
UNINITIALIZED, SICK = "machine/node-uninitialized", "machine/node-unhealthy"
_TAINTS = ("node.cloudprovider.kubernetes.io/uninitialized", "node.cluster.x-k8s.io/uninitialized")
_BEING_REPLACED = ("WaitingForRemediation", "MachineDeleting", "RemediationDeferred")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    suspected = _suspected(estate)
    return by_class((estate.cluster_of(machine) or machine, one) for machine, one in suspected)


def _suspected(estate: Estate) -> Iterator[Suspected]:
    for machine in estate.snapshot.of_kind(MACHINE):
        if text(machine, "metadata", "deletionTimestamp") or estate.at_rest(machine):
            continue
        found = [*_late(estate, machine), *_sick(estate, machine)]
        if not found or cut_off(estate, machine):
            continue
        if not wrong(below(estate, machine), estate.snapshot.now):  # else its provider tells it
            yield from ((machine, one) for one in found)


def cut_off(estate: Estate, manifest: Manifest) -> bool:
    """Return whether the workload cluster does not answer, so that nothing is known of nodes."""
    cluster = estate.cluster_of(manifest)
    probe = condition_of(cluster, "RemoteConnectionProbe") if cluster is not None else None
    return probe is not None and probe.status == "False"


def replaced(machine: Manifest) -> bool:
    """Return whether a machine that failed its health check is being replaced."""
    owner = condition_of(machine, "OwnerRemediated", "ExternallyRemediated")
    return owner is not None and owner.reason in _BEING_REPLACED


def _late(estate: Estate, machine: Manifest) -> Iterator[Suspicion]:
    """Yield a machine that runs, and is no Node."""
    provider_id = text(machine, "spec", "providerID")
    if text(machine, "status", "nodeRef", "name"):
        return
    check = condition_of(machine, "HealthCheckSucceeded")
    timed_out = check is not None and check.reason == "NodeStartupTimeout"
    made = condition_of(machine, "InfrastructureReady")
    runs = provider_id and made is not None and made.status == "True"
    runs = runs and _has_api_server(estate, machine)
    patience = startup_timeout(estate, machine) if runs else NODE_JOINS
    overdue = runs and made and lasting(made.since, estate.snapshot.now, patience)
    if not (timed_out or overdue) or (replaced(machine) and not _long(estate, machine)):
        return
    field = FieldEvidence(
        ref=Ref.of(machine), path="$.spec.providerID", value=provider_id or "not set"
    )
    since = check.since if check is not None and timed_out else made.since if made else None
    said = [condition_of(machine, "NodeHealthy"), check if timed_out else None]
    told = (piece for one in said if one is not None for piece in proof(machine, one))
    finding = Finding(
        code=LATE if timed_out else NO_NODE,
        severity=Severity.WARNING,
        subject=pool_of(machine),
        title=titled("No Node came of the machine in time", check.message if check else "")
        if timed_out
        else "The machine runs, but no Node has its providerID",
        evidence=(field, *told),
        since=since,
        members=(Ref.of(machine),),
        relations=tuple(chain(estate, machine)),
        fixes=(
            "See whether it joined: its bootstrap log, and the Nodes of the workload cluster.",
            "A Node without providerID needs the cloud's controller manager.",
        ),
    )
    cluster = estate.cluster_of(machine)
    asks = runs and cluster is not None and not is_control_plane(machine)
    requests = (ListRequest(Ref.of(cluster), "Node"),) if asks and cluster is not None else ()
    yield Suspicion(finding, requests)


def _has_api_server(estate: Estate, machine: Manifest) -> bool:
    """Return whether there is an API server that a Node could join; else that is what is late."""
    cluster = estate.cluster_of(machine)
    started = condition_of(cluster, "ControlPlaneInitialized") if cluster is not None else None
    return started is None or started.status == "True"


def _sick(estate: Estate, machine: Manifest) -> Iterator[Suspicion]:
    """Yield a machine whose Node is not well for longer than a flake, and that stays."""
    node = text(machine, "status", "nodeRef", "name")
    if not node or (replaced(machine) and not _long(estate, machine)):
        return
    found = _unwell(estate, machine)
    if found is None:
        return
    lines = (line for line in found.message.splitlines() if "not yet reported" not in line)
    message = alike("\n".join(lines), (node, "Node"), (name_of(machine), "Machine"))
    field = FieldEvidence(ref=Ref.of(machine), path="$.status.nodeRef.name", value=node)
    check = condition_of(machine, "HealthCheckSucceeded")
    more = proof(machine, check) if check is not None and check.status == "False" else ()
    finding = Finding(
        code=SICK,
        severity=Severity.WARNING,
        subject=pool_of(machine),
        title=titled(f"The node is not well, {word(found.reason)}", message),
        evidence=(*proof(machine, found), *more, field),
        since=found.since,
        members=(Ref.of(machine),),
        relations=tuple(chain(estate, machine)),
        fixes=(
            "See the Node on the workload cluster: its conditions name what the kubelet lacks.",
            "If it is this machine alone: annotate it with cluster.x-k8s.io/remediate-machine.",
        ),
    )
    yield Suspicion(finding)


def _unwell(estate: Estate, machine: Manifest) -> Condition | None:
    """Return what says that a Node is not well, or was deleted."""
    health = condition_of(machine, "NodeHealthy")
    now = estate.snapshot.now
    if health is not None and health.status == "False" and lasting(health.since, now, FLAKE):
        return health
    if health is not None and health.status == "Unknown" and health.severity != "Info":
        return health if lasting(health.since, now, UNKNOWN_HEALTH) else None
    return None


def _long(estate: Estate, machine: Manifest) -> bool:
    """Return whether its replacement is under way for longer than that takes."""
    owner = condition_of(machine, "OwnerRemediated", "ExternallyRemediated")
    return owner is not None and lasting(owner.since, estate.snapshot.now, NODE_JOINS)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Look at the Nodes that there are: one may have joined and lack what names its machine."""
    asked = next((one for one in suspicion.requests if isinstance(one, ListRequest)), None)
    nodes = fulfilled.lists.get(asked) if asked else None
    if asked is None or nodes is None:
        return suspicion.finding
    named = {text(one, "spec", "providerID") for one in nodes}
    first = suspicion.finding.evidence[0]
    if isinstance(first, FieldEvidence) and first.value in named:
        return None  # it joined meanwhile
    raw = [one for one in nodes if not text(one, "spec", "providerID")]
    if not raw:
        return suspicion.finding
    taints = [text(one, "key") for one in items(raw[0], "spec", "taints")]
    taint = next((one for one in taints if one in _TAINTS), "")
    ref = Ref("Node", name_of(raw[0]))
    proofs = [FieldEvidence(ref=ref, path="$.spec.providerID", value="not set")]
    if taint:
        proofs.append(FieldEvidence(ref=ref, path="$.spec.taints", value=taint))
    where = f"capi:{asked.cluster.namespace}/{asked.cluster.name}"
    return suspicion.finding.model_copy(
        update={
            "code": UNINITIALIZED,
            "title": f"{len(raw)} Nodes joined {where} without a providerID: no cloud controller"
            " manager initialised them",
            "evidence": (*proofs, *suspicion.finding.evidence),
            "fixes": (
                f"See that the cloud controller manager runs on {where} and tolerates the taint"
                f" {_TAINTS[0]}.",
            ),
        }
    )


NODE = Analyzer("node", (NO_NODE, UNINITIALIZED, LATE, SICK), (CLUSTER, MACHINE), _detect, _refine)
