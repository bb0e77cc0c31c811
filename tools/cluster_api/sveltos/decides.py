"""Who decides what is on a cluster: a profile, or the object of k0rdent that made the profile."""

from clusterwright.tools.cluster_api.sveltos.kinds import profile_of
from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref, legal, owner_of
from clusterwright.tools.snapshot import Snapshot

_K0RDENT = "k0rdent.mirantis.com/any"


def decider(snapshot: Snapshot, summary: Manifest) -> Ref:
    """Return the profile of a ClusterSummary; for those of a MultiClusterService that one.

    Each cluster has a Profile of its own then, and what is wrong is equal on all.
    """
    profile = profile_of(summary)
    if profile is None:
        return Ref.of(summary)
    name = text(_set(snapshot, profile) or {}, "spec", "multiClusterService")
    service = legal("MultiClusterService", name, "", _K0RDENT) if name else None
    return service or profile


def above(snapshot: Snapshot, summary: Manifest) -> tuple[Relation, ...]:
    """Return the way up from a ClusterSummary: profile, ServiceSet, what asked for its services."""
    found: list[Relation] = []
    below, profile = Ref.of(summary), profile_of(summary)
    while profile is not None and len(found) < _MOST:
        found.append(Relation(source=below, edge=Edge.OWNED_BY, target=profile))
        manifest = snapshot.get(profile)
        below, profile = profile, owner_of(manifest) if manifest is not None else None
    return tuple(found)


_MOST = 4


def _set(snapshot: Snapshot, profile: Ref) -> Manifest | None:
    found = snapshot.get(profile)
    owner = owner_of(found) if found is not None else None
    return snapshot.get(owner) if owner is not None else None
