"""Read releases from where Helm keeps them: labels only for lists, a record when it is asked for.

Secrets are the default; ConfigMaps where HELM_DRIVER says so. What is kept in an SQL database
cannot be seen from the cluster.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ForbiddenError, NotFoundError, ToolError
from clusterwright.tools.helm.record import (
    OWNER,
    SECRET_TYPE,
    Release,
    Revision,
    Status,
    decode,
    namespaced_name,
    release_ref,
    revision_of,
)
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_SIDE_BY_SIDE = 12
_NEAR = 8
"""Releases that are named where the one that was asked for is not there."""
_PAGE = 10
"""Records of a page: each may be a megabyte, and twice that once it is read."""
_FIELDS = {"Secret": f"type={SECRET_TYPE}", "ConfigMap": ""}
"""By kind of record, what else selects it."""


@dataclass(frozen=True)
class Kept:
    """Every revision that Helm keeps, newest first for each release, and what was not read."""

    revisions: dict[Ref, tuple[Revision, ...]] = field(
        default_factory=dict["Ref", "tuple[Revision, ...]"]
    )
    """By the release's Ref."""
    gaps: tuple[Gap, ...] = ()

    @property
    def newest(self) -> tuple[Revision, ...]:
        """The newest revision of each release, by namespace and name."""
        return tuple(self.revisions[one][0] for one in sorted(self.revisions))


async def kept(connection: "Connection", namespace: str | None = None, name: str = "") -> Kept:
    """Return the revisions of all releases, of one namespace or all, or of one release.

    Raises ForbiddenError where neither Secrets nor ConfigMaps may be listed, NotFoundError for a
    namespace that does not exist.
    """
    selector = f"{OWNER},name={name}" if name else OWNER
    found: dict[Ref, dict[int, Revision]] = {}
    gaps: dict[str, Gap] = {}
    refused: list[ForbiddenError] = []
    failed: list[ToolError] = []

    async def read(kind: str, fields: str) -> None:
        try:
            resource = await connection.resource(kind)
            listed = await connection.list_metadata(
                resource, namespace, label_selector=selector, field_selector=fields
            )
        except ForbiddenError as error:
            refused.append(error)
            gaps[kind] = Gap(what=kind, reason=f"{error.code}: {error}")
            return
        except ToolError as error:
            failed.append(error)
            return
        for one in listed:
            told = revision_of(one)
            if told is not None:
                found.setdefault(told.release, {}).setdefault(told.number, told)

    async with anyio.create_task_group() as tasks:
        for kind, fields in _FIELDS.items():
            tasks.start_soon(read, kind, fields)
    if failed:
        raise failed[0]
    if len(refused) == len(_FIELDS):
        raise ForbiddenError(
            f"the release records on {connection.cluster!r} may not be listed: {refused[0]}",
            hint="it takes `list` on secrets (Helm keeps releases there), in one namespace at"
            " least: pass namespace",
        )
    ordered = {
        ref: tuple(sorted(numbers.values(), key=lambda one: -one.number))
        for ref, numbers in found.items()
    }
    return Kept(ordered, tuple(gaps.values()))


async def history(connection: "Connection", namespace: str, name: str) -> tuple[Revision, ...]:
    """Return the revisions of one release, newest first.

    Raises NotFoundError with the releases there are, ForbiddenError where it may be among what
    could not be listed.
    """
    read = await kept(connection, namespace, name)
    found = read.revisions.get(release_ref(namespace, name))
    if found:
        return found
    if read.gaps:
        raise ForbiddenError(
            f"release {name!r} is not among what may be listed in namespace {namespace!r}:"
            f" {read.gaps[0].reason}",
            hint="Helm keeps releases in Secrets: it takes `list` on them",
        )
    try:
        others = (await kept(connection)).newest
    except ForbiddenError:
        others = (await kept(connection, namespace)).newest
    by_nearness = sorted(others, key=lambda one: (one.name != name, one.namespace != namespace))
    near = [namespaced_name(one.release) for one in by_nearness[:_NEAR]]
    raise NotFoundError(
        f"there is no release {name!r} in namespace {namespace!r} on {connection.cluster!r}",
        hint=f"releases: {', '.join(near) or 'none'}; helm_list_releases lists them",
    )


async def record(connection: "Connection", revision: Revision) -> Release:
    """Return one revision whole; raise InvalidInputError for a record that cannot be read."""
    resource = await connection.resource(revision.record.kind)
    return decode(await connection.get(resource, revision.record.name, revision.record.namespace))


async def records(
    connection: "Connection", revisions: Iterable[Revision]
) -> dict[Ref, Release | ToolError]:
    """Return several revisions whole by their records' Refs; for some, why they were not read."""
    found: dict[Ref, Release | ToolError] = {}
    turn = anyio.Semaphore(_SIDE_BY_SIDE)

    async def read(one: Revision) -> None:
        async with turn:
            try:
                found[one.record] = await record(connection, one)
            except ToolError as error:
                found[one.record] = error

    async with anyio.create_task_group() as tasks:
        for one in revisions:
            tasks.start_soon(read, one)
    return found


async def record_page(
    connection: "Connection",
    namespace: str | None,
    kind: str,
    statuses: Collection[Status],
    cursor: str = "",
) -> tuple[dict[Ref, Release | ToolError], str]:
    """Return a page of the records of a kind that have one of the statuses, and the next cursor.

    Of many records, pages take a tenth of the time that it takes to read each by its name.
    """
    page = await connection.page(
        await connection.resource(kind),
        namespace,
        label_selector=f"{OWNER},status in ({','.join(sorted(statuses))})",
        field_selector=_FIELDS[kind],
        limit=_PAGE,
        cursor=cursor,
    )
    return {Ref.of(one): _decoded(one) for one in page.items}, page.cursor


def _decoded(manifest: Manifest) -> Release | ToolError:
    try:
        return decode(manifest)
    except ToolError as error:
        return error
