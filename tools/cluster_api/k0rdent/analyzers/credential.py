"""Credentials whose identity is not there, and the clusters that wait for it."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.kinds import CREDENTIAL, DEPLOYMENT
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.manifest import name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "credential/not-ready"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(CREDENTIAL):
        found = condition_of(one, "CredentialReady")
        leaving = text(one, "metadata", "deletionTimestamp")
        if found is None or found.status != "False" or leaving:
            continue
        users = tuple(
            Ref.of(user)
            for user in snapshot.in_namespace(DEPLOYMENT, namespace_of(one))
            if text(user, "spec", "credential") == name_of(one)
        )
        finding = Finding(
            code=CODE,
            severity=Severity.WARNING if users else Severity.INFO,
            subject=Ref.of(one),
            title=titled("Nothing can be made with it", found.message),
            evidence=proof(one, found),
            since=found.since,
            members=users,
            fixes=("Create the identity that spec.identityRef names, or name the right one.",),
        )
        yield Suspicion(finding)


CREDENTIAL_ANALYZER = Analyzer("credential", (CODE,), (CREDENTIAL,), _detect)
