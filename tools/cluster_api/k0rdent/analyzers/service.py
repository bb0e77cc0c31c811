"""Services that cannot be deployed as they are asked for: their templates, their dependencies."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.analyzers.absence import absent, refine
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    DEPLOYMENT,
    MULTI_CLUSTER_SERVICE,
    SERVICE_TEMPLATE,
)
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.cluster_api.k0rdent.services import (
    dependency_problem,
    named,
    services_of,
    spelled,
)
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, items, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NO_TEMPLATE, DEPENDENCY = "service/template-missing", "service/dependency-invalid"
REFERENCE = "service/reference-invalid"
_INVALID = "is invalid with the error"
"""How k0rdent tells of a template that is not valid, which is told at the template."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(DEPLOYMENT):
        if not text(one, "metadata", "deletionTimestamp"):
            yield from _templates(snapshot, one)
            yield from _dependencies(one)
    for one in snapshot.of_kind(MULTI_CLUSTER_SERVICE):
        if not text(one, "metadata", "deletionTimestamp"):
            yield from _references(one)
            yield from _dependencies(one)


def _templates(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    if not snapshot.was_read(SERVICE_TEMPLATE):
        return
    for service in services_of(one):
        wanted = ref(SERVICE_TEMPLATE, namespace_of(one), text(service, "template"))
        if wanted.name and snapshot.get(wanted) is None:
            about = f"ServiceTemplate {wanted.namespace}/{wanted.name}"
            title = f"{about} of service {spelled(named(service))} does not exist"
            fix = "Name a ServiceTemplate of the ClusterDeployment's namespace; none is deployed."
            yield absent(NO_TEMPLATE, Ref.of(one), wanted, title, fix)


def _references(one: Manifest) -> Iterator[Suspicion]:
    found = condition_of(one, "ServicesReferencesValidation")
    if found is None or found.status != "False":
        return
    lines = [line for line in found.message.splitlines()[1:] if _INVALID not in line]
    if not lines:
        return
    finding = Finding(
        code=REFERENCE,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=titled("A template that its services name cannot be used", lines[0]),
        evidence=proof(one, found),
        since=found.since,
        fixes=("Name a ServiceTemplate of k0rdent's own namespace; nothing is deployed.",),
    )
    yield Suspicion(finding)


def _dependencies(one: Manifest) -> Iterator[Suspicion]:
    services = services_of(one)
    problem = dependency_problem(services)
    if not problem:
        return
    subject = Ref.of(one)
    found = condition_of(one, "ServicesDependencyValidation")
    said = proof(one, found) if found is not None and found.status == "False" else ()
    told = ", ".join(
        f"{spelled(named(service))} -> {spelled(named(on))}"
        for service in services
        for on in items(service, "dependsOn")
    )
    field = FieldEvidence(
        ref=subject, path="$.spec.serviceSpec.services[*].dependsOn", value=told[:600]
    )
    finding = Finding(
        code=DEPENDENCY,
        severity=Severity.WARNING,
        subject=subject,
        title=f"None of its services is deployed or changed: {problem}",
        evidence=(*said, field),
        since=found.since if found is not None and found.status == "False" else None,
        fixes=("Correct dependsOn: each must be a service of the same object, in no circle.",),
    )
    yield Suspicion(finding)


SERVICE = Analyzer(
    "service",
    (NO_TEMPLATE, DEPENDENCY, REFERENCE),
    (DEPLOYMENT, MULTI_CLUSTER_SERVICE, SERVICE_TEMPLATE),
    _detect,
    refine,
)
