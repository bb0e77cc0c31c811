"""Read a cluster's releases into an Estate: records, and what of them stands on the cluster."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import ForbiddenError, InvalidInputError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.helm.chart_crds import CRD, crds_of
from clusterwright.tools.helm.estate import WORKLOADS, Estate, Served, hook_owners
from clusterwright.tools.helm.hooks import hooks_of
from clusterwright.tools.helm.live import Live
from clusterwright.tools.helm.marks import released_by
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.helm.placement import kinds, scopes
from clusterwright.tools.helm.read_records import Records, telling
from clusterwright.tools.helm.record import KIND, Release
from clusterwright.tools.helm.store import Kept, kept
from clusterwright.tools.helm.trouble import (
    AROUND,
    history,
    troubled_namespaces,
    unplaced,
    unpulled,
)
from clusterwright.tools.kubernetes.read import reason_of
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

USUAL = (
    *WORKLOADS,
    *("Service", "ConfigMap", "Secret", "ServiceAccount", "Ingress", "PersistentVolumeClaim"),
    *("Role", "RoleBinding", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy"),
)
"""Kinds of which objects may be left that no release has any more."""
_WIDE = ("ClusterRole", "ClusterRoleBinding", CRD)
"""The same, of those that belong to no namespace."""
_MOST_NAMESPACES = 20
"""Namespaces that are looked at besides those that were asked for."""
_MOST_JOBS = 20

Parsed = Mapping[Ref, tuple[tuple[str, Manifest], ...]]


async def read_estate(connection: "Connection", namespace: str | None = None) -> Estate:
    """Return the releases of a cluster or of one namespace, and their objects.

    What may not be read is a gap, releases included. Raises NotFoundError for a namespace that
    does not exist, UnreachableError where the cluster does not answer.
    """
    if namespace:
        await connection.require_namespace(namespace)
    await connection.server_time()
    reading = _Reading(connection, namespace)
    return await reading.whole()


class _Reading:
    """One reading of a cluster: each step needs what the one before it read."""

    def __init__(self, connection: "Connection", namespace: str | None) -> None:
        self._connection = connection
        self._namespace = namespace
        self._records = Records(connection, namespace)
        self._live = Live(connection, namespace)
        self._kept = Kept()
        self._all_records = True
        self._listed = False
        """Whether records were listed anywhere: that there are none then tells something."""
        self._gaps: list[Gap] = []
        self._manifests: dict[Ref, tuple[Object, ...]] = {}
        self._serves: dict[str, Served | None] = {}

    async def whole(self) -> Estate:
        """Read all of it."""
        await self._first()
        await self._place()
        await self._objects()
        await self._around_trouble()
        await self._made_meanwhile()
        return self._estate()

    async def _first(self) -> None:
        """Read what asks for nothing else: records, usual kinds, scalers, pods that wait."""
        places = [self._namespace]
        wide = () if self._namespace else _WIDE
        live = self._live
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._releases)
            tasks.start_soon(live.marked, (*USUAL, *wide))
            tasks.start_soon(live.selected, "HorizontalPodAutoscaler", places)
            tasks.start_soon(live.selected, "Pod", places, "", "status.phase=Pending")

    async def _releases(self) -> None:
        try:
            self._kept = await kept(self._connection, self._namespace)
        except ForbiddenError as error:
            self._all_records = False
            reason = reason_of(error, everywhere=not self._namespace)
            told = reason.replace(" list it ", " list secrets, in which its records are, ")
            self._gaps.append(Gap(what=KIND, reason=told))
            return
        self._listed = True
        self._all_records = not self._kept.gaps
        self._gaps += self._kept.gaps
        await self._records.read(telling(self._kept.revisions))

    async def _place(self) -> None:
        """Read manifests, and place their objects by what the cluster serves."""
        parsed, odd = await to_thread.run_sync(_parsed, dict(self._records.found))
        if odd:
            reason = one_line(odd[0][1])
            what = few([f"the manifest in {ref}" for ref, _ in odd], 3)
            self._gaps.append(Gap(what=what, reason=reason))
        every = {kind for objects in parsed.values() for kind in kinds(objects)}
        for group in sorted({api.rpartition("/")[0] for api, _ in every}):
            self._serves[group] = await self._connection.versions(group)
        known = await scopes(self._connection, every)
        for ref, objects in parsed.items():
            release = self._records.found[ref]
            if isinstance(release, Release):
                self._manifests[ref] = placed(objects, release.namespace, known)

    async def _objects(self) -> None:
        """Read the live objects: of all kinds that manifests name, of hooks, and CRDs of charts."""
        refs = {one.ref for objects in self._manifests.values() for one in objects}
        named = {one.kind_key for one in refs}
        namespaces = sorted({one.namespace for one in refs} - {"", self._namespace})
        if self._namespace and len(namespaces) > _MOST_NAMESPACES:
            left = namespaces[_MOST_NAMESPACES:]
            reason = "its releases have objects in too many other namespaces"
            self._gaps.append(Gap(what=f"namespaces {few(left, 3)}", reason=reason))
        read = [one for one in self._records.found.values() if isinstance(one, Release)]
        hooks = [one.ref for release in read for one in hooks_of(release) if one.noteworthy]
        crds = await to_thread.run_sync(lambda: [one.ref for r in read for one in crds_of(r)])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._live.marked, named, namespaces[:_MOST_NAMESPACES])
            tasks.start_soon(self._live.named, (*hooks, *crds))
        jobs = sorted({one for one in hooks if one.kind == "Job"})[:_MOST_JOBS]
        for namespace in sorted({one.namespace for one in jobs}):
            names = ",".join(one.name for one in jobs if one.namespace == namespace)
            labels = f"job-name in ({names})"
            await self._live.selected("Pod", [namespace], labels)

    async def _around_trouble(self) -> None:
        """Read what tells which revision asks for what pods cannot have, and since when."""
        troubled = troubled_namespaces(self._live.objects.get("Pod", ()))[:_MOST_NAMESPACES]
        async with anyio.create_task_group() as tasks:
            for kind in AROUND if troubled else ():
                tasks.start_soon(self._live.selected, kind, troubled)
            if troubled:
                tasks.start_soon(self._live.selected, "Event", troubled, "", "type!=Normal")
        estate = self._estate()
        found = [*unpulled(estate, hook_owners(estate) if troubled else {}), *unplaced(estate)]
        releases = [one.release for one in found]
        await self._records.read(history(releases, self._kept.revisions))

    async def _made_meanwhile(self) -> None:
        """List the records again: what changed since is known by its labels alone.

        An object that was made after the records were listed is then no orphan of theirs.
        """
        if not self._all_records:
            return
        again = await kept(self._connection, self._namespace)
        self._kept = Kept(again.revisions, self._kept.gaps)
        releases = {released_by(one) for some in self._live.objects.values() for one in some}
        lost = releases - {None, *again.revisions}
        if not again.revisions and len(lost) > 1:
            # Of one release the records may have been deleted; of all of them hardly.
            self._all_records = False
            reason = "no record is in a Secret or ConfigMap: HELM_DRIVER may be sql"
            self._gaps.append(
                Gap(what=f"the {len(lost)} releases that objects name", reason=reason)
            )

    def _estate(self) -> Estate:
        objects = self._live.objects
        found = {kind: len(objects[kind]) for kind in sorted(objects) if objects[kind]}
        releases = {KIND: len(self._kept.revisions)} if self._listed else {}
        checked = {**releases, **found}
        gaps = (*self._gaps, *self._records.gaps, *self._live.gaps.values())
        return Estate(
            self._connection.cluster,
            self._connection.now,
            objects,
            Coverage(checked=checked, gaps=gaps),
            self._namespace or "",
            revisions=self._kept.revisions,
            records=self._records.found,
            manifests=self._manifests,
            serves=self._serves,
            absent=frozenset(self._live.absent),
            all_records=self._all_records,
        )


def _parsed(found: Mapping[Ref, object]) -> tuple[Parsed, list[tuple[Ref, str]]]:
    """Return the objects of each record's manifest, and the manifests that are no YAML."""
    parsed: dict[Ref, tuple[tuple[str, Manifest], ...]] = {}
    odd: list[tuple[Ref, str]] = []
    for ref, one in found.items():
        if isinstance(one, Release):
            try:
                parsed[ref] = parse(one.manifest)
            except InvalidInputError as error:
                odd.append((ref, str(error)))
    return parsed, odd
