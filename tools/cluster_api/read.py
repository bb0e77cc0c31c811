"""Read a management cluster: the kinds of Cluster API, and those of whichever providers it has."""

from typing import TYPE_CHECKING

from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    IF_SERVED,
    KINDS,
    PROVIDER_GROUPS,
    Estate,
    estate_of,
)
from clusterwright.tools.cluster_api.k0rdent import kinds as k0rdent
from clusterwright.tools.cluster_api.sveltos import kinds as sveltos
from clusterwright.tools.errors import ForbiddenError, NotFoundError, NotServedError
from clusterwright.tools.kubernetes.read import read_snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_ABOVE = (*k0rdent.KINDS, k0rdent.RELEASE, *sveltos.KINDS)
"""What makes clusters, and what is installed on them."""


async def read_estate(connection: "Connection", namespace: str | None = None) -> Estate:
    """Return what a management cluster holds, of one namespace or all.

    Raises NotServedError for a cluster without Cluster API.
    """
    try:
        await connection.resource(CLUSTER)
    except NotFoundError as error:
        raise NotServedError(
            f"{connection.cluster!r} is no management cluster: it serves no Cluster API",
            hint="pass the context of the cluster in which Cluster API is installed",
        ) from error
    own = await provider_kinds(connection)
    more = await served_of(connection, (*IF_SERVED, *_ABOVE))
    return estate_of(await read_snapshot(connection, (*KINDS, *own, *more), namespace))


def require_read(estate: Estate, cluster: str) -> None:
    """Raise ForbiddenError where Clusters could not be listed, so that there may be any."""
    if not estate.snapshot.was_read(CLUSTER):
        why = [one.reason for one in estate.snapshot.coverage.gaps if one.what == CLUSTER]
        raise ForbiddenError(
            f"the Clusters of {cluster!r} could not be read: {'; '.join(why)}",
            hint="ask for `list` on clusters.cluster.x-k8s.io, or name a namespace you may read",
        )


async def provider_kinds(connection: "Connection") -> tuple[str, ...]:
    """Return the kinds that providers serve, but for their templates."""
    served = [one for group in PROVIDER_GROUPS for one in await connection.served(group)]
    return tuple(one.kind_key for one in served if not one.kind.endswith("Template"))


async def served_of(connection: "Connection", kinds: tuple[str, ...]) -> list[str]:
    """Return those of the kinds that a cluster serves.

    It is known from discovery: where there are none, this asks nothing.
    """
    groups = dict.fromkeys(kind.partition(".")[2] for kind in kinds)
    served = {one.kind_key for group in groups for one in await connection.served(group)}
    return [one for one in kinds if one in served]
