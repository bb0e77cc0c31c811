"""One version of a chart as an archive on this machine, by its digest, with what is known of it."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from clusterwright.tools.errors import ConflictError, InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.helm.charts.chart import Chart, load_chart
from clusterwright.tools.helm.charts.folder import folder_archive
from clusterwright.tools.helm.charts.index import Entry, Index
from clusterwright.tools.helm.charts.packed import Packed
from clusterwright.tools.helm.charts.pull import pull
from clusterwright.tools.helm.charts.repository import Kind, Repository
from clusterwright.tools.helm.charts.signature import judged
from clusterwright.tools.helm.charts.sources import Sources, load_sources
from clusterwright.tools.helm.charts.versions import newest
from clusterwright.tools.helm.client.kept import (
    digest_of,
    keep_archive,
    kept_archive,
    provenance_of,
    seen,
)

_SHA256 = 64


@dataclass(frozen=True, slots=True)
class Fetched:
    """A chart that is here."""

    archive: Path
    digest: str
    """Of the archive, as `sha256:...`."""
    source: str
    """Where it came from, as a URL or path; of a registry with the digest of the manifest."""
    name: str
    version: str
    provenance: str
    """`verified by <key>`, `signed, not verified: ...`, or `not signed`."""
    chart: Chart
    earlier: tuple[str, ...] = ()
    """Other digests that this version had here before: whoever published it changed it."""

    @property
    def changed(self) -> str:
        """A sentence on a version that is not what it was; empty for one that is."""
        if not self.earlier:
            return ""
        return (
            f"{self.name} {self.version} is not what it was: its archive had the digest"
            f" {self.earlier[-1]} before, and has {self.digest} now"
        )


async def fetch(
    chart: str, version: str | None = None, *, pinned: str = "", sources: Sources | None = None
) -> Fetched:
    """Return a chart, fetched unless it is here already.

    Args:
        chart: `repository/chart`.
        version: exactly; by default the newest that is stable.
        pinned: the digest that it must have; such a one is not fetched twice.
        sources: by default those that are configured.

    Raises NotFoundError with the versions that there are, RefusedError for an archive that is not
    what the index, the signature or its own Chart.yaml says, ConflictError for another digest than
    the pinned one, and UnreachableError where nobody answers.
    """
    repository, name = (sources or load_sources()).find(chart)
    at_hand = kept_archive(pinned) if pinned else None
    if at_hand and version:
        found = Packed(at_hand.read_bytes(), at_hand.name, f"{repository.place}/{name}", None)
    else:
        found = await _packed(repository, name, version)
    digest = digest_of(found.archive)
    if pinned and digest != pinned:
        raise ConflictError(
            f"{chart} {version or ''} has the digest {digest}, not {pinned} any more",
            hint="whoever published it changed it; look at it anew before using it",
        )
    loaded = _loaded(found, chart, name, version)
    path = keep_archive(found.archive, f"{loaded.name}-{loaded.version}.tgz", found.provenance)
    earlier = ()
    if repository.kind is not Kind.FOLDER:
        earlier = seen(repository.place, name, loaded.version, digest)
    told = await judged(repository, path)
    source, version = found.source, loaded.version
    return Fetched(path, digest, source, loaded.name, version, told, loaded, earlier)


async def _packed(repository: Repository, name: str, version: str | None) -> Packed:
    match repository.kind:
        case Kind.OCI:
            return await pull(repository, name, version)
        case Kind.FOLDER:
            return await folder_archive(repository, name, version)
        case Kind.CLASSIC:
            return await _classic(repository, name, version)


async def _classic(repository: Repository, name: str, version: str | None) -> Packed:
    # Loads httpx, half a second that start-up does without.
    classic = import_module("clusterwright.tools.helm.client.classic")
    index: Index = await classic.index(repository)
    versions = index.get(name, ())
    entry = _chosen(repository, name, versions, version)
    kept = kept_archive(f"sha256:{entry.digest}") if len(entry.digest) == _SHA256 else None
    if kept:
        beside = provenance_of(kept)
        signed = beside.read_bytes() if beside.is_file() else None
        return Packed(kept.read_bytes(), kept.name, f"{repository.url}: {entry.url}", signed)
    found: tuple[bytes, str] = await classic.archive(repository, entry)
    packed, url = found
    if entry.digest and digest_of(packed) != f"sha256:{entry.digest}":
        raise RefusedError(
            f"the archive of {name} {entry.version} at {url} has the digest {digest_of(packed)},"
            f" the index of {repository.name!r} says sha256:{entry.digest}",
            hint="do not use it; whoever runs the repository must tell which one is right",
        )
    signed = await classic.provenance(repository, url)
    return Packed(packed, url.rpartition("/")[2], url, signed)


def _chosen(
    repository: Repository, name: str, versions: tuple[Entry, ...], version: str | None
) -> Entry:
    if not versions:
        raise NotFoundError(
            f"the repository {repository.name!r} has no chart {name!r}",
            hint="helm_search_charts lists those that it has",
        )
    wanted = version or newest(one.version for one in versions)
    for one in versions:
        if one.version in {wanted, f"v{wanted}"}:
            return one
    raise NotFoundError(
        f"{repository.name}/{name} has no version {wanted!r}",
        hint=f"newest: {few([one.version for one in versions], 8)}",
    )


def _loaded(found: Packed, chart: str, name: str, version: str | None) -> Chart:
    """Return the chart of an archive, if it is the one that was asked for."""
    try:
        loaded = load_chart(found.archive)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"the archive of {chart} is odd: {error}", hint=error.hint
        ) from error
    wrong_name = loaded.name != name.rpartition("/")[2]
    if wrong_name or (version and loaded.version.removeprefix("v") != version.removeprefix("v")):
        raise RefusedError(
            f"{chart} {version or ''} holds another chart: {loaded.name} {loaded.version}",
            hint="do not use it; whoever runs the repository must tell what happened",
        )
    return loaded
