"""Releases whose stored manifest names an API version that the cluster serves no more."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import FieldEvidence, Finding
from clusterwright.tools.helm.analyzers.about import Cure, about, status_of
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.removed_apis import moved_to, removed_in
from clusterwright.tools.manifest import text
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

CODE = "release/api-removed"
_MOST = 4


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        gone = [one for one in standing.objects if _gone(estate, one)]
        if gone:
            yield Suspicion(_finding(estate, standing, gone))


def _gone(estate: Estate, one: Object) -> bool:
    group, version, kind = _named(one)
    served = estate.serves.get(group)
    return served is not None and (version, kind) not in served


def _named(one: Object) -> tuple[str, str, str]:
    group, _, version = text(one.manifest, "apiVersion").rpartition("/")
    return group, version, text(one.manifest, "kind")


def _finding(estate: Estate, standing: Standing, gone: list[Object]) -> Finding:
    pairs = {(text(one.manifest, "apiVersion"), one.ref.kind): one for one in gone}
    api, kind = next(iter(pairs))
    others = f" and other kinds ({len(pairs) - 1})" if len(pairs) > 1 else ""
    number = standing.current.number
    sentence = (
        f"The manifest of revision {number} has {word(one_line(api))} {kind}{others}, which"
        f" {_why(estate, gone[0])}: Helm can neither upgrade nor roll back"
    )
    evidence = tuple(
        FieldEvidence(ref=one.ref, path="$.apiVersion", value=named)
        for (named, _), one in list(pairs.items())[:_MOST]
    )
    return about(
        standing,
        CODE,
        sentence,
        (*evidence, status_of(standing.current)),
        *_cures(estate, standing, gone[0]),
        since=standing.current.modified,
        members=tuple(one.ref for one in gone),
    )


def _why(estate: Estate, one: Object) -> str:
    """Return why an API version is not served, as far as that is known."""
    since, versions = removed_in(*_spelled(one)), _served(estate, one)
    if since and not versions:
        return f"Kubernetes {since} removed"
    only = f"is served as {few(versions, 3)} only"
    return f"{only} since Kubernetes {since}" if since else only if versions else "nothing serves"


def _spelled(one: Object) -> tuple[str, str]:
    return text(one.manifest, "apiVersion"), one.ref.kind


def _served(estate: Estate, one: Object) -> list[str]:
    """Return the versions under which a kind is served, of its group or where it moved to."""
    group, _, kind = _named(one)
    served = estate.serves.get(group) or frozenset()
    moved = moved_to(*_spelled(one))
    return sorted(
        {f"{group}/{version}" for version, own in served if own == kind} or {moved} - {""}
    )


def _cures(estate: Estate, standing: Standing, one: Object) -> Iterator[Cure]:
    versions, record = _served(estate, one), standing.current.record
    by_hand = f"in the stored manifest in {record}, as the plugin mapkubeapis of Helm does"
    if versions:
        to = f"Have it rewritten to {versions[0]} {by_hand}"
        yield Cure(f"{to}, then upgrade to a version of the chart that has that")
    elif removed_in(*_spelled(one)):
        yield Cure(f"Have it taken out {by_hand}: nothing took its place")
    else:
        yield Cure(f"Bring back the CustomResourceDefinition of {one.ref.kind}")


API_REMOVED = Analyzer("api-removed", (CODE,), ("Secret", "ConfigMap"), _detect)
