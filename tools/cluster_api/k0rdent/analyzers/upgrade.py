"""Upgrades that are asked for and do not happen, or would happen by a new installation."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import conditions_of
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    DEPLOYMENT,
    SERVICE_CHAIN,
    SERVICE_SET,
)
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.cluster_api.k0rdent.services import (
    named,
    services_of,
    spelled,
    steps_of,
)
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOT_OFFERED, RENAMED = "service/upgrade-not-offered", "clusterdeployment/chart-renamed"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(DEPLOYMENT):
        if text(one, "metadata", "deletionTimestamp"):
            continue
        yield from _renamed(one)
        if snapshot.was_read(SERVICE_CHAIN):
            yield from _services(snapshot, one)


def _renamed(one: Manifest) -> Iterator[Suspicion]:
    for found in conditions_of(one):
        if found.type == "HelmChartNameChanged" and found.status == "True":
            finding = Finding(
                code=RENAMED,
                severity=Severity.WARNING,
                subject=Ref.of(one),
                title=titled("The upgrade would take the cluster down first", found.message),
                evidence=proof(one, found),
                since=found.since,
                fixes=("Go back to the template before, and upgrade to one of the same chart.",),
            )
            yield Suspicion(finding)


def _services(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    own = snapshot.get(ref(SERVICE_SET, namespace_of(one), name_of(one))) or {}
    there = {named(service): service for service in items(own, "spec", "services")}
    for service in services_of(one):
        before = text(there.get(named(service), {}), "template")
        after, chain = text(service, "template"), text(service, "templateChain")
        if not before or before == after or not chain:
            continue
        offered = steps_of(snapshot, namespace_of(one), service, before)
        if after in _reachable(snapshot, namespace_of(one), service, before):
            continue
        yield Suspicion(
            _not_offered(one, Ref.of(own), service, (before, few([word(one) for one in offered])))
        )


def _reachable(
    snapshot: Snapshot, namespace: str, service: Manifest, before: str
) -> frozenset[str]:
    """Return every template that a chain leads to, step by step."""
    found: set[str] = set()
    todo = [before]
    while todo:
        for step in steps_of(snapshot, namespace, service, todo.pop()):
            if step not in found:
                found.add(step)
                todo.append(step)
    return frozenset(found)


def _not_offered(one: Manifest, own: Ref, service: Manifest, told: tuple[str, str]) -> Finding:
    subject, name = Ref.of(one), word(spelled(named(service)))
    before, offered = told
    after, chain = text(service, "template"), text(service, "templateChain")
    path = f"[?(@.name=='{named(service)[1]}')].template"
    return Finding(
        code=NOT_OFFERED,
        severity=Severity.WARNING,
        subject=subject,
        title=f"Service {name} stays at {word(before)}: chain {word(chain)} does not lead from it"
        f" to {word(after)}",
        evidence=(
            FieldEvidence(ref=subject, path=f"$.spec.serviceSpec.services{path}", value=after),
            FieldEvidence(ref=own, path=f"$.spec.services{path}", value=before),
        ),
        relations=(Relation(source=subject, edge=Edge.USES, target=own),),
        fixes=(f"From {word(before)} the chain offers {offered or 'nothing'}.",),
    )


UPGRADE = Analyzer(
    "upgrade", (NOT_OFFERED, RENAMED), (DEPLOYMENT, SERVICE_SET, SERVICE_CHAIN), _detect
)
