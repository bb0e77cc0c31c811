"""The objects of one manifest as they stand on the cluster, each read by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_MOST = 400
"""Objects that are read for one answer."""
_SIDE_BY_SIDE = 12


@dataclass(frozen=True)
class LiveObjects:
    """What was read, with managedFields: None for an object that is gone, nothing for a gap."""

    found: dict[Ref, Manifest | None]
    gaps: tuple[Gap, ...]


async def live_objects(connection: "Connection", wanted: Sequence[Object]) -> LiveObjects:
    """Return the live objects of a manifest, in the version that the manifest has them in.

    Where the cluster does not serve that version any more, an object comes in another one.
    """
    found: dict[Ref, Manifest | None] = {}
    gaps: dict[str, Gap] = {}
    turn = anyio.Semaphore(_SIDE_BY_SIDE)

    async def read(one: Object) -> None:
        async with turn:
            try:
                found[one.ref] = await connection.live(one.ref, await _version(connection, one))
            except NotFoundError:  # the kind is not served, or the namespace is gone
                found[one.ref] = None
            except ToolError as error:
                kind = one.ref.kind
                gaps.setdefault(kind, Gap(what=kind, reason=f"{error.code}: {error}"))

    async with anyio.create_task_group() as tasks:
        for one in wanted[:_MOST]:
            tasks.start_soon(read, one)
    if len(wanted) > _MOST:
        what = f"{len(wanted) - _MOST} objects of the manifest"
        gaps[what] = Gap(what=what, reason=f"more than the {_MOST} that are read for an answer")
    return LiveObjects(found, tuple(gaps.values()))


async def _version(connection: "Connection", one: Object) -> str:
    """Return the version of an object's manifest if it is served, else nothing."""
    group, _, version = text(one.manifest, "apiVersion").rpartition("/")
    served = await connection.versions(group)
    return version if served is not None and (version, one.ref.kind) in served else ""
