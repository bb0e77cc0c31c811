"""One Prometheus, or what speaks its API: queries and the rest of API v1, as plain data."""

from collections.abc import Sequence

from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.capability import Capability
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.result import Result

Parameters = Sequence[tuple[str, str]]
"""Of a request; one name may come several times, as match[]."""


class Backend:
    """Requests to one backend. Its URL comes from configuration or from the cluster."""

    name: str
    """As configured, or as found: `monitoring/prometheus-operated`."""

    async def capability(self) -> Capability:
        """Return what the backend is and can do; asked once."""
        raise NotImplementedError

    async def instant(
        self,
        query: str,
        at: float | None = None,
        *,
        lane: Lane = Lane.LIGHT,
        limit: int | None = None,
        seconds: float | None = None,
    ) -> Result:
        """Return the value of a query at one moment, by default the server's now.

        Raises QueryError (an InvalidInputError) for what the server cannot parse or execute,
        BusyError where all heavy queries are taken, UnreachableError.
        """
        raise NotImplementedError

    async def range(
        self,
        query: str,
        start: float,
        end: float,
        step: float,
        *,
        lane: Lane = Lane.HEAVY,
        limit: int | None = None,
        seconds: float | None = None,
    ) -> Result:
        """Return the values of a query from `start` to `end`, one each `step` seconds."""
        raise NotImplementedError

    async def get(self, path: str, parameters: Parameters = (), *, lane: Lane = Lane.LIGHT) -> Json:
        """Return `data` of an endpoint below /api/v1, as `targets` or `label/job/values`.

        Raises NotServedError where the backend has no such endpoint.
        """
        raise NotImplementedError
