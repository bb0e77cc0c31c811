"""The management cluster itself: components that are not healthy, contracts that do not match."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.kinds import MANAGEMENT, PROVIDER_TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, mapping, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

COMPONENT, CONTRACTS = "management/component-failed", "management/contracts-incompatible"
RELEASE = "management/release-missing"
_RELEASES = frozenset({"ReleaseIsNotFound", "ReleaseIsNotReady"})
_FIXES = {
    CONTRACTS: "Use templates of providers whose contracts the core of Cluster API supports.",
    RELEASE: "Name a Release that exists and is ready in spec.release.",
}


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(MANAGEMENT):
        found = condition_of(one, "Ready")
        code = ""
        if found is not None and found.status == "False":
            code = CONTRACTS if found.reason == "HasIncompatibleContracts" else code
            code = RELEASE if found.reason in _RELEASES else code
        if found is not None and code:
            finding = Finding(
                code=code,
                severity=Severity.CRITICAL,
                subject=Ref.of(one),
                title=titled("k0rdent installs and upgrades no component", found.message),
                evidence=proof(one, found),
                since=found.since,
                fixes=(_FIXES[code],),
            )
            yield Suspicion(finding)
        yield from _components(snapshot, one)


def _components(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    subject = Ref.of(one)
    for name, part in sorted(mapping(one, "status", "components").items()):
        error = text(part, "error")
        if truth(part, "success") or not error:
            continue  # without an error it is still being installed
        template = snapshot.get(ref(PROVIDER_TEMPLATE, "", text(part, "template")))
        if template is not None and not truth(template, "status", "valid"):
            continue  # told at the template
        path = f"$.status.components['{name}'].error"
        finding = Finding(
            code=COMPONENT,
            severity=Severity.CRITICAL,
            subject=subject,
            title=titled(f"Component {one_line(name, 60)} is not healthy", error),
            evidence=(FieldEvidence(ref=subject, path=path, value=one_line(error, 600)),),
            fixes=("See the HelmRelease of the component, in k0rdent's own namespace.",),
        )
        yield Suspicion(finding)


MANAGEMENT_ANALYZER = Analyzer(
    "management", (COMPONENT, CONTRACTS, RELEASE), (MANAGEMENT, PROVIDER_TEMPLATE), _detect
)
