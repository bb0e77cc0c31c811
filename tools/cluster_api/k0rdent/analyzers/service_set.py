"""ServiceSets of which no profile comes, or whose services fail where no summary tells why."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.kinds import SERVICE_SET, SERVICE_TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.cluster_api.k0rdent.services import named, spelled
from clusterwright.tools.cluster_api.sveltos.kinds import SUMMARY, profile_of
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, instant, items, namespace_of, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NO_PROFILE, FAILED = "service/profile-failed", "service/failed"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    explained = {profile_of(one) for one in snapshot.of_kind(SUMMARY)}
    for one in snapshot.of_kind(SERVICE_SET):
        if text(one, "metadata", "deletionTimestamp"):
            continue
        own = Ref.of(one)
        yield from _profile(snapshot, one)
        if Ref("Profile", own.name, own.namespace, "config.projectsveltos.io") not in explained:
            yield from _failed(one)


def _profile(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    found = condition_of(one, "ServiceSetProfile")
    built = found is None or found.status != "False" or not found.reason.endswith("BuildFailed")
    if found is None or built or any(_invalid(snapshot, one)):
        return
    finding = Finding(
        code=NO_PROFILE,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=titled("No profile can be made of its services", found.message),
        evidence=proof(one, found),
        since=found.since,
        fixes=("See the object that the message names.",),
    )
    yield Suspicion(finding)


def _invalid(snapshot: Snapshot, one: Manifest) -> Iterator[bool]:
    """Yield for each service whether its template is not valid, which is told there."""
    for service in items(one, "spec", "services"):
        wanted = ref(SERVICE_TEMPLATE, namespace_of(one), text(service, "template"))
        template = snapshot.get(wanted)
        yield template is not None and not truth(template, "status", "valid")


def _failed(one: Manifest) -> Iterator[Suspicion]:
    subject = Ref.of(one)
    for state in items(one, "status", "services"):
        message = text(state, "failureMessage")
        if text(state, "state") != "Failed" or not message:
            continue
        name = spelled(named(state))
        path = f"$.status.services[?(@.name=='{named(state)[1]}')].failureMessage"
        finding = Finding(
            code=FAILED,
            severity=Severity.WARNING,
            subject=subject,
            title=titled(f"Service {name} fails", message),
            evidence=(FieldEvidence(ref=subject, path=path, value=one_line(message, 600)),),
            since=instant(state, "lastStateTransitionTime"),
            fixes=("Correct what the message names: values, chart, or the cluster.",),
        )
        yield Suspicion(finding)


SERVICE_SET_ANALYZER = Analyzer(
    "service set", (NO_PROFILE, FAILED), (SERVICE_SET, SERVICE_TEMPLATE, SUMMARY), _detect
)
