"""A chart from a registry, pulled by helm with the user's own login."""

import re
from pathlib import Path

from clusterwright.tools.errors import (
    NotFoundError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.charts.archive import LARGEST_PACKED
from clusterwright.tools.helm.charts.packed import Packed
from clusterwright.tools.helm.charts.repository import Repository
from clusterwright.tools.helm.client.kept import workshop
from clusterwright.tools.helm.client.program import find_program

_SECONDS = 180.0
_DIGEST = re.compile(r"^Digest: (sha256:[0-9a-f]{64})$", re.MULTILINE)
_LOGIN = re.compile(r"\b401\b|\b403\b|unauthorized|denied|credential", re.IGNORECASE)
_ABSENT = re.compile(r"\b404\b|not found|unknown|could not locate a version", re.IGNORECASE)


async def pull(repository: Repository, name: str, version: str | None) -> Packed:
    """Return a chart of a registry; raise a ToolError with helm's own sentence where it cannot."""
    program = await find_program()
    url = f"{repository.url}/{name}"
    with workshop() as folder:
        arguments = ["pull", "--prov", f"--destination={folder}", *_flags(repository)]
        if version:
            arguments.append(f"--version={version}")
        ran = await program.run(arguments, operands=[url], seconds=_SECONDS)
        if not ran.ok:
            raise _error(url, version, ran.error)
        return _read(folder, url, ran.stdout + ran.stderr)


def _flags(repository: Repository) -> list[str]:
    files = {
        "ca-file": repository.ca_file,
        "cert-file": repository.cert_file,
        "key-file": repository.key_file,
    }
    flags = [f"--{name}={path}" for name, path in files.items() if path]
    return [*flags, *(["--plain-http"] if repository.plain_http else [])]


def _read(folder: Path, url: str, said: str) -> Packed:
    found = next(iter(folder.glob("*.tgz")), None)
    if found is None or found.stat().st_size > LARGEST_PACKED:
        raise UnreachableError(
            f"{url} is no chart, or larger than {LARGEST_PACKED >> 20} MiB",
            hint="check the name in charts.yaml",
        )
    digest = _DIGEST.search(said)
    beside = found.with_name(f"{found.name}.prov")
    signed = beside.read_bytes() if beside.is_file() else None
    source = f"{url}@{digest[1]}" if digest else url
    return Packed(found.read_bytes(), found.name, source, signed)


def _error(url: str, version: str | None, said: str) -> ToolError:
    told = f"{url}{f' {version}' if version else ''} cannot be pulled: {one_line(said)}"
    host = url.removeprefix("oci://").partition("/")[0]
    if _LOGIN.search(said):
        return UnauthenticatedError(told, hint=f"helm registry login {host}")
    if _ABSENT.search(said):
        return NotFoundError(
            told, hint="helm_search_charts with versions=true lists the versions that there are"
        )
    return UnreachableError(told, hint="check the url in charts.yaml, and the network")
