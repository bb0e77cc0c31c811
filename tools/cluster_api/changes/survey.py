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
from clusterwright.tools.cluster_api.changes.create import Create
from clusterwright.tools.cluster_api.changes.credential import (
    Credential,
    credentials,
    missing,
    there,
)
from clusterwright.tools.cluster_api.estate import (
    CLASS,
    DEPLOYMENT,
    MACHINE,
    POOL,
    PROVIDER_GROUPS,
    SET,
)
from clusterwright.tools.cluster_api.read import served_of
from clusterwright.tools.errors import ForbiddenError, NotFoundError, RefusedError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.side_by_side import side_by_side
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, mapping
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_SECONDS = 15.0
"""For one workload cluster; an API server that is gone must not hold up a plan."""
_ROUNDS = 2
"""A credential, and the Secret that it names."""
_LONGEST = 300
_MACHINES = (MACHINE, DEPLOYMENT, SET, POOL)
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
    if any(one.runs for one in own):
        await _require_machines(connection, scene)
    parts = [scene.around]
    found: dict[Ref, Elsewhere] = {}

    async def look(kinds: Sequence[str], namespace: str | None) -> None:
        parts.append(await read_snapshot(connection, kinds, namespace))

    async def running(ref: Ref) -> None:
        found[ref] = await _running(clusters, connection, ref)

    served = [one for group in PROVIDER_GROUPS for one in await connection.served(group)]
    provided = tuple(one.kind_key for one in served)
    classes = {made_of.namespace for one in own if (made_of := one.made_of(scene))}
    creates = [one for one in own if isinstance(one, Create)]
    jobs = [
        partial(look, (*provided, CLASS), namespace)
        for namespace in sorted({one.ref.namespace for one in own} | classes)
    ]
    jobs += [partial(look, (CLASS,), None)] if creates else []
    felt = {ref for one in own for ref in one.felt_on(scene)}
    await side_by_side([*jobs, *(partial(running, ref) for ref in felt)])
    scene = replace(scene, around=joined(parts), elsewhere=found)
    for _ in range(_ROUNDS if creates else 0):
        scene = replace(scene, around=await _with_credentials(connection, scene, creates))
    live = await _live(connection, scene, (ref for one in own for ref in one.further(scene)))
    return replace(scene, live={**scene.live, **live})


async def _require_machines(connection: "Connection", scene: Scene) -> None:
    """Raise RefusedError where Machines or their pools could not be read: there may be any."""
    served = await served_of(connection, _MACHINES)
    missed = [one for one in served if not scene.around.was_read(one)]
    if missed:
        raise RefusedError(
            f"{', '.join(missed)} of {scene.cluster!r} could not be read, so that nobody knows"
            " which machines the change is felt on",
            hint="ask for `list` on them in the namespace of the Cluster",
        )


async def _with_credentials(
    connection: "Connection", scene: Scene, creates: Sequence[Create]
) -> Snapshot:
    """Return what is known, and whether each credential that a cluster would be made with is there.

    Of a Secret nothing is kept but its name.
    """
    around = scene.around
    objects: dict[str, Sequence[Manifest]] = {}

    async def read(one: Credential) -> None:
        kind = one.ref.kind_key
        try:
            resource = await connection.resource(kind)
            where = one.ref.namespace if resource.namespaced else None
            found = await connection.get(resource, one.ref.name, where)
        except NotFoundError:
            objects[missing(one.ref)] = ()
        except ForbiddenError:
            return  # who may not look makes the cluster without the look
        else:
            kept = {key: found[key] for key in ("apiVersion", "kind")}
            if one.ref.kind != "Secret":
                kept["spec"] = mapping(found, "spec")
            kept["metadata"] = {
                key: mapping(found, "metadata").get(key) for key in ("name", "namespace", "uid")
            }
            objects[kind] = (*objects.get(kind, ()), kept)

    wanted = {
        one.ref: one
        for create in creates
        for one in credentials(around, around.get(create.class_ref) or {}, create.variables)
        if there(around, one.ref) is None
    }
    await side_by_side([partial(read, one) for one in wanted.values()])
    return joined([around, replace(around, objects=objects)])


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
    """Read which workload cluster it is and what runs there, or say why that cannot be read."""
    identity = ""
    try:
        with anyio.fail_after(_SECONDS):
            own = await clusters.connect() is connection
            context = "" if own else f"{connection.cluster}/"
            workload = await clusters.connect(f"capi:{context}{ref.namespace}/{ref.name}")
            identity = await workload.identity()
            snapshot = await read_snapshot(workload, _RUNNING)
            if gaps := snapshot.coverage.gaps:  # what could not be read is not what is not there
                missed = "; ".join(f"{one.what}: {one.reason}" for one in gaps)
                return Elsewhere(None, identity, one_line(missed, _LONGEST))
            return Elsewhere(snapshot, identity)
    except ToolError as error:
        return Elsewhere(None, identity, str(error))
    except TimeoutError:
        return Elsewhere(None, identity, f"it did not answer within {_SECONDS:.0f} s")


def joined(parts: Sequence[Snapshot]) -> Snapshot:
    """Return one snapshot of several; an object that was read twice counts once."""
    objects: dict[str, Sequence[Manifest]] = {}
    for part in parts:
        for kind, listed in part.objects.items():
            known = objects.get(kind, ())
            refs = {Ref.of(one) for one in known}
            objects[kind] = (*known, *(one for one in listed if Ref.of(one) not in refs))
    first = parts[0]
    return Snapshot(first.cluster, first.now, objects)
