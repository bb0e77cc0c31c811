"""Templates in use that require providers or contracts which the management cluster has not."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    CREDENTIAL,
    DEPLOYMENT,
    MANAGEMENT,
    TEMPLATE,
)
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.cluster_api.k0rdent.templates import deployments_of, missing_providers
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, namespace_of, strings, text, texts
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_LONGEST = 600
MISSING, CONTRACT = "template/provider-missing", "template/contract-unsupported"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    managements = snapshot.of_kind(MANAGEMENT)
    for template in snapshot.of_kind(TEMPLATE) if managements else ():
        users = [one for one in deployments_of(snapshot, template) if not _remote(snapshot, one)]
        if not users:
            continue
        missing = missing_providers(snapshot, template)
        if missing:
            yield Suspicion(_missing(template, managements[0], missing, users))
        for provider, wanted, has in _contracts(template, managements[0]):
            yield Suspicion(_contract(template, managements[0], (provider, wanted, has), users))


def _remote(snapshot: Snapshot, one: Manifest) -> bool:
    """Return whether a cluster is made in another region, whose providers are its own."""
    credential = ref(CREDENTIAL, namespace_of(one), text(one, "spec", "credential"))
    return bool(text(snapshot.get(credential) or {}, "spec", "region"))


def _missing(
    template: Manifest, management: Manifest, missing: tuple[str, ...], users: list[Manifest]
) -> Finding:
    there = one_line(", ".join(texts(management, "status", "availableProviders")), _LONGEST)
    wanted = one_line(", ".join(texts(template, "status", "providers")), _LONGEST)
    lacking = few([word(one) for one in missing])
    title = f"It requires providers that the management cluster has not: {lacking}"
    fix = "Add the provider to spec.providers of the Management, or use a template without it."
    return _finding(MISSING, template, management, users, title, fix).model_copy(
        update={
            "evidence": (
                FieldEvidence(ref=Ref.of(template), path="$.status.providers", value=wanted),
                FieldEvidence(
                    ref=Ref.of(management), path="$.status.availableProviders", value=there
                ),
            )
        }
    )


def _contracts(template: Manifest, management: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield contracts that a template requires and its provider does not serve, with those it does.

    As internal/util/validation/cluster_template.go compares them.
    """
    for provider, wanted in strings(template, "status", "providerContracts").items():
        served = strings(management, "status", "capiContracts", provider)
        has = [one for value in served.values() for one in value.split("_")]
        if served and wanted not in has:
            yield provider, wanted, few([word(one) for one in has])


def _contract(
    template: Manifest,
    management: Manifest,
    told: tuple[str, str, str],
    users: list[Manifest],
) -> Finding:
    provider, wanted, has = told
    path = f"$.status.capiContracts['{provider}']"
    title = f"It requires contract {wanted} of {provider}, which serves {has or 'none'}"
    fix = "Use the provider's version that the template was made for, or a template for this one."
    field = FieldEvidence(ref=Ref.of(management), path=path, value=has)
    return _finding(CONTRACT, template, management, users, title, fix).model_copy(
        update={"evidence": (field,)}
    )


def _finding(
    code: str, template: Manifest, management: Manifest, users: list[Manifest], title: str, fix: str
) -> Finding:
    subject = Ref.of(template)
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=subject,
        title=title,
        evidence=(FieldEvidence(ref=subject, path="$.status.providers", value=""),),
        members=tuple(Ref.of(one) for one in users),
        relations=(Relation(source=subject, edge=Edge.USES, target=Ref.of(management)),),
        fixes=(fix,),
    )


PROVIDER = Analyzer(
    "provider of a template", (MISSING, CONTRACT), (TEMPLATE, MANAGEMENT, DEPLOYMENT), _detect
)
