"""Where the objects of a manifest stand, by what a cluster itself says of their kinds."""

from typing import TYPE_CHECKING

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.manifest import text

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


async def on_cluster(connection: "Connection", manifest: str, namespace: str) -> tuple[Object, ...]:
    """Return the objects of a manifest as they stand on a cluster, by its own discovery."""
    parsed = parse(manifest)
    scopes: dict[tuple[str, str], bool] = {}
    for _, one in parsed:
        api, kind = text(one, "apiVersion"), text(one, "kind")
        if (api, kind) in scopes:
            continue
        group = api.rpartition("/")[0]
        try:
            resource = await connection.resource(f"{kind}.{group}" if group else kind)
        except NotFoundError:
            continue
        scopes[api, kind] = resource.namespaced
    return placed(parsed, namespace, scopes)
