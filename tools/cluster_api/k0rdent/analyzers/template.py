"""Templates that are not valid, and chains that lead nowhere."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import titled
from clusterwright.tools.cluster_api.k0rdent.analyzers.absence import absent, refine
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    CHAIN,
    DEPLOYMENT,
    MANAGEMENT,
    MULTI_CLUSTER_SERVICE,
    PROVIDER_TEMPLATE,
    SERVICE_CHAIN,
    SERVICE_TEMPLATE,
    TEMPLATE,
)
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

INVALID, CHAIN_INVALID = "template/invalid", "template/chain-invalid"
_CHAINS = ((CHAIN, TEMPLATE), (SERVICE_CHAIN, SERVICE_TEMPLATE))


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for kind in (TEMPLATE, SERVICE_TEMPLATE, PROVIDER_TEMPLATE):
        for one in snapshot.of_kind(kind):
            error = text(one, "status", "validationError")
            if error and mapping(one, "status").get("valid") is not True:
                yield Suspicion(_invalid(one, error, tuple(_users(snapshot, kind, one))))
    for kind, of_templates in _CHAINS:
        for one in snapshot.of_kind(kind):
            yield from _chain(snapshot, one, of_templates)


def _invalid(one: Manifest, error: str, users: tuple[Ref, ...]) -> Finding:
    subject = Ref.of(one)
    path = "$.status.validationError"
    return Finding(
        code=INVALID,
        severity=Severity.WARNING if users else Severity.INFO,
        subject=subject,
        title=titled("The template is not valid", error),
        evidence=(FieldEvidence(ref=subject, path=path, value=one_line(error, 600)),),
        members=users,
        fixes=(
            "A template cannot be changed: make one with a chart and version that exist,"
            " and name that.",
        ),
    )


def _users(snapshot: Snapshot, kind: str, template: Manifest) -> Iterator[Ref]:
    name, namespace = name_of(template), namespace_of(template)
    if kind == PROVIDER_TEMPLATE:
        for one in snapshot.of_kind(MANAGEMENT):
            components = mapping(one, "status", "components").values()
            if any(text(part, "template") == name for part in components):
                yield Ref.of(one)
        return
    for one in snapshot.in_namespace(DEPLOYMENT, namespace):
        services = items(one, "spec", "serviceSpec", "services")
        own = text(one, "spec", "template") == name and kind == TEMPLATE
        if own or (kind == SERVICE_TEMPLATE and _names(services, name)):
            yield Ref.of(one)
    if kind == SERVICE_TEMPLATE:
        for one in snapshot.of_kind(MULTI_CLUSTER_SERVICE):
            if _names(items(one, "spec", "serviceSpec", "services"), name):
                yield Ref.of(one)


def _names(services: list[Manifest], template: str) -> bool:
    return any(text(one, "template") == template for one in services)


def _chain(snapshot: Snapshot, one: Manifest, of_templates: str) -> Iterator[Suspicion]:
    error = text(one, "status", "validationError")
    subject = Ref.of(one)
    if error:
        path = "$.status.validationError"
        finding = Finding(
            code=CHAIN_INVALID,
            severity=Severity.WARNING,
            subject=subject,
            title=titled("The chain is not valid", error),
            evidence=(FieldEvidence(ref=subject, path=path, value=one_line(error, 600)),),
            fixes=("List each template of availableUpgrades in supportedTemplates too.",),
        )
        yield Suspicion(finding)
        return
    if not snapshot.was_read(of_templates):
        return
    for entry in items(one, "spec", "supportedTemplates"):
        wanted = ref(of_templates, namespace_of(one), text(entry, "name"))
        if wanted.name and snapshot.get(wanted) is None:
            title = f"It leads to {wanted.kind} {wanted.name}, which does not exist"
            fix = f"Create the {wanted.kind}, or make a chain without it."
            yield absent(CHAIN_INVALID, subject, wanted, title, fix)


TEMPLATE_ANALYZER = Analyzer(
    "template",
    (INVALID, CHAIN_INVALID),
    (TEMPLATE, SERVICE_TEMPLATE, PROVIDER_TEMPLATE, CHAIN, SERVICE_CHAIN),
    _detect,
    refine,
)
