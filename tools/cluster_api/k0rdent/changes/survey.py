"""What changes of k0rdent and Sveltos have to know beside their targets; it only reads."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange
from clusterwright.tools.cluster_api.changes.survey import joined
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    AROUND,
    DeploymentChange,
)
from clusterwright.tools.cluster_api.k0rdent.changes.service import ServiceChange
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT
from clusterwright.tools.cluster_api.k0rdent.made import deployment_name
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.read import served_of
from clusterwright.tools.cluster_api.sveltos.changes.change_profile import ChangeProfile
from clusterwright.tools.errors import ForbiddenError, NotFoundError
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


async def survey_k0rdent(
    connection: "Connection", changes: Sequence[Change], scene: Scene
) -> Scene:
    """Return a scene with templates' schemas, what many clusters share, and who owns a Cluster."""
    parts = [scene.around]
    everywhere: dict[str, None] = {}
    wanted: dict[Ref, None] = {}
    for one in changes:
        if isinstance(one, ServiceChange) and not one.ref.namespace:
            everywhere |= dict.fromkeys(AROUND)
        elif isinstance(one, ChangeProfile):
            everywhere |= dict.fromkeys(one.needs)
            wanted |= dict.fromkeys(one.references)
        elif isinstance(one, DeploymentChange):
            wanted |= dict.fromkeys(_schema(one, scene))
        elif isinstance(one, ClusterChange):
            wanted |= dict.fromkeys(await _owner(connection, one, scene))
    if everywhere:
        kinds = [one for one in everywhere if one in await _known(connection, everywhere)]
        parts.append(await read_snapshot(connection, kinds))
    objects: dict[str, list[Manifest]] = {}
    for ref in wanted:
        found = await _read(connection, ref)
        if found is not None:
            key = ref.kind_key
            objects.setdefault(key, []).append(found)
    parts.append(Snapshot(connection.cluster, connection.now, objects))
    return replace(scene, around=joined(parts))


async def _known(connection: "Connection", kinds: dict[str, None]) -> tuple[str, ...]:
    served = await served_of(connection, tuple(kinds))
    return (*served, *(one for one in kinds if one.endswith(".cluster.x-k8s.io")))


def _schema(one: DeploymentChange, scene: Scene) -> tuple[Ref, ...]:
    """Return the ConfigMap with the schema of the template that a change is judged by."""
    ref = one.schema_of(scene)
    template = scene.around.get(ref) if ref else None
    name = text(template, "status", "schemaConfigMapName")
    return (Ref("ConfigMap", name, namespace_of(template or {})),) if name else ()


async def _owner(connection: "Connection", one: ClusterChange, scene: Scene) -> tuple[Ref, ...]:
    """Return the ClusterDeployment that a Cluster may be of, where k0rdent is there at all."""
    cluster = scene.live.get(one.ref)
    name = deployment_name(cluster) if cluster else ""
    if not name or not await served_of(connection, (DEPLOYMENT,)):
        return ()
    return (named(DEPLOYMENT, one.ref.namespace, name),)


async def _read(connection: "Connection", ref: Ref) -> Manifest | None:
    """Read one object; of a Secret nothing is kept but its name."""
    try:
        resource = await connection.resource(ref.kind_key)
        found = await connection.get(resource, ref.name, ref.namespace or None)
    except (NotFoundError, ForbiddenError):
        return None
    kept = ("apiVersion", "kind", "metadata")
    return {key: found.get(key) for key in kept} if ref.kind == "Secret" else found
