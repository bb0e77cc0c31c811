"""The clusters that a process may reach, by the name of a kubeconfig context."""

from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.client.recent import Recent

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_WORKLOAD_CLUSTER = "capi:"


class Clusters:
    """Connections by cluster name, made when first asked for and shared from then on.

    The default context is pinned by its first use: switching contexts elsewhere does not redirect
    a running server.
    """

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None) -> None:
        """Take where to look; nothing is read yet.

        Args:
            kubeconfig: a file; by default what kubectl would use, or the pod's service account.
            context: the default cluster; by default the file's current context.
        """
        self._kubeconfig = kubeconfig
        self._default = context or ""
        self._connections: dict[str, Connection] = {}
        self.recent = Recent()
        """What tools keep for the next page of an answer."""
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)

    async def connect(self, cluster: str | None = None) -> "Connection":
        """Return the connection to a cluster: a context's name, by default the pinned one.

        Raises NotFoundError naming the contexts there are, UnauthenticatedError when the
        credential cannot be had.
        """
        name = cluster or self._default
        if name.startswith(_WORKLOAD_CLUSTER):
            raise RefusedError(
                f"{name!r}: workload clusters of Cluster API cannot be reached yet",
                hint="pass the name of a kubeconfig context",
            )
        async with self._locks[name]:  # a cluster whose login hangs does not keep the others
            if name not in self._connections:
                self._connections[name] = await self._dial(name)
            return self._connections[name]

    async def _dial(self, name: str) -> "Connection":
        # Loads httpx and kubernetes, half a second that start-up does without.
        dial = import_module("clusterwright.tools.kubernetes.client.dial")
        connection: Connection = await dial.dial(self._kubeconfig, name)
        known = self._connections.setdefault(connection.cluster, connection)
        if known is not connection:
            await connection.aclose()  # the default context, asked for by its name as well
        return known

    async def aclose(self) -> None:
        """Close every connection."""
        for connection in {id(one): one for one in self._connections.values()}.values():
            await connection.aclose()
        self._connections.clear()
