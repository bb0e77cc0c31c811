"""The tool that tells what differs: between two revisions, or between one and the cluster."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.helm.differing import Differing, ReleaseDiff, grouped
from clusterwright.tools.helm.drift import REPLICAS
from clusterwright.tools.helm.live_diff import (
    AUTOSCALER,
    Drifted,
    drifts,
    in_other_versions,
    live_differs,
)
from clusterwright.tools.helm.live_objects import live_objects
from clusterwright.tools.helm.named import ReleaseName, chosen, revisions_of
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.helm.record import Release, Revision, deployed, namespaced_name
from clusterwright.tools.helm.revision_diff import objects_differ, values_differ
from clusterwright.tools.helm.store import record
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.manifest import Manifest

Number = Annotated[
    int | None, Field(ge=1, le=2_147_483_647, description="Default: the deployed one.")
]


async def helm_diff(
    clusters: Clusters,
    name: ReleaseName,
    revision: Number = None,
    to: Annotated[
        int | None, Field(ge=1, le=2_147_483_647, description="Default: what is live, so drift.")
    ] = None,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Fields at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> ReleaseDiff:
    """Compare a revision of a Helm release, by field, with another one or with what is live.

    Drift names the field manager that caused it, or the autoscaler.
    """
    asked, *after = decode("diff", cursor, str, int, str, str) if cursor else ("",)
    connection = await clusters.connect(cluster)
    revisions = await revisions_of(connection, name)
    running = deployed(revisions)
    before = chosen(revisions, revision or (running.number if running else None))
    own = question(connection.cluster, str(before.release), str(before.number), str(to))
    if cursor and asked != own:
        raise foreign(cursor)
    release = await record(connection, before)
    if to:
        counted, rows = await _revisions(connection, release, before, chosen(revisions, to))
    else:
        counted, rows = await _live(connection, release, before, revisions[0])
    unique = {one.key: one for one in rows}
    rest = [unique[key] for key in sorted(unique) if key > tuple(after)]
    page = partial(_page, _counted(counted, unique.values()), rest, own)
    most = min(limit or len(rest), len(rest))
    return await to_thread.run_sync(longest, page, most, CAP if limit else BUDGET)


TOOL = Tool(helm_diff, Effect.READ, "Compare revisions of a Helm release, or with the cluster")
_Found = tuple[ReleaseDiff, list[Differing]]


async def _revisions(
    connection: "Connection", release: Release, before: Revision, after: Revision
) -> _Found:
    other = await record(connection, after)
    old = await on_cluster(connection, release.manifest, release.namespace)
    new = await on_cluster(connection, other.manifest, other.namespace)

    def rows() -> list[Differing]:
        veil = Veil.of(release) | Veil.of(other)
        return [*values_differ(release, other, veil), *objects_differ(old, new, veil)]

    charts = [one.chart_label for one in (release, other)]
    counted = _empty(connection, before).model_copy(
        update={
            "to": after.number,
            "chart": " -> ".join(charts) if charts[0] != charts[1] else None,
            "compared": len({one.ref for one in (*old, *new)}),
        }
    )
    return counted, await to_thread.run_sync(rows)


async def _live(
    connection: "Connection", release: Release, before: Revision, newest: Revision
) -> _Found:
    wanted = await on_cluster(connection, release.manifest, release.namespace)
    live = await live_objects(connection, wanted)
    drifted = await to_thread.run_sync(drifts, wanted, live)
    around, gaps = await _autoscalers(connection, drifted)
    there = [one for one in live.found.values() if one is not None]

    def rows() -> list[Differing]:
        veil = Veil.of(release) | Veil.over(there)
        return list(live_differs(drifted, live, veil, around))

    other = newest.number != before.number
    note = f"revision {newest.number} ({newest.status.value}) is newer: see to={newest.number}"
    counted = _empty(connection, before).model_copy(
        update={
            "compared": len(live.found),
            "note": note if other else None,
            "gaps": (*live.gaps, *in_other_versions(wanted, live), *gaps),
        }
    )
    return counted, await to_thread.run_sync(rows)


def _empty(connection: "Connection", before: Revision) -> ReleaseDiff:
    return ReleaseDiff(
        cluster=connection.cluster,
        release=namespaced_name(before.release),
        revision=before.number,
        status=before.status,
        compared=0,
        fields=0,
    )


async def _autoscalers(connection: "Connection", drifted: Drifted) -> tuple[Snapshot, list[Gap]]:
    """Return the autoscalers where replicas differ, and why some could not be read."""
    places = {
        one.ref.namespace for one, found in drifted if any(each.path == REPLICAS for each in found)
    }
    found: list[Manifest] = []
    gaps: list[Gap] = []
    for place in sorted(places):
        try:
            found += await connection.list(await connection.resource(AUTOSCALER), place)
        except NotFoundError:
            continue  # the namespace is gone, and what was in it
        except ToolError as error:
            gaps.append(Gap(what=AUTOSCALER, reason=f"{error.code}: {error}"))
    return Snapshot(connection.cluster, connection.now, {AUTOSCALER: found}), gaps


def _counted(answer: ReleaseDiff, rows: Iterable[Differing]) -> ReleaseDiff:
    listed = list(rows)
    objects = {one.object: one.change for one in listed if one.key[0]}
    changes = list(objects.values())
    return answer.model_copy(
        update={
            "changed": changes.count("changed"),
            "added": changes.count("added"),
            "removed": changes.count("removed") + changes.count("gone"),
            "fields": sum(one.field is not None for one in listed),
        }
    )


def _page(counted: ReleaseDiff, rest: list[Differing], own: str, count: int) -> ReleaseDiff:
    shown = rest[:count]
    more = encode("diff", own, *shown[-1].key) if count < len(rest) else None
    return counted.model_copy(update={"objects": grouped(shown), "next_cursor": more})
