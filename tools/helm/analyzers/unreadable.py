"""Records of releases that nobody can read: Helm fails on them whatever it is asked."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.helm.analyzers.about import Cure, about, rollback
from clusterwright.tools.helm.estate import estate_of
from clusterwright.tools.redaction import redact_text
from clusterwright.tools.snapshot import Snapshot

CODE = "release/unreadable"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        for revision in dict.fromkeys((standing.newest, standing.current)):
            error = estate.records.get(revision.record)
            if not isinstance(error, InvalidInputError):
                continue
            why = one_line(redact_text(str(error)).rpartition("can be read: ")[2])
            below = standing.deployed
            cures = [
                Cure(f"Restore {revision.record} from a backup of the cluster"),
                Cure(f"Delete {revision.record}, so that Helm goes on from the revision before it"),
            ]
            if below is not None and below is not revision and below.number in standing.records:
                cures.insert(0, rollback(standing, below, ", whose record can be read"))
            finding = about(
                standing,
                CODE,
                f"The record of revision {revision.number}, {revision.status.value}, cannot be"
                f" read: {why}",
                (FieldEvidence(ref=revision.record, path="$.data.release", value=why),),
                *cures,
                since=revision.modified,
            )
            yield Suspicion(finding)


UNREADABLE = Analyzer("unreadable", (CODE,), ("Secret", "ConfigMap"), _detect)
