"""A classic repository: its index, asked for again only when it changed, and its archives."""

import hashlib
from urllib.parse import urljoin, urlsplit

from anyio import to_thread

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.charts.archive import LARGEST_PACKED
from clusterwright.tools.helm.charts.index import Entry, Index, index_of_json, parse_index
from clusterwright.tools.helm.charts.repository import Repository
from clusterwright.tools.helm.client.http import Access, Downloaded, download
from clusterwright.tools.helm.client.kept import keep_index, read_index
from clusterwright.tools.manifest import Manifest, text

_LARGEST_INDEX = 64 * 2**20
_LARGEST_PROVENANCE = 2**20
_FORM = 1
"""Of what is kept of an index: another one is read anew."""


def access_to(repository: Repository) -> Access:
    """Return how a repository is reached."""
    return Access(
        repository.credentials(),
        "" if repository.login_elsewhere else repository.url,
        repository.ca_file,
        repository.cert_file,
        repository.key_file,
        repository.plain_http,
    )


async def index(repository: Repository) -> Index:
    """Return what a repository has; raise a ToolError where it cannot be had."""
    url = f"{repository.url}/index.yaml"
    kept = read_index(url)
    known = text(kept, "sha256") if kept.get("form") == _FORM else ""
    asked = {"If-None-Match": text(kept, "etag")} if known and text(kept, "etag") else {}
    answer = await download(url, access_to(repository), most=_LARGEST_INDEX, headers=asked)
    if answer.body is None:
        return index_of_json(kept["entries"])
    return await to_thread.run_sync(_read, url, answer, kept if known else {})


def _read(url: str, answer: Downloaded, kept: Manifest) -> Index:
    """Read an index, which takes seconds for a large one: one that is as it was is not."""
    body = answer.body or b""
    sha256 = hashlib.sha256(body).hexdigest()
    if text(kept, "sha256") == sha256:
        found = index_of_json(kept["entries"])
    else:
        try:
            found = parse_index(body.decode(errors="replace"))
        except InvalidInputError as error:
            raise InvalidInputError(
                f"the index at {url} is odd: {error}", hint=error.hint
            ) from error
    entries = {name: [one.as_json() for one in versions] for name, versions in found.items()}
    etag = answer.headers.get("etag", "")
    keep_index(url, {"form": _FORM, "sha256": sha256, "etag": etag, "entries": entries})
    return found


async def archive(repository: Repository, entry: Entry) -> tuple[bytes, str]:
    """Return the archive of a version, and the URL that it came from."""
    if not entry.url:
        raise NotFoundError(
            f"the index of {repository.name!r} names no place for {entry.name} {entry.version}",
            hint="choose another version: helm_search_charts with versions=true lists them",
        )
    url = urljoin(f"{repository.url}/", entry.url)
    answer = await download(url, access_to(repository), most=LARGEST_PACKED)
    return answer.body or b"", url


async def provenance(repository: Repository, url: str) -> bytes | None:
    """Return the provenance file beside an archive; None where there is none."""
    split = urlsplit(url)
    beside = split._replace(path=f"{split.path}.prov").geturl()
    try:
        answer = await download(beside, access_to(repository), most=_LARGEST_PROVENANCE)
    except NotFoundError:
        return None
    return answer.body
