"""CRDs that are older than the chart of their release has them: Helm never upgrades them."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import AbsenceEvidence, Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.helm.analyzers.about import Cure, about, change, of_record
from clusterwright.tools.helm.chart_crds import Definition, behind, crds_of, definition_of
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

CODE = "release/crd-skew"
_MOST = 4


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        record = standing.current_record
        if record is None or standing.deployed is None:
            continue
        found = [(one, why) for one in crds_of(record) if (why := _skew(estate, one))]
        if found:
            yield _suspicion(estate, standing, found)


def _skew(estate: Estate, wanted: Definition) -> str:
    """Return how a live CRD is behind the chart's; empty where it is not, or was not read."""
    live = estate.get(wanted.ref)
    if live is None:
        return "does not exist" if wanted.ref in estate.absent else ""
    found = definition_of(live)
    return behind(found, wanted) if found else ""


def _suspicion(
    estate: Estate, standing: Standing, found: list[tuple[Definition, str]]
) -> Suspicion:
    first, why = found[0]
    number = standing.current.number
    chart = standing.current_record
    named = f"{word(chart.chart_name)} {word(chart.chart_version)}" if chart else "its chart"
    others = f", and {len(found) - 1} more CRDs are behind" if len(found) > 1 else ""
    evidence: list[Evidence] = []
    for one, said in found[:_MOST]:
        live = estate.get(one.ref)
        have = ", ".join(definition.served) if live and (definition := definition_of(live)) else ""
        evidence.append(
            FieldEvidence(ref=one.ref, path="$.spec.versions[*].name", value=f"{have} ({said})")
            if live
            else AbsenceEvidence(ref=one.ref)
        )
    evidence.append(of_record(standing, "$.chart.metadata.version", named))
    finding = about(
        standing,
        CODE,
        f"CustomResourceDefinition {first.ref.name} {why}, which the chart {named} of revision"
        f" {number} has: Helm never upgrades CRDs{others}",
        tuple(evidence),
        Cure("Upgrade the CRDs to those of the chart", change(standing, "upgrade_crds")),
        severity=Severity.WARNING,
        since=standing.current.modified,
        members=tuple(one.ref for one, _ in found),
    )
    gone = [one.ref for one, _ in found if one.ref in estate.absent]
    return Suspicion(finding, tuple(ReadRequest(one) for one in gone))


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop a finding that rests on the absence of what is there by now."""
    back = [
        one
        for one in suspicion.requests
        if isinstance(one, ReadRequest) and fulfilled.objects.get(one) is not None
    ]
    return None if back and len(back) == len(suspicion.finding.members) else suspicion.finding


CRD_SKEW = Analyzer("crd-skew", (CODE,), ("Secret", "CustomResourceDefinition"), _detect, _refine)
