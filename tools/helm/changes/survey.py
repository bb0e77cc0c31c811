"""What changes of releases have to know: records, what a chart renders to, the live objects.

It only reads: helm renders with --dry-run=server, which stores nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from clusterwright.tools.errors import ForbiddenError, NotFoundError
from clusterwright.tools.helm.changes import before_crds
from clusterwright.tools.helm.changes.charts import chart_for
from clusterwright.tools.helm.changes.install import Install
from clusterwright.tools.helm.changes.outlook import Chart, Outlook
from clusterwright.tools.helm.changes.record_access import check_record
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.helm.changes.rendering import Asked, objects_of, render
from clusterwright.tools.helm.changes.rollback import Rollback
from clusterwright.tools.helm.changes.uninstall import Uninstall
from clusterwright.tools.helm.changes.unlock import Unlock
from clusterwright.tools.helm.changes.upgrade import ChartChange, Upgrade
from clusterwright.tools.helm.chart_crds import CRD
from clusterwright.tools.helm.client.program import Program, find_program
from clusterwright.tools.helm.record import Release, Revision, Status, deployed
from clusterwright.tools.helm.store import kept, record
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.side_by_side import side_by_side
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.client.handover import kubeconfig_file
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection


async def survey(
    clusters: "Clusters", connection: "Connection", changes: Sequence[Change], scene: Scene
) -> Scene:
    """Return a scene with what is known of each release, and with what surrounds its objects."""
    prepared: dict[Ref, object] = {}
    namespaces: dict[str, None] = {}
    kinds: dict[str, None] = {}
    for change in changes:
        if not isinstance(change, ReleaseChange):
            continue
        found = await _outlook(clusters, connection, change)
        prepared[change.ref] = found
        kinds |= dict.fromkeys(change.around)
        own = () if found.homeless else (change.ref.namespace,)
        namespaces |= dict.fromkeys((*own, *(ref.namespace for ref in found.live if ref.namespace)))
    around = await _around(connection, scene.around, tuple(namespaces), tuple(kinds))
    return replace(scene, prepared=prepared, around=around)


async def _outlook(
    clusters: "Clusters", connection: "Connection", change: ReleaseChange
) -> Outlook:
    """Return what is known of a release for one change of it."""
    ref = change.ref
    homeless = await _is_homeless(connection, ref.namespace)
    history: tuple[Revision, ...] = ()
    if not homeless:
        history = await _history(connection, ref)
    found = Outlook(ref, history, homeless=homeless)
    if change.runs and not homeless:
        await check_record(connection, found, deletes=isinstance(change, Uninstall))
    if history:
        runs = deployed(history)
        newest = await record(connection, history[0])
        current = newest if runs is history[0] else await record(connection, runs) if runs else None
        found = replace(found, newest=newest, deployed=current)
    program = await find_program() if change.runs else None
    found = replace(found, helm=program.version if program else "")
    found = await _with_target(clusters, connection, change, found, program)
    return await _with_live(connection, found)


async def _history(connection: "Connection", ref: Ref) -> tuple[Revision, ...]:
    """Return a release's revisions; raise ForbiddenError where it may be among what is not read."""
    read = await kept(connection, ref.namespace, ref.name)
    found = read.revisions.get(ref, ())
    unread = next((one for one in read.gaps if one.what == "Secret"), None)
    if not found and unread is not None:
        raise ForbiddenError(
            f"nobody can tell here whether there is a {ref}: {unread.reason}",
            hint="Helm keeps releases in Secrets: it takes `list` on them",
        )
    return found


async def _is_homeless(connection: "Connection", namespace: str) -> bool:
    """Return whether a release's namespace is not there; who may not look has to believe it is."""
    try:
        return await connection.live(Ref("Namespace", namespace)) is None
    except ForbiddenError:
        return False


