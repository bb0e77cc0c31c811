"""MachineHealthChecks that replace nothing any more, because too much is unhealthy at once."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import HEALTH_CHECK
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import number
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pool/remediation-blocked"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(HEALTH_CHECK):
        found = condition_of(one, "RemediationAllowed")
        if found is None or found.status != "False" or found.reason != "TooManyUnhealthy":
            continue
        healthy, expected = (
            number(one, "status", field) for field in ("currentHealthy", "expectedMachines")
        )
        ref = Ref.of(one)
        counted = FieldEvidence(
            ref=ref, path="$.status.currentHealthy", value=f"{healthy} of {expected}"
        )
        finding = Finding(
            code=CODE,
            severity=Severity.WARNING,
            subject=ref,
            title=titled("Unhealthy machines are not replaced", found.message),
            evidence=(*proof(one, found), counted),
            since=found.since,
            fixes=("Find what ails the machines together; then raise triggerIf, if at all.",),
        )
        yield Suspicion(finding)


HEALTH_CHECK_ANALYZER = Analyzer("health check", (CODE,), (HEALTH_CHECK,), _detect)
