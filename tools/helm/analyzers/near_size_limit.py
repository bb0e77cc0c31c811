"""Releases whose record nearly fills what fits into a Secret: soon no upgrade can be written."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import FieldEvidence, Severity
from clusterwright.tools.helm.analyzers.about import Cure, about
from clusterwright.tools.helm.estate import estate_of
from clusterwright.tools.helm.record import LIMIT
from clusterwright.tools.snapshot import Snapshot

CODE = "release/near-size-limit"
_NEAR, _VERY_NEAR = 0.8, 0.95


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for standing in estate_of(snapshot).standings:
        record = standing.record
        share = record.size / LIMIT if record else 0.0
        if record is None or share < _NEAR:
            continue
        size = f"{record.size:,} of the {LIMIT:,} bytes"
        finding = about(
            standing,
            CODE,
            f"The record of revision {record.revision} takes {size} that fit into a Secret: when"
            " chart, values or manifest grow, Helm cannot write the next one",
            (FieldEvidence(ref=standing.newest.record, path="$.data.release", value=size),),
            Cure("Leave files out of the chart that no template reads (.helmignore)"),
            Cure("Split the chart, so that dashboards and CRDs have a release of their own"),
            severity=Severity.WARNING if share >= _VERY_NEAR else Severity.INFO,
        )
        yield Suspicion(finding)


NEAR_SIZE_LIMIT = Analyzer("near-size-limit", (CODE,), ("Secret", "ConfigMap"), _detect)
