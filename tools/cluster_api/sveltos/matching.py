"""Which clusters a profile is for (libsveltos, lib/clusterproxy, GetMatchingClusters)."""

from collections.abc import Iterator

from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.selection import selects
from clusterwright.tools.cluster_api.sveltos.kinds import SVELTOS_CLUSTER
from clusterwright.tools.manifest import Manifest, items, labels_of, mapping, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def clusters_of(snapshot: Snapshot, namespace: str) -> list[Manifest]:
    """Return the clusters that a profile may be for: of its namespace, or of all."""
    return [
        one
        for kind in (CLUSTER, SVELTOS_CLUSTER)
        for one in snapshot.of_kind(kind)
        if not namespace or namespace_of(one) == namespace
    ]


def matching(snapshot: Snapshot, profile: Manifest) -> Iterator[Ref]:
    """Yield the clusters that a profile names or selects, ready or not."""
    namespace = namespace_of(profile)
    selector = mapping(profile, "spec", "clusterSelector")
    named = {
        (text(one, "kind"), text(one, "namespace") or namespace, text(one, "name"))
        for one in items(profile, "spec", "clusterRefs")
    }
    for one in clusters_of(snapshot, namespace):
        ref = Ref.of(one)
        if (ref.kind, ref.namespace, ref.name) in named or selects(selector, labels_of(one)):
            yield ref
