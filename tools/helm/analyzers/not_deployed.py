"""Releases of which no revision counts as deployed, though none failed and none is under way."""

from collections.abc import Iterable
from datetime import datetime

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    rollback,
    said_by_helm,
    status_of,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.patience import OPERATION
from clusterwright.tools.helm.record import Status
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import instant
from clusterwright.tools.snapshot import Snapshot

CODE = "release/not-deployed"
_NONE = frozenset({Status.SUPERSEDED, Status.UNKNOWN})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        newest = standing.newest
        if newest.status is Status.UNINSTALLING:
            begun = _began_to_leave(standing)
            if begun is not None and estate.now - begun > OPERATION:
                yield Suspicion(_leaving(estate, standing, begun))
        elif newest.status in _NONE and standing.deployed is None:
            yield Suspicion(_none(standing))


def _began_to_leave(standing: Standing) -> datetime | None:
    told = instant(standing.record.raw, "info", "deleted") if standing.record else None
    return told or standing.newest.modified


def _leaving(estate: Estate, standing: Standing, begun: datetime) -> Finding:
    since = f" {span(estate.now - begun)} ago"
    said = said_by_helm(standing)
    return about(
        standing,
        CODE,
        f"Its uninstallation began{since} and did not end; part of it may be gone",
        (
            status_of(standing.newest),
            *([of_record(standing, "$.info.description", said)] if said else []),
        ),
        Cure("Uninstall it again", change(standing, "uninstall")),
    )


def _none(standing: Standing) -> Finding:
    newest = standing.newest
    sentence = (
        f"None of its {len(standing.revisions)} revisions is deployed: the newest, {newest.number},"
        f" is {newest.status.value}, so that Helm does not know what runs"
    )
    return about(
        standing,
        CODE,
        sentence,
        (status_of(newest),),
        rollback(standing, newest, ", which makes it the deployed one again"),
    )


NOT_DEPLOYED = Analyzer("not-deployed", (CODE,), ("Secret", "ConfigMap"), _detect)