async def _with_target(
    clusters: "Clusters",
    connection: "Connection",
    change: ReleaseChange,
    found: Outlook,
    program: Program | None,
) -> Outlook:
    """Return the same with what the change makes of the release, and the objects before it."""
    newest = found.newest
    if isinstance(change, ChartChange):
        return await _with_chart(clusters, connection, change, found, program)
    if newest is None:
        return found
    present, hooks = await objects_of(connection, newest)
    found = replace(found, present=present, hooks=hooks)
    chosen = _chosen(change, found)
    if chosen is None:
        return found
    target = newest if chosen is found.history[0] else await record(connection, chosen)
    wanted, hooks = await objects_of(connection, target)
    return replace(found, target=target, wanted=wanted, hooks=hooks)


def _chosen(change: ReleaseChange, found: Outlook) -> Revision | None:
    """Return the revision that a change goes back to, if it does."""
    if isinstance(change, Rollback | Unlock):
        return change.chosen(found.history)
    return None


async def _with_chart(
    clusters: "Clusters",
    connection: "Connection",
    change: ChartChange,
    found: Outlook,
    program: Program | None,
) -> Outlook:
    current = found.deployed or found.newest
    if isinstance(change, Install) and (found.history or not change.chart):
        return found  # it is refused, and needs no chart for that
    if not isinstance(change, Install) and current is None:
        return found
    chart = await chart_for(change, current)
    found = replace(found, chart=chart, supplied=change.supplied(current))
    if current is not None:
        present, hooks = await objects_of(connection, current)
        found = replace(found, present=present, hooks=hooks)
    if program is None or _is_refused(change, found):
        return found
    command = "upgrade" if isinstance(change, Upgrade) else "install"
    archive = Path(chart.archive)
    veil = _veil(found, chart)
    asked = Asked(command, found.ref, archive, found.supplied, found.driver, chart.chance, veil)
    if command == "install" and await before_crds.brings_kinds(connection, chart.crds):
        asked = replace(asked, apart=await before_crds.flags(connection, chart.crds))
    async with kubeconfig_file(clusters, connection.cluster) as kubeconfig:
        made = await render(program, kubeconfig, connection, asked)
    return replace(
        found,
        target=made.release,
        wanted=made.objects,
        hooks=made.hooks,
        random=made.random,
        unnamed=made.unnamed,
        apart=bool(asked.apart),
    )


def _veil(found: Outlook, chart: Chart) -> Veil:
    """Return what hides secrets in the words of templates: of values as they are and would be."""
    wanted = Release({"config": found.supplied, "chart": {"values": chart.values}})
    return Veil.of(wanted) | Veil(found.secrets)


def _is_refused(change: ChartChange, found: Outlook) -> bool:
    """Return whether helm would not even render: the change says so itself, and better."""
    if isinstance(change, Install):
        return found.homeless and not change.create_namespace
    newest = found.history[0].status
    return newest.pending or newest is Status.UNINSTALLED


async def _with_live(connection: "Connection", found: Outlook) -> Outlook:
    live: dict[Ref, Manifest] = {}

    async def read(ref: Ref) -> None:
        try:
            one = await connection.live(ref)
        except NotFoundError:  # its kind is not served, or its namespace is not there
            return
        if one is not None:
            live[ref] = one

    refs = [one.ref for group in (found.present, found.wanted, found.hooks) for one in group]
    refs += [Ref(CRD, name_of(one)) for one in _crds(found.chart)]
    refs += [found.history[0].record] if found.history else []
    await side_by_side([partial(read, ref) for ref in dict.fromkeys(refs)])
    return replace(found, live=live)


def _crds(chart: Chart | None) -> Iterable[Manifest]:
    return chart.crds if chart else ()


async def _around(
    connection: "Connection", scene: Snapshot, namespaces: Sequence[str], kinds: Sequence[str]
) -> Snapshot:
    """Return what surrounds the objects of releases, in all namespaces that they are in."""
    objects = {kind: list(found) for kind, found in scene.objects.items()}
    parts: list[Snapshot] = []

    async def look(namespace: str) -> None:
        parts.append(await read_snapshot(connection, kinds, namespace))

    await side_by_side([partial(look, one) for one in namespaces])
    for part in parts:
        for kind, found in part.objects.items():
            objects.setdefault(kind, []).extend(found)
    return Snapshot(connection.cluster, connection.now, objects)
