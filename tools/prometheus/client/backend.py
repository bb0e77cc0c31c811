"""One Prometheus, or what speaks its API: queries and the rest of API v1, as plain data."""

import math
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

import anyio
import orjson
from anyio import to_thread

from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.manifest import Json, Manifest, items, mapping, number, text, truth
from clusterwright.tools.prometheus.capability import Capability, Flavor
from clusterwright.tools.prometheus.client.answer import Answer
from clusterwright.tools.prometheus.client.decode import decode, loads
from clusterwright.tools.prometheus.client.gate import Gate, Place
from clusterwright.tools.prometheus.client.lane import Lane, heavy_at_a_time
from clusterwright.tools.prometheus.client.probe import probe
from clusterwright.tools.prometheus.client.translate import from_answer, from_odd_answer
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.ruinous import refuse_ruinous

if TYPE_CHECKING:
    import httpx

    from clusterwright.tools.prometheus.client.http import Http

Parameters = Sequence[tuple[str, str]]
"""Of a request; one name may come several times, as match[]."""

SECONDS = {Lane.LIGHT: 10.0, Lane.HEAVY: 30.0}
"""What a query may take by default, as the server is told it."""
_SIZING_SECONDS = 2.0
_ASK_AGAIN_SECONDS = 60.0
"""After which what a backend did not tell about itself is asked again."""
_LARGE = 256 * 1024
"""Bytes that are parsed beside the event loop."""
_SEARCH = "search/"
_PATH = re.compile(r"[A-Za-z0-9_.:-]+(/[A-Za-z0-9_.:-]+){0,5}")
_METHOD_NOT_ALLOWED = 405
_LONGEST_URL = 8_000
"""Bytes of parameters as a URL spells them; proxies take 8 KiB of a request's line and headers."""


