"""Read a management cluster: the kinds of Cluster API, and those of whichever providers it has."""

from typing import TYPE_CHECKING

from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    IF_SERVED,
    KINDS,
    PROVIDER_GROUPS,
    Estate,
)
from clusterwright.tools.cluster_api.k0rdent import kinds as k0rdent
from clusterwright.tools.cluster_api.sveltos import kinds as sveltos
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.read import read_snapshot

_GROUPS = (k0rdent.GROUP, k0rdent.HELM, sveltos.CONFIG, sveltos.LIB)

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


async def read_estate(connection: "Connection", namespace: str | None = None) -> Estate:
    """Return what a management cluster holds, of one namespace or all.

    Raises NotFoundError for a cluster that serves no Cluster API.
    """
    try:
        await connection.resource(CLUSTER)
    except NotFoundError as error:
        raise NotFoundError(
            f"{connection.cluster!r} is no management cluster: it serves no Cluster API",
            hint="pass the context of the cluster in which Cluster API is installed",
        ) from error
    served = [one for group in PROVIDER_GROUPS for one in await connection.served(group)]
    own = [one.kind_key for one in served if not one.kind.endswith("Template")]
    groups = dict.fromkeys(kind.partition(".")[2] for kind in IF_SERVED)
    there = {one.kind_key for group in groups for one in await connection.served(group)}
    more = [kind for kind in IF_SERVED if kind in there]
    above = await served_of(connection, (*k0rdent.KINDS, k0rdent.RELEASE, *sveltos.KINDS))
    return Estate(await read_snapshot(connection, (*KINDS, *own, *more, *above), namespace))


async def served_of(connection: "Connection", kinds: tuple[str, ...]) -> list[str]:
    """Return those of the kinds of k0rdent and Sveltos that a cluster serves.

    It is known from discovery: where there is neither, this asks nothing.
    """
    served = {one.kind_key for group in _GROUPS for one in await connection.served(group)}
    return [one for one in kinds if one in served]
