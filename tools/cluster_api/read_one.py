"""Read one Cluster with everything that belongs to it, which is little even where there are many.

Cluster API labels what belongs to a Cluster, the objects of its providers included (Cluster API
book, "Labels and annotations").
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, CORE, KINDS, Estate, estate_of
from clusterwright.tools.cluster_api.read import provider_kinds
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, name_of, namespace_of
from clusterwright.tools.ref import check_name, check_namespace

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_LABEL = f"{CORE}/cluster-name"
_OF_ONE = tuple(kind for kind in KINDS if kind not in {CLUSTER, CLASS})


async def read_one(
    connection: "Connection", namespace: str, name: str, kinds: Sequence[str] = ()
) -> tuple[Estate, Manifest]:
    """Return a Cluster, and an estate of what belongs to it; `kinds` beside those of Cluster API.

    Without `kinds`, those that providers serve. Raises NotFoundError naming the Clusters there are.
    """
    check_namespace(namespace)
    check_name(name)
    wanted = kinds or await provider_kinds(connection)
    resource = await connection.resource(CLUSTER)
    try:
        found = await connection.get(resource, name, namespace)
    except NotFoundError as error:
        there = await connection.list(resource, namespace)
        names = sorted(f"{namespace_of(one)}/{name_of(one)}" for one in there)
        raise NotFoundError(
            f"{connection.cluster!r} has no workload cluster {namespace}/{name}",
            hint=f"in this namespace: {', '.join(names[:10]) or 'none'}; see capi_list_clusters",
        ) from error
    snapshot = await read_snapshot(
        connection, (*_OF_ONE, *wanted), namespace, labels=f"{_LABEL}={name}"
    )
    return estate_of(snapshot.holding(CLUSTER, found)), found
