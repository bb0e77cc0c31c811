"""Control planes: etcd, the components, and those that never came up."""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.node import cut_off
from clusterwright.tools.cluster_api.analyzers.told import lasting, on_cluster, proof, titled
from clusterwright.tools.cluster_api.cause import below, of_layers
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    MACHINE,
    Estate,
    by_name,
    estate_of,
    is_control_plane,
)
from clusterwright.tools.cluster_api.patience import (
    CONTROL_PLANE,
    FLAKE,
    NODE_JOINS,
    UNKNOWN_HEALTH,
    wrong,
)
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

ETCD, COMPONENT = "controlplane/etcd-unhealthy", "controlplane/component-unhealthy"
NOT_INITIALIZED = "controlplane/not-initialized"
_MEMBER = ("EtcdMemberHealthy", "EtcdPodHealthy")
_COMPONENTS = ("APIServerPodHealthy", "ControllerManagerPodHealthy", "SchedulerPodHealthy")
_EXPECTED = frozenset({"Deleting"})
"""Reasons of a machine that goes (api/controlplane/kubeadm/v1beta2)."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for cluster in estate.clusters:
        if estate.at_rest(cluster) or text(cluster, "metadata", "deletionTimestamp"):
            continue
        _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
        if plane is None or estate.at_rest(plane):
            continue
        made = condition_of(cluster, "ControlPlaneInitialized")
        if made is not None and made.status != "True":
            yield from _not_initialized(estate, cluster, plane, made)
        elif not cut_off(estate, plane):
            yield from _unhealthy(estate, cluster, plane)


def _unhealthy(estate: Estate, cluster: Manifest, plane: Manifest) -> Iterator[Suspicion]:
    machines = [one for one in by_name(estate.of(MACHINE, cluster)) if is_control_plane(one)]
    etcd = condition_of(plane, "EtcdClusterHealthy")
    parts = condition_of(plane, "ControlPlaneComponentsHealthy", "Available", "Ready")
    members = [one for one in machines if _sick(one, _MEMBER)]
    others = [one for one in machines if _sick(one, _COMPONENTS) and one not in members]
    lost = etcd is not None and etcd.status == "False" and _bad(estate, etcd)
    said = etcd if lost else parts  # a pod of etcd that fails counts as a component first
    if said is not None and _bad(estate, said) and (members or lost):
        yield Suspicion(_etcd(estate, plane, machines, members, said))
    if parts is not None and _bad(estate, parts) and (others or not machines):
        yield Suspicion(_component(estate, plane, others, parts))


def _bad(estate: Estate, one: Condition) -> bool:
    """Return whether health is lost for longer than a flake, or unknown for too long."""
    if one.status == "True" or one.severity == "Info":
        return False
    patience = UNKNOWN_HEALTH if one.waiting else FLAKE
    summary = one.type in {"Available", "Ready"}  # of a provider that tells no more than that
    return lasting(one.since, estate.snapshot.now, NODE_JOINS if summary else patience)


def _sick(machine: Manifest, types: Sequence[str]) -> bool:
    """Return whether a machine that stays says that a part of its control plane is not well."""
    if text(machine, "metadata", "deletionTimestamp") or not text(machine, "spec", "providerID"):
        return False
    return _first(machine, types) is not None


def _first(machine: Manifest, types: Sequence[str]) -> Condition | None:
    found = (condition_of(machine, kind) for kind in types)
    bad = (one for one in found if one is not None and one.status != "True")
    return next((one for one in bad if not (one.waiting or one.reason in _EXPECTED)), None)


def _etcd(
    estate: Estate,
    plane: Manifest,
    machines: Sequence[Manifest],
    sick: Sequence[Manifest],
    found: Condition,
) -> Finding:
    said = next((one for one in (_first(m, _MEMBER) for m in sick) if one), None)
    return Finding(
        code=ETCD,
        severity=Severity.CRITICAL,
        subject=Ref.of(plane),
        title=titled(_quorum(machines, sick), said.message if said else found.message),
        evidence=(*_told(sick, _MEMBER), *proof(plane, found)),
        since=found.since,
        members=tuple(Ref.of(one) for one in sick),
        relations=on_cluster(estate, plane),
        fixes=(
            "Read the log of the etcd pod on the machine that is named.",
            "Delete no control plane machine while fewer than the quorum would be left.",
        ),
    )


def _quorum(machines: Sequence[Manifest], sick: Sequence[Manifest]) -> str:
    """Return how many members are known to be well, and whether they are enough.

    A member of unknown health, as on a node that does not answer, counts as neither.
    """
    told = [(one, condition_of(one, _MEMBER[0])) for one in machines]
    members = [(one, found) for one, found in told if found is not None]
    rest = [found.status for one, found in members if one not in sick]
    healthy, unknown, quorum = rest.count("True"), rest.count("Unknown"), len(members) // 2 + 1
    spare = healthy - quorum
    if healthy + unknown < quorum:
        state = "quorum is lost"
    elif spare < 0:
        state = "quorum may be lost"
    else:
        state = f"{spare} more may fail" if spare else "none may fail"
    silent = f", the health of {unknown} is unknown" if unknown else ""
    well = f"etcd: {healthy} of {len(members)} members are well{silent}"
    return f"{well}, {quorum} make the quorum, {state}"


def _component(
    estate: Estate, plane: Manifest, sick: Sequence[Manifest], found: Condition
) -> Finding:
    first = next((one for one in (_first(m, _COMPONENTS) for m in sick) if one), None)
    part = first.type.removesuffix("PodHealthy") if first else text(plane, "kind")
    told = first or found
    on = f" on {len(sick)} machines" if len(sick) > 1 else ""
    return Finding(
        code=COMPONENT,
        severity=Severity.CRITICAL,
        subject=Ref.of(plane),
        title=titled(f"{part} is not well{on}: {word(told.reason)}", told.message),
        evidence=(*_told(sick, _COMPONENTS), *proof(plane, found)),
        since=found.since,
        members=tuple(Ref.of(one) for one in sick),
        relations=on_cluster(estate, plane),
        fixes=("Read the log of the component's pod on the machine that is named.",),
    )


def _told(machines: Sequence[Manifest], types: Sequence[str]) -> tuple[FieldEvidence, ...]:
    found: list[FieldEvidence] = []
    for machine in machines:
        one = _first(machine, types)
        if one is not None:
            path = f"{one.where}[?(@.type=='{one.type}')].reason"
            value = titled(one.reason, one.message)
            found.append(FieldEvidence(ref=Ref.of(machine), path=path, value=value))
    return tuple(found)


def _not_initialized(
    estate: Estate, cluster: Manifest, plane: Manifest, made: Condition
) -> Iterator[Suspicion]:
    """Yield a control plane that does not come up, though nothing below it says why."""
    ready = condition_of(cluster, "InfrastructureReady")
    now = estate.snapshot.now
    if ready is None or ready.status != "True" or not lasting(ready.since, now, CONTROL_PLANE):
        return
    machines = [one for one in by_name(estate.of(MACHINE, cluster)) if is_control_plane(one)]
    causes = [below(estate, one) for one in machines]
    if any(wrong(one, now) for one in (*causes, of_layers(estate, cluster))):
        return
    said = condition_of(plane, "Available", "Ready", "Initialized")
    finding = Finding(
        code=NOT_INITIALIZED,
        severity=Severity.CRITICAL,
        subject=Ref.of(plane),
        title=titled(
            "The infrastructure is ready, and no API server has come up",
            said.message if said else made.message,
        ),
        evidence=(*proof(cluster, made), *(proof(plane, said) if said else ())),
        since=ready.since,
        members=tuple(Ref.of(one) for one in machines),
        relations=on_cluster(estate, plane),
        fixes=("Read cloud-init's and the kubelet's log on the first control plane machine.",),
    )
    yield Suspicion(finding)


CONTROL_PLANE_ANALYZER = Analyzer(
    "control plane", (ETCD, COMPONENT, NOT_INITIALIZED), (CLUSTER, MACHINE), _detect
)
