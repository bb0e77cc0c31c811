"""The workload clusters of management clusters, and which of them a kubeconfig leads to as well."""

from collections.abc import Sequence

import anyio
from pydantic import BaseModel, ConfigDict

from clusterwright.agents.diagnose.address import server_at
from clusterwright.agents.diagnose.gather import Answered, Offers, failure
from clusterwright.agents.diagnose.next_step import WORKLOAD_CLUSTER
from clusterwright.agents.diagnose.roll_call import (
    GET,
    ROLL_SECONDS,
    SIDE_BY_SIDE,
    Got,
    Known,
    each,
    identify,
    offering,
)
from clusterwright.agents.hub import Hub
from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ForbiddenError, NotServedError, ToolError

LIST = "capi_list_clusters"
_CLUSTER = "Cluster.cluster.x-k8s.io"
_HOST, _PORT = (f"spec.controlPlaneEndpoint.{one}" for one in ("host", "port"))
_A_PAGE = 500
_MOST_PAGES = 100
_LIST_SECONDS = 60.0
"""What a management cluster may take to list its workload clusters."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)

    cluster: str


class _Listed(BaseModel):
    """What is read of a list of workload clusters."""

    model_config = ConfigDict(frozen=True)

    clusters: tuple[_Row, ...] = ()
    gaps: tuple[Gap, ...] = ()
    next_cursor: str | None = None


async def workload_clusters(
    hub: Hub, offers: Offers, managements: Sequence[str | None]
) -> tuple[list[str], list[Answered]]:
    """Return the workload clusters of those among some clusters that manage any, and what failed.

    That a cluster has no Cluster API is a failure where none of them has.
    """
    server = offering(offers, LIST)
    if not server:
        return [], [failure("fleet", LIST, ToolError(f"no server offers the tool {LIST}"))]

    async def listed(management: str | None) -> tuple[list[str], ToolError | None]:
        return await _listed(hub, server, management)

    answers = await each(managements, listed, SIDE_BY_SIDE)
    names = [name for some, _ in answers for name in some]
    failed = [
        (management or "", error)
        for management, (_, error) in zip(managements, answers, strict=True)
        if error is not None
    ]
    absent = [name for name, error in failed if isinstance(error, NotServedError)]
    if len(absent) < len(managements):
        failed = [(name, one) for name, one in failed if not isinstance(one, NotServedError)]
    what = "workload clusters"
    return names, [failure(server, LIST, error, name, what=what) for name, error in failed]


async def _listed(
    hub: Hub, server: str, management: str | None
) -> tuple[list[str], ToolError | None]:
    """Return the workload clusters of a management cluster, and why these are not all, if so."""
    arguments: dict[str, str | int] = {"limit": _A_PAGE}
    if management:
        arguments["cluster"] = management
    names: list[str] = []
    end = anyio.current_time() + _LIST_SECONDS
    for _ in range(_MOST_PAGES):
        try:
            page = await hub.call(server, LIST, arguments, _Listed)
        except ToolError as error:
            return names, error
        names += [row.cluster for row in page.clusters]
        unread = [gap.reason for gap in page.gaps if gap.what == _CLUSTER]
        if unread:
            return names, ForbiddenError(f"{_CLUSTER} could not be read: {unread[0]}")
        if not page.next_cursor:
            return names, None
        if anyio.current_time() > end:
            return names, ToolError(f"the first {len(names)} took more than {_LIST_SECONDS:g} s")
        arguments["cursor"] = page.next_cursor
    return names, ToolError(f"there are more than the first {len(names)}")


async def also_known(
    hub: Hub,
    offers: Offers,
    names: Sequence[str],
    present: Sequence[Known],
    *,
    by_uid: bool = False,
) -> dict[str, str]:
    """Return, of names of workload clusters, those of clusters that are asked, with their names.

    Such a cluster has the uid of the other one, and its Cluster the endpoint that the kubeconfig
    has for that. Where this cannot be told in time, the two are taken for different ones.
    `by_uid`: or it has the uid of one alone, which is enough to join them, not to ask one for both.
    """
    server = offering(offers, GET)
    known = [one for one in present if one.uid and (one.address or by_uid)]
    servers = {one.address.server for one in known if one.address}
    found: dict[str, str] = {}

    async def look(name: str) -> None:
        """Keep what a workload cluster is known as, if it is."""
        at = await _server_of(hub, server, name)
        if at not in servers and not by_uid:
            return
        one = await identify(hub, server, name, ROLL_SECONDS)
        same = [other for other in known if isinstance(one, Known) and other.uid == one.uid]
        there = [other for other in same if other.address and other.address.server == at]
        if there or (by_uid and len(same) == 1):
            found[name] = (there or same)[0].name

    if server and known:
        of_clusters = [name for name in names if name.startswith(WORKLOAD_CLUSTER) and "/" in name]
        with anyio.move_on_after(ROLL_SECONDS):
            await each(of_clusters, look, SIDE_BY_SIDE)
    return {name: found[name] for name in names if name in found}


async def _server_of(hub: Hub, server: str, name: str) -> str:
    """Return where the Cluster of a workload cluster says that this is reached, or ""."""
    *management, namespace, cluster = name.removeprefix(WORKLOAD_CLUSTER).rsplit("/", 2)
    asked = {"kind": _CLUSTER, "namespace": namespace, "name": cluster, "fields": [_HOST, _PORT]}
    if management:
        asked["cluster"] = management[0]
    try:
        got = await hub.call(server, GET, asked, Got, seconds=ROLL_SECONDS)
    except ToolError:
        return ""
    return server_at(got.first(_HOST), got.first(_PORT))
