"""Controllers: an object that another one made is as its owner says, and again so if changed."""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.manifest import Manifest, items
from clusterwright.tools.ref import Ref, owner_of


def controller(asked: Question) -> Iterator[Claim]:
    """Yield the topmost controller of an object whose wanted state would be written."""
    if not asked.desired or not _controlled(asked.manifest):
        return
    owner = asked.around.workload(asked.manifest)
    nearest = owner_of(asked.manifest)
    if nearest is None:
        return
    top = owner if owner != Ref.of(asked.manifest) else nearest
    yield Claim(
        owner=str(top),
        shown_by="metadata.ownerReferences",
        where=str(top),
        server="cluster_api" if top.group.endswith("cluster.x-k8s.io") else "kubernetes",
        ref=top,
    )


def _controlled(manifest: Manifest) -> bool:
    owners = items(manifest, "metadata", "ownerReferences")
    return any(one.get("controller") is True for one in owners)
