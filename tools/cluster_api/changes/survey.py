"""What changes of clusters have to know beside the Clusters: providers' objects, and what runs.

It only reads. What could not be read of a workload cluster is kept as the reason, so that a plan
can say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange
from clusterwright.tools.cluster_api.estate import PROVIDER_GROUPS
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.side_by_side import side_by_side
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_SECONDS = 15.0
"""For one workload cluster; an API server that is gone must not hold up a plan."""
_RUNNING = (
    "Node",
    "Pod",
    "PodDisruptionBudget",
    "ReplicaSet",
    "Service",
    "PersistentVolumeClaim",
    "PersistentVolume",
)


async def survey(
    clusters: "Clusters", connection: "Connection", changes: Sequence[Change], scene: Scene
) -> Scene:
    """Return a scene with the providers' objects, and with what runs on the workload clusters."""
    own = [one for one in changes if isinstance(one, ClusterChange)]
    if not own:
        return scene
    parts = [scene.around]
    served = [one for group in PROVIDER_GROUPS for one in await connection.served(group)]
    kinds = tuple(one.kind_key for one in served)
    found: dict[Ref, Elsewhere] = {}

    async def provided(namespace: str) -> None:
        parts.append(await read_snapshot(connection, kinds, namespace))

    async def running(ref: Ref) -> None:
        found[ref] = await _running(clusters, connection, ref)

    felt = {one.ref for one in own if one.runs and one.ref in scene.live}
    await side_by_side(
        [
            *(partial(provided, namespace) for namespace in {one.ref.namespace for one in own}),
            *(partial(running, ref) for ref in felt),
        ]
    )
    scene = replace(scene, around=joined(parts), elsewhere=found)
    live = await _live(connection, scene, (ref for one in own for ref in one.further(scene)))
    return replace(scene, live={**scene.live, **live})


async def _live(
    connection: "Connection", scene: Scene, wanted: Iterable[Ref]
) -> Mapping[Ref, Manifest]:
    """Read objects that the changes write as well, with their managedFields."""
    live: dict[Ref, Manifest] = {}

    async def read(ref: Ref) -> None:
        found = await connection.live(ref)
        if found is not None:
            live[ref] = found

    refs = [ref for ref in dict.fromkeys(wanted) if ref not in scene.live]
    await side_by_side([partial(read, ref) for ref in refs])
    return live


async def _running(clusters: "Clusters", connection: "Connection", ref: Ref) -> Elsewhere:
    """Read what runs on a workload cluster, or say why it cannot be."""
    try:
        with anyio.fail_after(_SECONDS):
            own = await clusters.connect() is connection
            context = "" if own else f"{connection.cluster}/"
            name = f"capi:{context}{ref.namespace}/{ref.name}"
            workload = await clusters.connect(name)
            snapshot = await read_snapshot(workload, _RUNNING)
            return Elsewhere(snapshot, await workload.identity())
    except ToolError as error:
        return Elsewhere(None, why_not=str(error))
    except TimeoutError:
        return Elsewhere(None, why_not=f"it did not answer within {_SECONDS:.0f} s")


def joined(parts: Sequence[Snapshot]) -> Snapshot:
    """Return one snapshot of several, the first of equal kinds counts."""
    objects: dict[str, Sequence[Manifest]] = {}
    for part in parts:
        for kind, listed in part.objects.items():
            known = objects.get(kind, ())
            refs = {Ref.of(one) for one in known}
            objects[kind] = (*known, *(one for one in listed if Ref.of(one) not in refs))
    first = parts[0]
    return Snapshot(first.cluster, first.now, objects)
