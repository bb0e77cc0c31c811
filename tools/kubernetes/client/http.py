"""One HTTP client per cluster and credential: deadlines, retries, errors translated."""

import gc
import hashlib
import os
import re
import ssl
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import cast

import anyio
import httpx
import orjson

from clusterwright.tools.errors import ToolError, UnreachableError
from clusterwright.tools.kubernetes.client.credentials import Credentials
from clusterwright.tools.kubernetes.client.login import within_time
from clusterwright.tools.kubernetes.client.translate import NO_API_SERVER, from_httpx, from_status
from clusterwright.tools.manifest import Json, Manifest, number

Query = Mapping[str, str | int]
Renew = Callable[[], Credentials]
"""Blocks: reads files, may run a plugin."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
DEADLINE_SECONDS = 45.0
"""For one read with all its retries."""
LONGEST_ANSWER = 256 * 2**20
"""Bytes of one answer, decompressed: a page of the largest objects, not all memory there is."""
_NO_ANSWER = (httpx.HTTPError, ssl.SSLError)
"""A server that misses a client's certificate says so late, where httpx lets ssl's error out."""
_ATTEMPTS = 4
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_SWITCHED = 101
_UNAUTHORIZED = 401
_RETRIED = frozenset({429, 500, 502, 503, 504})
_WARNING = re.compile(r'299 \S+ "(.*)"\Z', re.DOTALL)
_OF_A_CONNECTION = frozenset({"host", "connection", "content-length", "authorization", "accept"})
"""Headers that are made anew when a request is sent on."""
_WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_USER_AGENT = f"clusterwright/{version('clusterwright')}"


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer that was read to its end."""

    status: int
    headers: httpx.Headers
    body: bytearray


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a write: the object as it is now, and what admission warned of."""

    found: Manifest
    warnings: tuple[str, ...] = ()


class Http:
    """Requests to one API server: reads, which may be repeated, and writes, which are not."""

    def __init__(
        self,
        credentials: Credentials,
        renew: Renew | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the credentials and, as `renew`, how to log in again once they are refused.

        `transport` replaces the network in tests of rare answers.
        """
        self._credentials = credentials
        self._renew = renew
        self._client = self._pool(credentials, transport)
        # What was switched is in use for long, and must not keep requests waiting.
        self._switched = self._pool(credentials, transport)
        self.server_time = datetime.now(UTC)
        """The API server's clock, as of its last answer."""

    @staticmethod
    def _pool(
        credentials: Credentials, transport: httpx.AsyncBaseTransport | None
    ) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=credentials.server,
            verify=credentials.tls,
            proxy=credentials.proxy or None,
            transport=transport,
            # Only the kubeconfig says how to reach a cluster, not this process's environment.
            trust_env=False,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
            # A list comes in a chunk for each object; compressed, in a fourteenth of them.
            headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "gzip"},
        )

    @property
    def endpoint(self) -> str:
        """The API server's address and a digest of the authorities that it is trusted by."""
        trusted = sorted(self._credentials.tls.get_ca_certs(binary_form=True))
        return f"{self._credentials.server}#{hashlib.sha256(b''.join(trusted)).hexdigest()[:32]}"

    async def get(self, path: str, query: Query | None = None, accept: str = "") -> Manifest:
        """Return the JSON object at a path; raise a ToolError for anything else."""
        response = await self._get(path, query or {}, accept or "application/json")
        return self._object(response)

    async def send(
        self,
        method: str,
        path: str,
        body: Json,
        *,
        media: str = "application/json",
        query: Query | None = None,
        agent: str = "",
    ) -> Sent:
        """Write; never twice, because an answer that was lost does not mean that nothing was done.

        `agent` follows our name in the User-Agent, which the API server's audit log keeps. Raises
        a ToolError; UnreachableError leaves open whether the write took place.
        """
        content = orjson.dumps(body)
        for attempt in (1, 2):
            headers = await self._headers("application/json")
            headers |= {"Content-Type": media, "User-Agent": f"{_USER_AGENT} {agent}".strip()}
            try:
                async with self._client.stream(
                    method,
                    path,
                    params=dict(query or {}),
                    content=content,
                    headers=headers,
                    extensions=self._extensions(),
                ) as opened:
                    response = await self._whole(opened)
            except _NO_ANSWER as error:
                raise self._translated(error) from error
            self._note_time(response)
            if httpx.codes.is_success(response.status):
                return Sent(self._object(response), _warnings(response))
            if response.status != _UNAUTHORIZED or attempt > 1 or not self._renew:
                break
            # A refused credential was refused before anything was done.
            self._credentials = await within_time(self._renew, self._credentials.cluster)
        raise self._error(response)

    @asynccontextmanager
    async def stream(self, path: str, query: Query) -> AsyncGenerator[httpx.Response]:
        """Open a response to be read bit by bit; an error status is raised."""
        headers = await self._headers("*/*")
        try:
            async with self._client.stream(
                "GET", path, params=dict(query), headers=headers, extensions=self._extensions()
            ) as response:
                if not response.is_success:
                    raise self._error(await self._whole(response))
                yield response
        except _NO_ANSWER as error:
            raise self._translated(error) from error

    async def forward(self, request: httpx.Request, path: str) -> httpx.Response:
        """Send another client's request, which was read, to a path here; return it unread.

        It gets our credential and keeps its own deadlines. Raises a ToolError where there is no
        answer; an error status is one.
        """
        kept = {k: v for k, v in request.headers.items() if k not in _OF_A_CONNECTION}
        extensions = self._extensions() | {"timeout": request.extensions.get("timeout")}
        for attempt in (1, 2):
            headers = kept | await self._headers(kept.get("accept", "*/*"))
            sent = self._client.build_request(
                request.method,
                path,
                content=request.content,
                headers=headers,
                extensions=extensions,
            )
            try:
                response = await self._client.send(sent, stream=True)
            except _NO_ANSWER as error:
                raise self._translated(error) from error
            if response.status_code != _UNAUTHORIZED or attempt > 1 or not self._renew:
                break
            await response.aclose()
            self._credentials = await within_time(self._renew, self._credentials.cluster)
        return response

    async def switch(self, path: str, query: Query, protocol: str) -> httpx.Response:
        """Switch a connection to websocket frames of a protocol; closing the response ends it.

        Raises a ToolError where the API server does not.
        """
        key = b64encode(os.urandom(16)).decode()
        for attempt in (1, 2):
            headers = await self._headers("*/*")
            headers |= {"Connection": "Upgrade", "Upgrade": "websocket"}
            headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
            headers |= {"Sec-WebSocket-Protocol": protocol}
            sent = self._switched.build_request(
                "GET", path, params=dict(query), headers=headers, extensions=self._extensions()
            )
            try:
                response = await self._switched.send(sent, stream=True)
                if response.status_code == _SWITCHED:
                    return await _agreed(response, key, protocol)
                async with aclosing(response):
                    answer = await self._whole(response)
            except _NO_ANSWER as error:
                raise self._translated(error) from error
            if answer.status != _UNAUTHORIZED or attempt > 1 or not self._renew:
                break
            self._credentials = await within_time(self._renew, self._credentials.cluster)
        if httpx.codes.is_success(answer.status):
            raise _no_websocket(f"it answered {answer.status}")
        raise self._error(answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._switched.aclose()

    async def _get(self, path: str, query: Query, accept: str) -> _Response:
        pause, cluster = _FIRST_PAUSE, self._credentials.cluster
        with anyio.move_on_after(DEADLINE_SECONDS):
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    response = await self._send(path, query, accept)
                except _NO_ANSWER as error:
                    if attempt == _ATTEMPTS or isinstance(error, httpx.ConnectError | ssl.SSLError):
                        raise self._translated(error) from error
                else:
                    self._note_time(response)
                    if httpx.codes.is_success(response.status):
                        return response
                    if response.status == _UNAUTHORIZED and attempt == 1 and self._renew:
                        self._credentials = await within_time(self._renew, cluster)
                        continue
                    if attempt == _ATTEMPTS or response.status not in _RETRIED:
                        raise self._error(response)
                    pause = max(pause, _retry_after(response))
                await anyio.sleep(min(pause, _LONGEST_PAUSE))
                pause *= 2
        raise UnreachableError(
            f"cluster {cluster!r} gave no answer within {DEADLINE_SECONDS:.0f} s",
            hint="the API server is overloaded or far away; narrow the question or try later",
        )

    async def _send(self, path: str, query: Query, accept: str) -> _Response:
        headers = await self._headers(accept)
        async with self._client.stream(
            "GET", path, params=dict(query), headers=headers, extensions=self._extensions()
        ) as response:
            return await self._whole(response)

    async def _whole(self, response: httpx.Response) -> _Response:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise UnreachableError(
                    f"an answer of cluster {self._credentials.cluster!r} is longer than"
                    f" {LONGEST_ANSWER >> 20} MiB",
                    hint="narrow the question: a namespace, labels, one object",
                )
        return _Response(response.status_code, response.headers, body)

    async def _headers(self, accept: str) -> dict[str, str]:
        ask = self._credentials.authorization
        may_block, cluster = self._credentials.may_block, self._credentials.cluster
        authorization = await within_time(ask, cluster) if may_block else ask()
        headers = {"Accept": accept}
        return headers | {"Authorization": authorization} if authorization else headers

    def _extensions(self) -> dict[str, str]:
        name = self._credentials.server_name
        return {"sni_hostname": name} if name else {}

    def _note_time(self, response: _Response) -> None:
        try:
            told = parsedate_to_datetime(response.headers["Date"])
            self.server_time = told if told.tzinfo else told.replace(tzinfo=UTC)
        except (KeyError, ValueError):
            self.server_time = datetime.now(UTC)  # a proxy that drops the header

    def _object(self, response: _Response) -> Manifest:
        try:
            with _no_collection():
                found = orjson.loads(response.body)
        except orjson.JSONDecodeError as error:
            if "recursion" in str(error):
                raise UnreachableError(
                    "the answer holds an object that is nested too deep to be read",
                    hint="ask for a namespace, or for other objects one by one",
                ) from error
            raise self._odd(response) from error
        if not isinstance(found, dict):
            raise self._odd(response)
        body = cast("Manifest", found)
        if body.get("kind") == "Status" and body.get("status") == "Failure":
            raise from_status(number(body, "code"), body, self._credentials.cluster)
        return body

    def _odd(self, response: _Response) -> ToolError:
        what = response.headers.get("Content-Type", "something")
        return UnreachableError(
            f"{self._credentials.server} answered with {what} that is no JSON object",
            hint=NO_API_SERVER,
        )

    def _error(self, response: _Response) -> ToolError:
        try:
            body = orjson.loads(response.body)
        except orjson.JSONDecodeError:
            body = {"message": response.body.decode("utf-8", errors="replace")}
        return from_status(response.status, body, self._credentials.cluster)

    def _translated(self, error: httpx.HTTPError | ssl.SSLError) -> ToolError:
        where = self._credentials.server
        if self._credentials.proxy:
            proxy = httpx.URL(self._credentials.proxy)
            where += f" through {proxy.scheme}://{proxy.netloc.decode()}"  # without its password
        return from_httpx(error, self._credentials.cluster, where)


@contextmanager
def _no_collection() -> Generator[None]:
    """Spare the garbage collector the walks over what is being decoded: two thirds of the time.

    Decoded JSON has no cycles, so there is nothing to find in it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _warnings(response: _Response) -> tuple[str, ...]:
    """Return the texts of `Warning: 299 - "text"` headers, as admission sends them."""
    found = (_WARNING.match(one) for one in response.headers.get_list("Warning"))
    return tuple(one[1].replace('\\"', '"') for one in found if one)


async def _agreed(response: httpx.Response, key: str, protocol: str) -> httpx.Response:
    """Return a response that switched to what was asked for (RFC 6455, section 4.1)."""
    wanted = b64encode(
        hashlib.sha1((key + _WEBSOCKET).encode(), usedforsecurity=False).digest()
    ).decode()
    told = response.headers.get("Sec-WebSocket-Protocol")
    if told == protocol and response.headers.get("Sec-WebSocket-Accept") == wanted:
        return response
    await response.aclose()
    raise _no_websocket(f"it does not speak {protocol}")


def _no_websocket(why: str) -> UnreachableError:
    return UnreachableError(
        f"the API server opened no websocket: {why}",
        hint="see whether a proxy stands before it that does not let websockets through",
    )


def _retry_after(response: _Response) -> float:
    try:
        return float(response.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0  # a date: servers of Kubernetes send seconds
