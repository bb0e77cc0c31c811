"""Requests to one backend or Alertmanager: bounded in size and time, and never elsewhere."""

import ssl
from collections.abc import Sequence
from importlib.metadata import version
from urllib.parse import urljoin, urlsplit

import anyio
import httpx
import orjson

from clusterwright.tools.errors import InvalidInputError, QueryError, UnreachableError
from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.client.answer import Answer
from clusterwright.tools.prometheus.client.unanswered import LateError, from_httpx
from clusterwright.tools.prometheus.endpoint import Endpoint

Parameters = Sequence[tuple[str, str]]
"""Of a request; one name may come several times, as match[]."""

LONGEST_ANSWER = 64 * 2**20
"""Bytes, decompressed: some 3 million samples would be no answer to anybody."""
CONNECT_SECONDS = 5.0
_GRACE_SECONDS = 5.0
"""The server is told its time; only where it does not keep to it we end the request."""
_CONNECTIONS = 32
"""More than may be heavy at a time, so that there is always one for what is light."""
_MOST_REDIRECTS = 3
_USER_AGENT = f"clusterwright/{version('clusterwright')}"


class Http:
    """A pool of connections to one endpoint."""

    def __init__(
        self, endpoint: Endpoint, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Take the endpoint; nothing is connected yet.

        `transport` is how it is reached if not directly, as through the API server, and the
        place of rare answers in tests.
        """
        self.endpoint = endpoint
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def send(
        self,
        method: str,
        path: str,
        parameters: Parameters = (),
        *,
        seconds: float,
        content: Json = None,
        follow: bool = True,
    ) -> Answer:
        """Send a request, with its parameters as a form if it is a POST of no JSON `content`.

        A redirect is followed to the same scheme, host and port only, and never by a write.

        `follow` is whether at all; otherwise a redirect is an answer.

        Raises ToolError for what is no answer at all; an error status is an answer.
        """
        url = f"{self.endpoint.url}{path}"
        try:
            with anyio.fail_after(seconds + _GRACE_SECONDS):
                for _ in range(_MOST_REDIRECTS + 1):
                    answer = await self._once(method, url, parameters, content)
                    if not (follow and answer.is_redirect):
                        return answer
                    url = self._onward(url, answer.headers["location"], content)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise from_httpx(error, self.endpoint) from error
        except TimeoutError as error:
            raise LateError(
                f"{self.endpoint} did not answer within {seconds + _GRACE_SECONDS:.0f} s",
                hint="ask for a shorter range or fewer series, or try again later",
            ) from error
        raise UnreachableError(
            f"{self.endpoint} redirects without end",
            hint=f"check {self.endpoint.told_in}",
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client:
            await self._client.aclose()
            self._client = None

    async def _once(self, method: str, url: str, parameters: Parameters, content: Json) -> Answer:
        form = method == "POST" and content is None
        headers = self._headers()
        if content is not None:
            headers["Content-Type"] = "application/json"
        elif form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        encoded = str(httpx.QueryParams(list(parameters)))
        body = orjson.dumps(content) if content is not None else encoded.encode() if form else None
        if encoded and not form:
            url = f"{url}?{encoded}" if "?" not in url else url
        client = self._opened()
        async with client.stream(method, url, content=body, headers=headers) as response:
            return Answer(response.status_code, response.headers, await self._whole(response))

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        if authorization := self.endpoint.credential.authorization():
            headers["Authorization"] = authorization
        if self.endpoint.tenant:
            headers["X-Scope-OrgID"] = self.endpoint.tenant
        return headers

    async def _whole(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise QueryError(
                    f"the answer is longer than {LONGEST_ANSWER >> 20} MiB and was not read",
                    hint="ask for less: sum by (...) or topk(10, ...), a shorter range or a"
                    " longer step; count(...) tells how many series there are",
                )
        return bytes(body)

    def _onward(self, url: str, location: str, content: Json) -> str:
        target = urljoin(url, location)
        try:
            here, there = _origin(url), _origin(target)
        except ValueError:
            here, there = ("", "", None), ("", location, None)
        # Through the API server even the same host is another place: all of the Kubernetes API.
        if here == there and content is None and self._transport_follows:
            return target
        elsewhere = f"{there[0]}://{there[1]}{f':{there[2]}' if there[2] else ''}"[:100]
        raise UnreachableError(
            f"{self.endpoint} redirects to {elsewhere!r}, which is not followed",
            hint=f"check {self.endpoint.told_in}; a redirect to a login page means that a"
            " credential is missing or refused",
        )

    @property
    def _transport_follows(self) -> bool:
        return getattr(self._transport, "follows_redirects", True)

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=True if self._transport else _trust(self.endpoint),
                transport=self._transport,
                # Configuration alone says how a backend is reached, not this process' environment.
                trust_env=False,
                timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
                limits=httpx.Limits(
                    max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS
                ),
                headers={
                    "User-Agent": _USER_AGENT,
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                },
            )
        return self._client


def _origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port; raises ValueError for a port that is none."""
    split = urlsplit(url)
    port = split.port or {"http": 80, "https": 443}.get(split.scheme)
    return split.scheme, split.hostname or "", port


def _trust(endpoint: Endpoint) -> ssl.SSLContext:
    try:
        trust = ssl.create_default_context(cafile=endpoint.ca_file)
        if endpoint.cert_file:
            trust.load_cert_chain(endpoint.cert_file, endpoint.key_file)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInputError(
            f"the certificates of {endpoint} cannot be read: {error}",
            hint="check ca_file, cert_file and key_file in prometheus.yaml",
        ) from error
    return trust
