"""What hangs on a workload: the objects it makes, and those that route to or scale it."""

from collections.abc import Callable
from typing import cast

from clusterwright.tools.kubernetes.label_selector import selector_text
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.pod import routed, used_by
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
)
from clusterwright.tools.ref import Ref, owner_of

MAKES = "makes"


async def around_workload(lookup: Lookup, workload: Manifest) -> list[Related]:
    """Return the pods of a workload, what their template uses, its Services and autoscalers."""
    namespace, template = namespace_of(workload), mapping(workload, "spec", "template")
    pod: Manifest = {"metadata": {"namespace": namespace}, "spec": mapping(template, "spec")}
    return [
        *lookup.tell(MAKES, await _replica_sets(lookup, workload)),
        *lookup.tell(MAKES, await _pods(lookup, workload)),
        *await lookup.named("uses", (one for one in used_by(pod) if not _made_per_pod(one))),
        *await routed(lookup, namespace, labels_of(template)),
        *await _autoscalers(lookup, workload),
    ]


async def around_cron_job(lookup: Lookup, cron_job: Manifest) -> list[Related]:
    """Return the Jobs that a CronJob has made and kept."""
    jobs = await lookup.listed("Job", namespace_of(cron_job), keep=_owned_by(cron_job))
    return lookup.tell(MAKES, jobs)


async def _replica_sets(lookup: Lookup, workload: Manifest) -> list[Manifest]:
    """Return the ReplicaSets of a Deployment that want pods, or still have some."""
    if Ref.of(workload).kind != "Deployment":
        return []
    owned = _owned_by(workload)

    def alive(one: Manifest) -> bool:
        wanted, there = number(one, "spec", "replicas"), number(one, "status", "replicas")
        return owned(one) and bool(wanted or there)

    return await lookup.listed("ReplicaSet", namespace_of(workload), keep=alive)


async def _pods(lookup: Lookup, workload: Manifest) -> list[Manifest]:
    selector = selector_text(mapping(workload, "spec", "selector"))
    if not selector:
        return []
    owned, through = _owned_by(workload), Ref.of(workload).kind == "Deployment"
    return await lookup.listed(
        "Pod",
        namespace_of(workload),
        # A Deployment's pods are owned by its ReplicaSets, named after it with a hash.
        keep=(lambda pod: _made_by(pod, f"{name_of(workload)}-")) if through else owned,
        label_selector=selector,
    )


async def _autoscalers(lookup: Lookup, workload: Manifest) -> list[Related]:
    ref = Ref.of(workload)

    def scales(one: Manifest) -> bool:
        target = mapping(one, "spec", "scaleTargetRef")
        return (text(target, "kind"), text(target, "name")) == (ref.kind, ref.name)

    if ref.kind not in {"Deployment", "StatefulSet", "ReplicaSet"}:
        return []
    found = await lookup.listed("HorizontalPodAutoscaler", ref.namespace, keep=scales)
    return lookup.tell("scaled by", found)


def _owned_by(owner: Manifest) -> Callable[[Manifest], bool]:
    uid: Json = dig(owner, "metadata", "uid")

    def owned(one: Manifest) -> bool:
        found = items(one, "metadata", "ownerReferences")
        return any(dig(cast("Json", by), "uid") == uid for by in found)

    return owned


def _made_by(pod: Manifest, prefix: str) -> bool:
    owner = owner_of(pod)
    return owner is not None and owner.kind == "ReplicaSet" and owner.name.startswith(prefix)


def _made_per_pod(ref: Ref) -> bool:
    """Return whether this is the claim of an ephemeral volume, named after a pod there is not."""
    return ref.kind == "PersistentVolumeClaim" and ref.name.startswith("-")
