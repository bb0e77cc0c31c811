"""Read what the checks of an upgrade look at, from the management and the workload cluster."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.cluster_api.estate import class_of
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.read_one import read_one
from clusterwright.tools.cluster_api.upgrade_checks.apis import METRIC
from clusterwright.tools.cluster_api.upgrade_checks.release import release
from clusterwright.tools.cluster_api.upgrade_checks.removals import Removal, removed
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene, Used
from clusterwright.tools.cluster_api.upgrade_checks.template_users import template_users
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Json, Manifest, items, mapping, strings, text
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_KINDS = (
    "Node",
    "Pod",
    "PodDisruptionBudget",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "Service",
)
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LABEL = re.compile(r'(\w{1,40})="([^"\\]{0,200})"')
_SHOWN = 5


async def read_scene(
    clusters: "Clusters", cluster: str | None, namespace: str, name: str, version: str
) -> Scene:
    """Return all that the checks look at; what could not be read says why."""
    goal = Version.asked(version)
    management = await clusters.connect(cluster)
    estate, found = await read_one(management, namespace, name)
    parts = Parts.of(estate, found)
    made_from, templates = await _around(management, parts)
    scene = Scene(parts, version, goal, made_from, templates, await release(management))
    return await _with_workload(clusters, cluster, scene, f"{namespace}/{name}")


async def _around(
    management: "Connection", parts: Parts
) -> tuple[Manifest | None, dict[Ref, Manifest]]:
    """Return the class and the machine templates."""
    made_from = class_of(parts.cluster)
    one = await _get(management, made_from) if made_from else None
    templates: dict[Ref, Manifest] = {}
    for ref in dict.fromkeys(one.template for one in template_users(parts)):
        found = await _get(management, ref)
        if found is not None:
            templates[ref] = found
    return one, templates


async def _get(connection: "Connection", ref: Ref) -> Manifest | None:
    try:
        resource = await connection.resource(ref.kind_key)
        return await connection.get(resource, ref.name, ref.namespace or None)
    except ToolError:
        return None


async def _with_workload(
    clusters: "Clusters", cluster: str | None, scene: Scene, target: str
) -> Scene:
    """Return the scene with what its workload cluster tells, or why that does not."""
    context = f"{cluster}/" if cluster else ""
    try:
        workload = await clusters.connect(f"capi:{context}{target}")
        snapshot = await read_snapshot(workload, _KINDS)
    except ToolError as error:
        return replace(scene, unread=one_line(str(error), 240))
    used: list[Used] = []
    unseen: list[str] = []
    start = scene.current
    gone = removed(start.minor, scene.goal.minor) if start else ()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_asked, workload, scene.goal, used, unseen)
        for one in gone:
            tasks.start_soon(_stored, workload, one, used, unseen)
    return replace(scene, workload=snapshot, used=tuple(used), unseen=tuple(sorted(unseen)))


async def _asked(
    workload: "Connection", goal: Version, used: list[Used], unseen: list[str]
) -> None:
    """Add what clients asked the API server for that the goal does not serve any more."""
    try:
        lines = await workload.metric(METRIC)
    except ToolError as error:
        unseen.append(f"the metric {METRIC} was not read ({error.code})")
        return
    for line in lines:
        told = dict(_LABEL.findall(line))
        gone = Version.of(f"{told.get('removed_release', '')}.0")
        if gone is not None and gone <= goal:
            used.append(_of_metric(told))


def _of_metric(told: dict[str, str]) -> Used:
    return Used(told.get("group", ""), told.get("version", ""), told.get("resource", ""), METRIC)


async def _stored(
    workload: "Connection", one: Removal, used: list[Used], unseen: list[str]
) -> None:
    """Add the kinds of which objects were written in a version that is removed."""
    for kind in one.kinds:
        try:
            resource = await workload.resource(f"{kind}.{one.group}")
            page = await workload.page(resource, managed=True)
        except NotFoundError:
            continue  # not served at all, so that there are none
        except ToolError as error:
            unseen.append(f"{kind} was not read ({error.code})")
            continue
        if page.cursor:
            unseen.append(f"only {len(page.items)} of the objects of kind {kind} were read")
        found = [o for o in page.items if one.api_version in set(written_as(o))]
        if found:
            refs = tuple(Ref.of(o) for o in found[:_SHOWN])
            used.append(Used(one.group, one.version, kind, "stored", refs))


def written_as(manifest: Manifest) -> Iterator[str]:
    """Yield the apiVersions in which an object was applied or written."""
    applied = strings(manifest, "metadata", "annotations").get(_APPLIED, "")
    try:
        parsed: Json = json.loads(applied) if applied else {}
    except (ValueError, RecursionError):
        parsed = {}
    yield text(parsed, "apiVersion")
    for one in items(mapping(manifest, "metadata"), "managedFields"):
        yield text(one, "apiVersion")
