"""A simulated API server at the HTTP boundary, for answers that a real one gives too rarely.

It imitates the wire format of kube-apiserver 1.36: aggregated discovery, lists with `continue`,
and Status objects, as captured from a sandbox.
"""

import ssl
from collections.abc import Callable

import anyio.lowlevel
import httpx
from kubernetes.client import Configuration

from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.credentials import Credentials
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.manifest import Manifest

Answer = Callable[[httpx.Request], httpx.Response]

_PODS: Manifest = {
    "resource": "pods",
    "responseKind": {"group": "", "version": "v1", "kind": "Pod"},
    "scope": "Namespaced",
    "singularResource": "pod",
    "shortNames": ["po"],
    "verbs": ["get", "list"],
}
_CORE: Manifest = {"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [_PODS]}]}


def discovery(*groups: Manifest) -> httpx.Response:
    body = {"kind": "APIGroupDiscoveryList", "items": list(groups)}
    return httpx.Response(200, json=body)


def status(code: int, message: str, **headers: str) -> httpx.Response:
    return httpx.Response(
        code, json={"kind": "Status", "code": code, "message": message}, headers=headers
    )


def connect(answer: Answer) -> Connection:
    """Return a connection whose requests `answer` sees, but for discovery."""

    async def handle(request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()  # as a network would
        if request.url.path == "/api":
            return discovery(_CORE)
        if request.url.path == "/apis":
            return discovery()
        return answer(request)

    return Connection(
        "simulated", Http(simulated_credentials(), transport=httpx.MockTransport(handle))
    )


def simulated_credentials() -> Credentials:
    """Return credentials for a server that is not there."""
    return Credentials(
        cluster="simulated",
        server="https://127.0.0.1:1",
        tls=ssl.create_default_context(),
        server_name="",
        proxy="",
        _source=Configuration(),
    )
