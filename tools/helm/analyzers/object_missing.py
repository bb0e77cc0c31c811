"""Objects of a deployed release that are gone from the cluster."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import AbsenceEvidence, FieldEvidence, Finding, Relation
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    applied_again,
    of_record,
    released,
    spelled,
    status_of,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import dig, strings
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "release/object-missing"
_MOST = 30
"""Objects of one release that are read again: a namespace that is gone takes many along."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        if standing.settled:
            gone = [one for one in standing.objects if _gone(estate, one)]
            if gone:
                yield _suspicion(standing, gone[:_MOST])


def _gone(estate: Estate, one: Object) -> bool:
    """Return whether an object was not listed that should have been, and does not go by itself."""
    kind = one.ref.kind_key
    passing = dig(one.manifest, "spec", "ttlSecondsAfterFinished") is not None
    return estate.was_read(kind) and estate.get(one.ref) is None and not passing


def _suspicion(standing: Standing, gone: list[Object]) -> Suspicion:
    refs = tuple(one.ref for one in gone)
    again = applied_again(standing)
    finding = about(
        standing,
        CODE,
        _sentence(refs, standing.newest.number),
        (of_record(standing, "$.version", str(standing.newest.number)), status_of(standing.newest)),
        Cure("Apply the same revision again, which makes it again", again),
        members=refs,
        relations=(*released(refs, standing.ref), *_selecting(standing, gone)),
    )
    return Suspicion(finding, tuple(ReadRequest(one) for one in refs))


def _selecting(standing: Standing, gone: list[Object]) -> Iterator[Relation]:
    """Yield the Services of the release that select pods of a workload which is gone."""
    labels = [
        strings(one.manifest, "spec", "template", "metadata", "labels").items() for one in gone
    ]
    for one in standing.objects:
        selector = strings(one.manifest, "spec", "selector").items()
        if one.ref.kind == "Service" and any(selector <= found for found in labels if selector):
            yield from released((one.ref,), standing.ref)


def _sentence(gone: tuple[Ref, ...], revision: int) -> str:
    if len(gone) == 1:
        return f"{spelled(gone[0])}, which revision {revision} made, does not exist any more"
    named = few([spelled(one) for one in gone], 3)
    return f"{len(gone)} objects that revision {revision} made do not exist any more, as {named}"


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Tell of what is absent when it is read again; what could not be read proves nothing."""
    finding = suspicion.finding
    gone = tuple(
        one.ref
        for one in suspicion.requests
        if isinstance(one, ReadRequest) and fulfilled.objects.get(one, {}) is None
    )
    if not gone:
        return None
    told, kept = finding.evidence[0], finding.evidence
    revision = int(told.value) if isinstance(told, FieldEvidence) else 0
    there = set(finding.members) - set(gone)
    return finding.model_copy(
        update={
            "title": title(_sentence(gone, revision)),
            "members": gone,
            "evidence": (*(AbsenceEvidence(ref=one) for one in gone), *kept),
            "relations": tuple(one for one in finding.relations if one.source not in there),
        }
    )


OBJECT_MISSING = Analyzer("object-missing", (CODE,), ("Secret", "ConfigMap"), _detect, _refine)
