"""What an object of any kind mentions: members of its spec that carry a kind and a name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import Json, Manifest, namespace_of, text
from clusterwright.tools.ref import Ref, group_of

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_MOST = 20
_DEEPEST = 12


async def mentioned(lookup: Lookup, manifest: Manifest) -> list[Related]:
    """Return the objects that the spec refers to, as `infrastructureRef` of a Machine does."""
    refs: list[Ref] = []
    for one in _references(manifest.get("spec")):
        ref = await _resolved(lookup.connection, one, namespace_of(manifest))
        if ref and ref not in refs:
            refs.append(ref)
        if len(refs) == _MOST:
            break
    return await lookup.named("uses", refs)


def _references(value: Json, depth: int = 0) -> Iterator[Manifest]:
    if depth == _DEEPEST:
        return
    if isinstance(value, dict):
        if text(value, "kind") and text(value, "name"):
            yield value
        for one in cast("Manifest", value).values():
            yield from _references(one, depth + 1)
    elif isinstance(value, list):
        for one in cast("list[Json]", value):
            yield from _references(one, depth + 1)


async def _resolved(connection: "Connection", found: Manifest, namespace: str) -> Ref | None:
    """Return what is meant, in the namespace it is looked for in; None for what is no kind."""
    group = text(found, "apiGroup") or group_of(text(found, "apiVersion"))
    kind = text(found, "kind")
    try:
        resource = await connection.resource(f"{kind}.{group}" if group else kind)
    except ToolError:
        return None  # looks like a reference and is none, or its kind is not served here
    return resource.ref(text(found, "namespace") or namespace, text(found, "name"))
