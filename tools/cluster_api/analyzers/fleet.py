"""The same fault in many clusters of one ClusterClass, told once."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Suspicion
from clusterwright.tools.cluster_api.analyzers.told import alike
from clusterwright.tools.cluster_api.estate import class_of
from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref

MANY = 3
"""Clusters with the same fault from which on it is the class that is looked at."""
Suspected = tuple[Manifest, Suspicion]
"""A Cluster, or a Machine of one that was not read, and what is suspected of it."""


def by_class(found: Iterable[Suspected]) -> Iterator[Suspicion]:
    """Yield suspicions; equal ones on many clusters of one class become one on the class."""
    groups: dict[tuple[str, ...], list[Suspected]] = {}
    for cluster, suspicion in found:
        groups.setdefault(_key(cluster, suspicion.finding), []).append((cluster, suspicion))
    for group in groups.values():
        clusters = dict.fromkeys(Ref.of(cluster) for cluster, _ in group)
        of = class_of(group[0][0])
        if of is None or len(clusters) < MANY:
            yield from (suspicion for _, suspicion in group)
        else:
            yield _together(of, tuple(clusters), [one for _, one in group])


def _key(cluster: Manifest, finding: Finding) -> tuple[str, ...]:
    names = (name_of(cluster), "Cluster"), (finding.subject.name, finding.subject.kind)
    title = alike(finding.title, *names)
    return (finding.code, str(class_of(cluster)), finding.subject.kind, title)


def _together(of: Ref, clusters: tuple[Ref, ...], found: list[Suspicion]) -> Suspicion:
    first = found[0].finding
    members = dict.fromkeys(ref for one in found for ref in one.finding.members)
    uses = (Relation(source=one, edge=Edge.USES, target=of) for one in clusters)
    since = min((one.finding.since for one in found if one.finding.since), default=None)
    finding = first.model_copy(
        update={
            "subject": of,
            "title": f"In {len(clusters)} clusters of this class: {first.title}",
            "members": tuple(dict.fromkeys((*clusters, *members))),
            "relations": (*first.relations, *uses),
            "since": since,
        }
    )
    return Suspicion(finding, found[0].requests)
