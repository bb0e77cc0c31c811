"""Where the objects of a manifest stand, by what a cluster itself says of their kinds."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.manifest import Manifest, text

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


async def on_cluster(connection: "Connection", manifest: str, namespace: str) -> tuple[Object, ...]:
    """Return the objects of a manifest as they stand on a cluster, by its own discovery."""
    parsed = parse(manifest)
    return placed(parsed, namespace, await scopes(connection, kinds(parsed)))


def kinds(parsed: Iterable[tuple[str, Manifest]]) -> set[tuple[str, str]]:
    """Return apiVersion and kind of each object of a manifest."""
    return {(text(one, "apiVersion"), text(one, "kind")) for _, one in parsed}


async def scopes(
    connection: "Connection", wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], bool]:
    """Return by apiVersion and kind whether a kind is namespaced, of those that are served."""
    found: dict[tuple[str, str], bool] = {}
    for api, kind in sorted(wanted):
        group = api.rpartition("/")[0]
        try:
            resource = await connection.resource(f"{kind}.{group}" if group else kind)
        except NotFoundError:
            continue  # `placed` knows the built-in ones
        found[api, kind] = resource.namespaced
    return found
