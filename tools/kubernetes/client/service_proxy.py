"""A Service of a cluster, reached through its API server with the user's own credential."""

import httpx

from clusterwright.tools.kubernetes.client.http import Http


class ServiceProxy(httpx.AsyncBaseTransport):
    """What an HTTP client sends by, to reach a Service's port; wants `services/proxy`.

    The API server takes its own credential off a request, so none reaches the Service. A redirect
    must not be followed: below the same host is all of the Kubernetes API, and the credential is
    the user's.
    """

    follows_redirects = False

    def __init__(self, http: Http, namespace: str, port: str) -> None:
        """Take the API server, and a port as `http:name:9090`, or `https:name:web`."""
        self._http = http
        self._below = f"/api/v1/namespaces/{namespace}/services/{port}/proxy"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on; the answer is not read yet."""
        await request.aread()
        return await self._http.forward(request, self._below + request.url.raw_path.decode())
