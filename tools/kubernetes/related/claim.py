"""What a volume claim is bound to, the class that makes its volume, and who mounts it."""

from clusterwright.tools.kubernetes.analyzers.pod_volumes import claims_of
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import Manifest, mapping, namespace_of, text
from clusterwright.tools.ref import Ref


async def around_claim(lookup: Lookup, claim: Manifest) -> list[Related]:
    """Return the class and the volume of a claim, and the pods that mount it."""
    ref = Ref.of(claim)
    pods = await lookup.listed("Pod", namespace_of(claim), keep=lambda pod: ref in claims_of(pod))
    named = (("storageClassName", "StorageClass"), ("volumeName", "PersistentVolume"))
    used = [Ref(kind, name) for field, kind in named if (name := text(claim, "spec", field))]
    return [*await lookup.named("uses", used), *lookup.tell("mounted by", pods)]


async def around_volume(lookup: Lookup, volume: Manifest) -> list[Related]:
    """Return the claim that a volume is bound to, and its class."""
    bound = mapping(volume, "spec", "claimRef")
    refs = [Ref("StorageClass", name)] if (name := text(volume, "spec", "storageClassName")) else []
    if text(bound, "name"):
        refs.append(Ref("PersistentVolumeClaim", text(bound, "name"), text(bound, "namespace")))
    return await lookup.named("uses", refs)
