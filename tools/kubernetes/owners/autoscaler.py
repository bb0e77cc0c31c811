"""Autoscalers: the number of replicas belongs to whoever scales them."""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.manifest import mapping, name_of, namespace_of, text
from clusterwright.tools.ref import Ref, group_of, owner_of

_REPLICAS = ("spec", "replicas")


def autoscaler(asked: Question) -> Iterator[Claim]:
    """Yield the HorizontalPodAutoscaler that sets the replicas which are written."""
    if asked.paths is None or _REPLICAS not in [tuple(one[:2]) for one in asked.paths]:
        return
    manifest = asked.manifest
    for one in asked.around.in_namespace("HorizontalPodAutoscaler", namespace_of(manifest)):
        target = mapping(one, "spec", "scaleTargetRef")
        named = (text(target, "kind"), text(target, "name"), group_of(text(target, "apiVersion")))
        own = (text(manifest, "kind"), name_of(manifest), group_of(text(manifest, "apiVersion")))
        if named != own:
            continue
        ref = Ref.of(one)
        owner = owner_of(one)
        keda = owner is not None and owner.kind == "ScaledObject"
        shown = owner if keda and owner is not None else ref
        fields = (
            "minReplicaCount and maxReplicaCount"
            if keda
            else "spec.minReplicas and spec.maxReplicas"
        )
        yield Claim(
            owner=str(shown),
            shown_by=f"spec.scaleTargetRef of {ref}",
            where=f"{fields} of {shown}",
            server="kubernetes",
            ref=shown,
        )
