"""OpenCost's API, reached through the API server of its cluster."""

import httpx
import orjson

from clusterwright.tools.errors import ForbiddenError, UnreachableError
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.client.http import Http
from clusterwright.tools.prometheus.cost.opencost import PORT, Place, places
from clusterwright.tools.prometheus.endpoint import Endpoint

_SECONDS = 30.0
_FORBIDDEN = 403


class OpenCost:
    """Allocations of one cluster."""

    def __init__(self, place: Place, transport: httpx.AsyncBaseTransport) -> None:
        """Take where it is and how it is reached; nothing is asked yet."""
        self.place = place
        url = f"http://{place.service}.{place.namespace}.svc:{PORT}"
        endpoint = Endpoint(place.name, url, what="OpenCost", service=f"Service/{place.name}")
        self._http = Http(endpoint, transport)

    async def allocation(self, parameters: list[tuple[str, str]]) -> Json:
        """Return the answer of /allocation; raise UnreachableError or ForbiddenError."""
        answer = await self._http.send("GET", "/allocation", parameters, seconds=_SECONDS)
        if answer.status == _FORBIDDEN:
            raise ForbiddenError(
                f"OpenCost at {self.place.name} may not be reached through the API server",
                hint=f"it takes `get` on services/proxy in namespace {self.place.namespace!r}",
            )
        try:
            found: Json = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise UnreachableError(
                f"OpenCost at {self.place.name} answered HTTP {answer.status} and no JSON",
                hint="look at its log; costs go on without it",
            ) from error
        return found

    async def aclose(self) -> None:
        """Close what was opened."""
        await self._http.aclose()


async def find_opencost(connection: Connection) -> OpenCost | None:
    """Return the OpenCost or Kubecost of a cluster, None where no Service is one."""
    found = places(await connection.list(await connection.resource("Service")))
    if not found:
        return None
    place = found[0]
    return OpenCost(place, connection.service(place.namespace, f"http:{place.service}:{PORT}"))
