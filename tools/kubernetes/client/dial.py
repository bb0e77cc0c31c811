"""Make a connection: the heavy imports, off the event loop, on first use only."""

from functools import partial
from pathlib import Path

from anyio import to_thread

from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.credentials import load
from clusterwright.tools.kubernetes.client.http import Http


async def dial(kubeconfig: Path | None, context: str) -> Connection:
    """Return a connection to a context's cluster; nothing is sent yet."""
    credentials = await to_thread.run_sync(load, kubeconfig, context)
    renew = partial(load, kubeconfig, credentials.cluster)
    return Connection(credentials.cluster, Http(credentials, renew))
