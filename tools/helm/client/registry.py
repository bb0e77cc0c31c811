"""The tags of a chart in a registry, which the helm program does not list.

Of the libraries on PyPI, oras asks without any limit of time or size, and runs credential helpers
so as well; this one request and its token are less than what would have to be put around it. Charts
themselves are pulled by helm. After the distribution specification, and the token specification of
distribution/distribution.
"""

import re
from dataclasses import replace
from typing import cast
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

import orjson

from clusterwright.tools.errors import UnauthenticatedError, UnreachableError
from clusterwright.tools.helm.client.http import Access, Downloaded, download, same_host
from clusterwright.tools.helm.client.registry_login import registry_login
from clusterwright.tools.manifest import Manifest, text, texts

_LARGEST = 8 * 2**20
_MOST_PAGES = 20
_A_PAGE = 1_000
_UNAUTHORIZED = 401
_NEXT = re.compile(r'<([^>]{1,2000})>\s*;\s*rel="?next"?')


async def tags(url: str, access: Access) -> tuple[str, ...]:
    """Return the tags of a chart at `oci://host/path`, in the registry's order.

    The login is the one of `helm registry login`. Raises UnreachableError for what is no registry.
    """
    split = urlsplit(url)
    base = f"{'http' if access.plain else 'https'}://{split.netloc}"
    asked = f"{base}/v2{split.path}/tags/list?n={_A_PAGE}"
    headers: dict[str, str] = {}
    found: list[str] = []
    for _ in range(_MOST_PAGES):
        page = await _ask(asked, access, headers)
        found += texts(_json(page, split.netloc), "tags")
        following = _NEXT.search(page.headers.get("link", ""))
        asked = urljoin(asked, following[1]) if following else ""
        if not asked or not same_host(asked, base):
            break
    return tuple(dict.fromkeys(found))


async def _ask(url: str, access: Access, headers: dict[str, str]) -> Downloaded:
    """Return an answer; the authorization that it took is left in `headers` for the next one."""
    answers = frozenset({_UNAUTHORIZED})
    anonymous = replace(access, login=None)
    page = await download(url, anonymous, most=_LARGEST, headers=headers, answers=answers)
    if page.status != _UNAUTHORIZED:
        return page
    host = urlsplit(url).netloc
    login = await registry_login(host)
    scheme, _, said = page.headers.get("www-authenticate", "").partition(" ")
    challenge = parse_keqv_list([one for one in parse_http_list(said) if "=" in one])
    own = replace(access, login=login, host=url)
    if scheme.lower() == "bearer":
        headers["Authorization"] = f"Bearer {await _token(challenge, own, host)}"
        return await download(url, anonymous, most=_LARGEST, headers=headers)
    if login is None:
        raise UnauthenticatedError(
            f"the registry {host} wants a login", hint=f"helm registry login {host}"
        )
    return await download(url, own, most=_LARGEST)


async def _token(challenge: dict[str, str], access: Access, host: str) -> str:
    realm = challenge.get("realm", "")
    if urlsplit(realm).scheme not in {"http", "https"}:
        raise UnreachableError(
            f"{host} names no place to get a token from", hint="is it a registry?"
        )
    query = urlencode({k: v for k, v in challenge.items() if k in {"service", "scope"}})
    joined = f"{realm}{'&' if '?' in realm else '?'}{query}"
    # The registry names who checks its logins, which is another host at most of them.
    granted = await download(joined, replace(access, host=joined), most=_LARGEST)
    answer = _json(granted, host)
    token = text(answer, "token") or text(answer, "access_token")
    if not token or not token.isprintable():
        raise UnauthenticatedError(
            f"the registry {host} gave no token", hint=f"helm registry login {host}"
        )
    return token


def _json(page: Downloaded, host: str) -> Manifest:
    try:
        read = orjson.loads(page.body or b"")
    except orjson.JSONDecodeError as error:
        raise UnreachableError(
            f"{host} does not answer as a registry does: {error}", hint="check the repository's url"
        ) from error
    return cast("Manifest", read) if isinstance(read, dict) else {}
