"""Rollouts of a pool that neither end nor fail for a reason that a machine tells."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, on_cluster, proof, titled
from clusterwright.tools.cluster_api.cause import of_machine
from clusterwright.tools.cluster_api.condition import condition_of, older_condition
from clusterwright.tools.cluster_api.estate import DEPLOYMENT, MACHINE, Estate, estate_of
from clusterwright.tools.cluster_api.patience import ROLLOUT, USUAL
from clusterwright.tools.cluster_api.strategy import strategy_of
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, instant, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pool/rollout-stuck"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in snapshot.of_kind(DEPLOYMENT):
        if text(one, "metadata", "deletionTimestamp") or estate.at_rest(one):
            continue
        rolling = condition_of(one, "RollingOut")
        if rolling is None or rolling.status != "True" or strategy_of(one, 0).on_delete:
            continue
        if not lasting(rolling.since, snapshot.now, ROLLOUT) or _moves(estate, one):
            continue
        current, wanted = (
            number(one, "status", "upToDateReplicas"),
            number(one, "spec", "replicas"),
        )
        counted = FieldEvidence(
            ref=Ref.of(one), path="$.status.upToDateReplicas", value=f"{current} of {wanted}"
        )
        ours = f"Its rollout stands still: {current} of {wanted} machines are up to date"
        finding = Finding(
            code=CODE,
            severity=Severity.WARNING,
            subject=Ref.of(one),
            title=titled(ours, rolling.message),
            evidence=(counted, *proof(one, rolling)),
            since=rolling.since,
            members=tuple(Ref.of(each) for each in estate.machines(one)),
            relations=on_cluster(estate, one),
            concluded=True,
            fixes=("See maxSurge and maxUnavailable of the pool: with both at 0 nothing moves.",),
        )
        yield Suspicion(finding)


def _moves(estate: Estate, pool: Manifest) -> bool:
    """Return whether machines come or go, or say themselves what is wrong."""
    now = estate.snapshot.now
    made = older_condition(pool, "MachineSetReady")
    for machine in estate.machines(pool):
        born = instant(machine, "metadata", "creationTimestamp")
        leaving = bool(text(machine, "metadata", "deletionTimestamp"))
        if leaving or (born is not None and now - born < USUAL):
            return True
        if of_machine(estate, machine) is not None:
            return True
    scaling = condition_of(pool, "ScalingUp")
    held = scaling is not None and "blocked" in scaling.message  # told on the pool already
    return held or (made is not None and "Preflight" in made.reason)


ROLLOUT_ANALYZER = Analyzer("rollout", (CODE,), (DEPLOYMENT, MACHINE), _detect)
