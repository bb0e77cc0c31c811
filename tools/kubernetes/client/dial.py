"""Make a connection: the heavy imports, off the event loop, on first use only."""

from functools import partial
from pathlib import Path

from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.credentials import load
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.kubernetes.client.login import within_time


async def dial(kubeconfig: Path | None, context: str) -> Connection:
    """Return a connection to a context's cluster; nothing is sent yet."""
    credentials = await within_time(partial(load, kubeconfig, context), context)
    renew = partial(load, kubeconfig, credentials.cluster)
    return Connection(credentials.cluster, Http(credentials, renew))
