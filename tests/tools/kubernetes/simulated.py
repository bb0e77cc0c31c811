"""Clusters whose API server is simulated at the HTTP boundary: any pod, any log, any events."""

import httpx

from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.client.server import Answer, connect, status


class SimulatedClusters(Clusters):
    """One cluster, answered by a function; it imitates kube-apiserver 1.36."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    async def connect(self, cluster: str | None = None) -> Connection:
        return connect(self._answer)


def one_pod(pod: Manifest, log: bytes = b"", refusal: str = "") -> SimulatedClusters:
    """Return clusters that hold one pod, with a log or with a refusal in its place."""

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/log"):
            return httpx.Response(200, json=pod)
        return status(400, refusal) if refusal else httpx.Response(200, content=log)

    return SimulatedClusters(answer)
