"""Read neighbours: one by its Ref, or those of a kind that a namespace holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

MISSING = "does not exist"


@dataclass
class Lookup:
    """Reads side by side; what cannot be read becomes a note, never an error."""

    connection: "Connection"
    notes: list[str] = field(default_factory=list[str])

    async def manifest(self, ref: Ref) -> Manifest | None:
        """Return an object, or None when it does not exist; raise ToolError otherwise."""
        kind = ref.kind_key
        resource = await self.connection.resource(kind)
        try:
            return await self.connection.get(resource, ref.name, ref.namespace or None)
        except NotFoundError:
            return None

    async def named(self, how: str, refs: Iterable[Ref]) -> list[Related]:
        """Return the objects that Refs name, those that do not exist included."""
        wanted = list(dict.fromkeys(refs))
        found: dict[Ref, Related] = {}

        async def read(ref: Ref) -> None:
            try:
                manifest = await self.manifest(ref)
            except ToolError as error:
                found[ref] = Related(how=how, ref=ref, state=f"not readable ({error.code})")
                return
            if manifest is None:
                found[ref] = Related(how=how, ref=ref, state=MISSING, well=False)
            else:
                found[ref] = self.told(how, manifest)

        async with anyio.create_task_group() as tasks:
            for ref in wanted:
                tasks.start_soon(read, ref)
        return [found[ref] for ref in wanted]

    async def listed(
        self,
        kind: str,
        namespace: str | None,
        *,
        keep: Callable[[Manifest], bool] = lambda _: True,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[Manifest]:
        """Return the objects of a kind that pass `keep`; none, and a note, when unreadable."""
        try:
            resource = await self.connection.resource(kind)
            found = await self.connection.list(
                resource, namespace, label_selector=label_selector, field_selector=field_selector
            )
        except ToolError as error:
            self.notes.append(f"{kind}s were not read ({error.code}: {error})")
            return []
        return [one for one in found if keep(one)]

    def told(self, how: str, manifest: Manifest) -> Related:
        """Return an object that was read, with its state."""
        state = state_of(manifest, self.connection.now)
        well = state.well if state.text else None
        return Related(how=how, ref=Ref.of(manifest), state=state.text, well=well)

    def tell(self, how: str, manifests: Iterable[Manifest]) -> list[Related]:
        """Return objects that were read, with their states."""
        return [self.told(how, one) for one in manifests]
