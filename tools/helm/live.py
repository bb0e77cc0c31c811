"""Live objects of releases: what Helm marked, listed once for each kind, and some read by name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.helm.marks import MANAGED_BY
from clusterwright.tools.helm.record import SECRET_TYPE
from clusterwright.tools.kubernetes.read import reason_of
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_FIELDS = {"Secret": f"type!={SECRET_TYPE}"}
"""Records of releases are no objects of releases."""
MOST_NAMES = 120
"""Objects that are read one by one for an answer."""
_SIDE_BY_SIDE = 12


class Live:
    """Collects objects; what could not be read is a gap, and what is not served is nothing."""

    def __init__(self, connection: "Connection", namespace: str | None) -> None:
        """Read a cluster, or a namespace and whatever belongs to none."""
        self._connection = connection
        self._namespace = namespace
        self._asked: set[tuple[str, str | None]] = set()
        self._turn = anyio.Semaphore(_SIDE_BY_SIDE)
        self._found: dict[str, dict[Ref, Manifest]] = {}
        self.gaps: dict[str, Gap] = {}
        self.absent: set[Ref] = set()
        """Objects that were asked for by name and do not exist."""

    @property
    def objects(self) -> dict[str, list[Manifest]]:
        """What was read, by kind as a Ref spells it."""
        return {kind: list(found.values()) for kind, found in self._found.items()}

    async def marked(self, kinds: Iterable[str], namespaces: Iterable[str] = ()) -> None:
        """List what Helm marked, with managedFields: of all namespaces, or of those named."""
        places = {self._namespace, *namespaces} if self._namespace else {None}
        wanted = {(kind, place) for kind in kinds for place in places} - self._asked
        self._asked |= wanted
        async with anyio.create_task_group() as tasks:
            for kind, place in sorted(wanted, key=str):
                tasks.start_soon(self._list, kind, place, MANAGED_BY, _FIELDS.get(kind, ""))

    async def selected(
        self, kind: str, namespaces: Iterable[str | None], labels: str = "", fields: str = ""
    ) -> None:
        """List what labels and fields select, in each of the namespaces."""
        async with anyio.create_task_group() as tasks:
            for place in namespaces:
                tasks.start_soon(self._list, kind, place, labels, fields)

    async def named(self, refs: Iterable[Ref]) -> None:
        """Read objects by name, so far as there is room for them."""
        wanted = tuple(dict.fromkeys(refs))
        if len(wanted) > MOST_NAMES:
            what = f"{len(wanted) - MOST_NAMES} hooks and CRDs"
            reason = "there was no room for them; a namespace at a time brings them"
            self.gaps[what] = Gap(what=what, reason=reason)
        async with anyio.create_task_group() as tasks:
            for ref in wanted[:MOST_NAMES]:
                tasks.start_soon(self._get, ref)

    async def _list(self, kind: str, place: str | None, labels: str, fields: str) -> None:
        everywhere = place is None
        try:
            resource = await self._connection.resource(kind)
            if not resource.namespaced:
                place, everywhere = None, False
            async with self._turn:
                found = await self._connection.list(
                    resource, place, label_selector=labels, field_selector=fields, managed=True
                )
        except NotFoundError:
            return  # neither a kind that is not served nor a namespace that is gone holds anything
        except ToolError as error:
            self._missed(kind, error, everywhere=everywhere)
            return
        held = self._found.setdefault(resource.kind_key, {})
        held.update((Ref.of(one), one) for one in found)

    async def _get(self, ref: Ref) -> None:
        kind = ref.kind_key
        try:
            async with self._turn:
                found = await self._connection.live(ref)
        except NotFoundError:
            found = None
        except ToolError as error:
            self._missed(kind, error, everywhere=False)
            return
        if found is None:
            self.absent.add(ref)
        else:
            self._found.setdefault(kind, {})[Ref.of(found)] = found

    def _missed(self, kind: str, error: ToolError, *, everywhere: bool) -> None:
        self.gaps[kind] = Gap(what=kind, reason=reason_of(error, everywhere=everywhere))
