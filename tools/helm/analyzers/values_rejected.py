"""Values of a release that the schema of its own chart refuses: the next upgrade will fail."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.field_path import Path, put, spell
from clusterwright.tools.finding import Finding, ask
from clusterwright.tools.helm.analyzers.about import Cure, about, change, of_record, status_of
from clusterwright.tools.helm.estate import Standing, estate_of
from clusterwright.tools.helm.values_schema import refused, said
from clusterwright.tools.manifest import Json
from clusterwright.tools.schema import Violation
from clusterwright.tools.snapshot import Snapshot

CODE = "release/values-rejected"
_MOST = 4


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for standing in estate_of(snapshot).standings:
        record = standing.record
        if record is None or not standing.settled:
            continue
        found = refused(record)
        if found:
            yield Suspicion(_finding(standing, found))


def _finding(standing: Standing, found: list[Violation]) -> Finding:
    others = f", and {len(found) - 1} more" if len(found) > 1 else ""
    number = standing.newest.number
    values: Json = {}
    for path, asked in map(_asked, found[:_MOST]):
        values = put(values, path, asked)
    return about(
        standing,
        CODE,
        f"The values of revision {number} break the schema of its chart, so that the next upgrade"
        f" fails: {said(found[0])}{others}",
        (
            *(
                of_record(standing, f"$.config.{spell(one.path)}", said(one))
                for one in found[:_MOST]
            ),
            status_of(standing.newest),
        ),
        Cure("Upgrade with values that it allows", change(standing, "upgrade", values=values)),
    )


def _asked(one: Violation) -> tuple[Path, Json]:
    """Return where a value is asked for, and how; of an item of a list the whole list is."""
    place = next((i for i, key in enumerate(one.path) if isinstance(key, int)), len(one.path))
    path = tuple(one.path[:place])
    return (path, ask(said(one))) if path else ((ask(said(one)),), "")


VALUES_REJECTED = Analyzer("values-rejected", (CODE,), ("Secret", "ConfigMap"), _detect)
