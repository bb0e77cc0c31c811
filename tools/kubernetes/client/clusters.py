"""The clusters that a process may reach, by the name of a kubeconfig context."""

import hashlib
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.kubernetes.client.recent import Recent

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_WORKLOAD_CLUSTER = "capi:"
_KUBECONFIG_SECONDS = 60.0
"""How long the kubeconfig of a workload cluster is taken as it was read; providers rotate it."""


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
        self._read: dict[str, float] = {}
        self._fingerprints: dict[str, str] = {}
        """Of the kubeconfigs of workload clusters, and when they were last read."""
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)

    @property
    def kubeconfig(self) -> Path | None:
        """The file that contexts are looked up in, if it is not kubectl's own."""
        return self._kubeconfig

    async def connect(self, cluster: str | None = None) -> "Connection":
        """Return the connection to a cluster.

        It is a context's name, by default the pinned one, or `capi:[context/]namespace/name` for
        a workload cluster of Cluster API.

        Raises NotFoundError naming the contexts there are, UnauthenticatedError when the
        credential cannot be had.
        """
        name = cluster or self._default
        if name.startswith(_WORKLOAD_CLUSTER):
            return await self._workload(name)
        async with self._locks[name]:  # a cluster whose login hangs does not keep the others
            if name not in self._connections:
                self._connections[name] = await self._dial(name)
            return self._connections[name]

    async def _workload(self, name: str) -> "Connection":
        work = import_module("clusterwright.tools.kubernetes.client.workload")
        target = work.Target.parse(name)
        management = await self.connect(target.context or None)
        async with self._locks[name]:
            known = self._connections.get(name)
            if known and anyio.current_time() - self._read.get(name, 0.0) < _KUBECONFIG_SECONDS:
                return known
            kubeconfig: str = await work.kubeconfig_of(management, target)
            self._read[name] = anyio.current_time()
            fingerprint = hashlib.sha256(kubeconfig.encode()).hexdigest()
            if known and self._fingerprints.get(name) == fingerprint:
                return known
            made: Connection = await work.dial(kubeconfig, target, name)
            self._connections[name], self._fingerprints[name] = made, fingerprint
            if known:
                await known.aclose()
            return made

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
