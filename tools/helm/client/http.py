"""Files of chart repositories over HTTP: bounded in size and time, the login to its host only."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx

from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.excerpt import one_line

_CONNECT_SECONDS, _WHOLE_SECONDS = 10.0, 120.0
_MOST_REDIRECTS = 5
_NOT_MODIFIED = 304
_ERRORS: dict[int, tuple[type[ToolError], str, str]] = {
    401: (UnauthenticatedError, "wants a login, or refuses the one it got", "check its login"),
    403: (ForbiddenError, "does not let this login read", "check its login"),
    404: (NotFoundError, "has no such file", "helm_search_charts tells which charts there are"),
    410: (NotFoundError, "has no such file", "helm_search_charts tells which charts there are"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """How a host is reached."""

    login: tuple[str, str] | None = field(default=None, repr=False)
    host: str = ""
    """The URL of which scheme, host and port get the login; empty for every host."""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    plain: bool = False
    """Whether it may be without TLS."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came back; no body where the server said that it is as it was."""

    body: bytes | None
    headers: Mapping[str, str]
    status: int = 200


async def download(
    url: str,
    access: Access,
    *,
    most: int,
    headers: Mapping[str, str] | None = None,
    answers: frozenset[int] = frozenset(),
) -> Downloaded:
    """Return what is at a URL.

    Args:
        url: of http or https.
        access: who asks, and whom it trusts.
        most: bytes; more is refused.
        headers: sent along, as If-None-Match.
        answers: codes besides success that are answers, with their body left out.

    Raises UnreachableError, UnauthenticatedError, ForbiddenError or NotFoundError that names the
    host, and InvalidInputError for what is too large.
    """
    host = urlsplit(url).netloc
    try:
        with anyio.fail_after(_WHOLE_SECONDS):
            async with httpx.AsyncClient(
                verify=_trust(access), timeout=httpx.Timeout(30.0, connect=_CONNECT_SECONDS)
            ) as client:
                return await _follow(client, url, access, most, dict(headers or {}), answers)
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        said = one_line(str(error)) or type(error).__name__
        raise UnreachableError(
            f"{host} cannot be reached: {said}",
            hint="check the repository's url and ca_file in charts.yaml, and the network",
        ) from error
    except TimeoutError as error:
        raise UnreachableError(
            f"{host} did not answer within {_WHOLE_SECONDS:.0f} s", hint="try again later"
        ) from error


def _trust(access: Access) -> ssl.SSLContext:
    try:
        trust = ssl.create_default_context(cafile=access.ca_file)
        if access.cert_file:
            trust.load_cert_chain(access.cert_file, access.key_file)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInputError(
            f"the certificates of the repository cannot be read: {error}",
            hint="check ca_file, cert_file and key_file",
        ) from error
    return trust


async def _follow(
    client: httpx.AsyncClient,
    url: str,
    access: Access,
    most: int,
    headers: dict[str, str],
    answers: frozenset[int],
) -> Downloaded:
    """Follow redirects by hand: each host is judged on whether it gets the login."""
    for _ in range(_MOST_REDIRECTS + 1):
        _check(url, access)
        login = access.login if not access.host or same_host(url, access.host) else None
        auth = httpx.BasicAuth(*login) if login else None
        async with client.stream("GET", url, headers=headers, auth=auth) as response:
            if response.next_request is not None:
                url = str(response.next_request.url)
                if "Authorization" in headers and not same_host(url, str(response.url)):
                    del headers["Authorization"]
                continue
            if response.status_code in answers or response.status_code == _NOT_MODIFIED:
                return Downloaded(None, response.headers, response.status_code)
            if not response.is_success:
                raise _error(response)
            return Downloaded(await _body(response, most), response.headers)
    raise UnreachableError(f"{urlsplit(url).netloc} redirects without end", hint="check the url")


def _check(url: str, access: Access) -> None:
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and access.plain):
        raise UnreachableError(
            f"{one_line(url, 120)} is without TLS, which was not asked for",
            hint="set plain_http: true at the repository if that is right",
        )


def same_host(one: str, other: str) -> bool:
    """Return whether two URLs have scheme, host and port in common."""
    first, second = httpx.URL(one), httpx.URL(other)
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


async def _body(response: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > most:
            raise InvalidInputError(
                f"{response.url.host} answers with more than {most >> 20} MiB, which is not read",
                hint="check the url: is it that of a chart repository?",
            )
    return bytes(body)


def _error(response: httpx.Response) -> ToolError:
    kind, said, hint = _ERRORS.get(
        response.status_code,
        (UnreachableError, f"answers {response.status_code}", "try again later"),
    )
    path = one_line(response.url.path, 200)
    return kind(f"{response.url.netloc.decode()} {said}: {path}", hint=hint)