class Backend:
    """Requests to one backend. Its URL comes from configuration or from the cluster."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        prefers_get: bool = False,
        flavor: Flavor | None = None,
    ) -> None:
        """Take where it is; nothing is asked yet.

        Args:
            endpoint: its address and credential.
            transport: how it is reached if not directly; replaces the network in tests.
            prefers_get: whether queries that fit into a URL are asked so, as the API server's
                proxy wants another right for POST.
            flavor: what it is, where that is known; what it can do is asked nevertheless.
        """
        self.name = endpoint.name
        """As configured, or as found: `monitoring/prometheus-operated`."""
        self.endpoint = endpoint
        http = import_module("clusterwright.tools.prometheus.client.http")
        self._http: Http = http.Http(endpoint, transport)
        self._prefers_get = prefers_get
        self._posts = True
        self._flavor = flavor
        self._gate = Gate()
        self._size_again = -math.inf
        self._sizing = anyio.Lock()
        self._place: ContextVar[Place | None] = ContextVar("place", default=None)
        self._capability: Capability | None = None
        self._probe_again = math.inf
        self._probing = anyio.Lock()

    async def capability(self) -> Capability:
        """Return what the backend is and can do; asked until it tells, but not at once again."""
        async with self._probing:
            known = self._capability
            if known is None or anyio.current_time() >= self._probe_again:
                known = self._capability = await probe(self._probe_answer, self._flavor)
                later = anyio.current_time() + _ASK_AGAIN_SECONDS
                self._probe_again = math.inf if known.settled else later
            return known

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
        refuse_ruinous(query)
        asked = [] if at is None else [("time", _number(at))]
        return await self._query("query", query, asked, lane, limit, seconds)

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
        refuse_ruinous(query, end - start)
        asked = [("start", _number(start)), ("end", _number(end)), ("step", _number(step))]
        return await self._query("query_range", query, asked, lane, limit, seconds)

    async def get(self, path: str, parameters: Parameters = (), *, lane: Lane = Lane.LIGHT) -> Json:
        """Return `data` of an endpoint below /api/v1, as `targets` or `label/job/values`.

        Of `search/...`, which answers in lines, it is `{"results": [...], "has_more": ...}`.

        Raises NotServedError where the backend has no such endpoint.
        """
        _check(path)
        answer = await self._ask("GET", path, parameters, lane, SECONDS[lane])
        if not answer.is_success:
            raise from_answer(answer, self.endpoint)
        if path.startswith(_SEARCH):
            return self._lines(answer)
        return (await self._body(answer)).get("data")

    @asynccontextmanager
    async def one_question(self) -> AsyncGenerator[None]:
        """Let the heavy queries inside the block, one after the other, share a place in line."""
        async with AsyncExitStack() as until:
            before = self._place.set(Place(until))
            try:
                yield
            finally:
                self._place.reset(before)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _query(
        self,
        path: str,
        query: str,
        asked: list[tuple[str, str]],
        lane: Lane,
        limit: int | None,
        seconds: float | None,
    ) -> Result:
        allowed = SECONDS[lane] if seconds is None else seconds
        timeout = f"{round(allowed * 1_000)}ms"
        parameters = [("query", query), *asked, ("timeout", timeout), ("stats", "true")]
        if limit is not None:
            parameters.append(("limit", str(limit)))
        answer = await self._sent(path, parameters, lane, allowed)
        if not answer.is_success:
            raise from_answer(answer, self.endpoint)
        body = await self._body(answer)
        if len(answer.body) > _LARGE:
            return await to_thread.run_sync(decode, body)
        return decode(body)

    async def _sent(self, path: str, parameters: Parameters, lane: Lane, seconds: float) -> Answer:
        """Post a query, which has room for a long one; get it where that is not allowed."""
        fits = len(urlencode(parameters)) < _LONGEST_URL
        if self._posts and not (self._prefers_get and fits):
            answer = await self._ask("POST", path, parameters, lane, seconds)
            if answer.status != _METHOD_NOT_ALLOWED:
                return answer
            self._posts = False
        return await self._ask("GET", path, parameters, lane, seconds)

    async def _ask(
        self, method: str, path: str, parameters: Parameters, lane: Lane, seconds: float
    ) -> Answer:
        at = f"/api/v1/{path}"
        if lane is Lane.LIGHT:
            return await self._http.send(method, at, parameters, seconds=seconds)
        gate, place = await self._sized(), self._place.get()
        if place is not None:
            await place.take(gate)
            return await self._http.send(method, at, parameters, seconds=seconds)
        async with gate.passed():
            return await self._http.send(method, at, parameters, seconds=seconds)

    async def _sized(self) -> Gate:
        """Return the way in for heavy queries, as wide as the server has processors to spare."""
        async with self._sizing:
            if anyio.current_time() >= self._size_again:
                processors = await self._processors()
                later = anyio.current_time() + _ASK_AGAIN_SECONDS
                self._size_again = math.inf if processors > 0 else later
                self._gate.narrow(heavy_at_a_time(processors))
            return self._gate

    async def _processors(self) -> int:
        """Return how many the server uses; 0 where it does not tell."""
        try:
            answer = await self._ask("GET", "status/runtimeinfo", (), Lane.LIGHT, _SIZING_SECONDS)
            body = await self._body(answer) if answer.is_success else {}
        except ToolError:  # what is wrong with it, the query itself will tell
            return 0
        return number(body, "data", "GOMAXPROCS")

    async def _body(self, answer: Answer) -> Manifest:
        large = len(answer.body) > _LARGE
        try:
            found = await to_thread.run_sync(loads, answer.body) if large else loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise from_odd_answer(answer, self.endpoint) from error
        if not isinstance(found, dict) or "status" not in found:
            raise from_odd_answer(answer, self.endpoint)
        body = cast("Manifest", found)
        if body["status"] != "success":
            raise from_answer(answer, self.endpoint)
        return body

    def _lines(self, answer: Answer) -> Manifest:
        """Return the batches of a search as one; its last line says whether it is whole."""
        results: list[Json] = []
        end: Manifest = {}
        try:
            for line in answer.body.splitlines():
                end = mapping(loads(line))
                results += items(end, "results")
        except orjson.JSONDecodeError as error:
            raise from_odd_answer(answer, self.endpoint) from error
        if text(end, "status") != "success":
            raise from_answer(Answer(answer.status, {}, orjson.dumps(end)), self.endpoint)
        return {"results": results, "has_more": truth(end, "has_more")}

    async def _probe_answer(self, path: str) -> tuple[Json, Answer] | ToolError:
        """Return `data` of an endpoint and the answer around it, or why there is none."""
        answer = await self._ask("GET", path, (), Lane.LIGHT, SECONDS[Lane.LIGHT])
        if not answer.is_success:
            return from_answer(answer, self.endpoint)
        return (await self._body(answer)).get("data"), answer


def _check(path: str) -> None:
    """Raise InvalidInputError for what would lead out of the API, or to another endpoint of it."""
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise InvalidInputError(
            f"{path[:200]!r} is no path below /api/v1",
            hint="names in it are those of labels: letters, digits and underscores, or the"
            " U__ form of UTF-8 names",
        )


def _number(value: float) -> str:
    """Return seconds as the API takes them, in milliseconds at the finest."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
