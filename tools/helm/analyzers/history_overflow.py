"""Releases of which far more revisions are kept than Helm keeps by itself."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Severity, ask
from clusterwright.tools.helm.analyzers.about import Cure, about, change, of_record
from clusterwright.tools.helm.estate import estate_of
from clusterwright.tools.helm.record import USUALLY_KEPT
from clusterwright.tools.snapshot import Snapshot

CODE = "release/history-overflow"
_MANY = 20
"""From as many on it is worth telling; Helm's library keeps all unless it is told otherwise."""
_GONE = "nothing, if nobody will roll back to the oldest revisions, which are then deleted"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for standing in estate_of(snapshot).standings:
        kept = len(standing.revisions)
        if kept < _MANY:
            continue
        oldest, newest = standing.revisions[-1], standing.newest
        span = f"{oldest.number} to {newest.number}"
        finding = about(
            standing,
            CODE,
            f"{kept} revisions of it are kept, each a Secret of its own, where Helm keeps"
            f" {USUALLY_KEPT}: whoever upgrades it sets no limit",
            (of_record(standing, "$.version", f"{kept} records, of revisions {span}"),),
            Cure(
                "Upgrade it, which removes all but the newest; give whoever upgrades it otherwise a"
                f" limit of {USUALLY_KEPT} (--history-max, maxHistory, max_history)",
                change(standing, "upgrade", values={ask(_GONE): {}}),
            ),
            severity=Severity.INFO,
            since=oldest.modified,
        )
        yield Suspicion(finding)


HISTORY_OVERFLOW = Analyzer("history-overflow", (CODE,), ("Secret", "ConfigMap"), _detect)
