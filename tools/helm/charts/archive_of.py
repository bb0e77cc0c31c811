"""The chart of a release packed anew from its record, so that no repository is needed to change it.

A record holds the chart's metadata, templates, files, values and schema, but nothing of the charts
below it: with such a one, what is packed would render to less than is running. Of charts that the
values switch off Helm keeps not even the name, unless there is a Chart.lock: values that switch
such a one on have no effect then.
"""

import base64
import binascii
import gzip
import io
import tarfile
from collections.abc import Iterator

from anyio import to_thread

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.excerpt import few
from clusterwright.tools.helm.charts.chart import load_chart
from clusterwright.tools.helm.charts.fetch import Fetched
from clusterwright.tools.helm.client.kept import digest_of, keep_archive
from clusterwright.tools.helm.client.values_file import as_yaml
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Manifest, items, mapping, text

FROM_RECORD = "packed from the release's record, which is not signed"
_MODE = 0o644
_BELOW = "/charts/"


async def archive_of(release: Release) -> Fetched:
    """Return the chart that a revision was made of, the same bytes each time.

    Comments of values.yaml are lost, for the record has none. Raises NotFoundError where the record
    lacks charts that this one depends on, InvalidInputError where it holds no chart at all.
    """
    if missing := sorted(_below(release)):
        raise NotFoundError(
            f"the chart of {release.ref} cannot be had from its record: Helm keeps nothing of the"
            f" charts that it depends on ({few(missing)})",
            hint=f"pass chart=repository/{release.chart_name or 'name'}, and"
            f" version={release.chart_version or '...'} to keep the one that runs;"
            " helm_search_charts lists them",
        )
    return await to_thread.run_sync(_fetched, release)


def _fetched(release: Release) -> Fetched:
    packed = pack(release)
    try:
        chart = load_chart(packed)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"the record of {release.ref} holds no chart that can be packed: {error}",
            hint="pass chart=repository/name",
        ) from error
    path = keep_archive(packed, f"{chart.name}-{chart.version}.tgz", None)
    source = f"the record of {release.ref}, revision {release.revision}"
    return Fetched(path, digest_of(packed), source, chart.name, chart.version, FROM_RECORD, chart)


def pack(release: Release) -> bytes:
    """Return the archive of a record's chart."""
    name = release.chart_name
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as archive,
    ):
        for path, content in _files(release.chart):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size, member.mode = len(content), _MODE
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _files(chart: Manifest) -> Iterator[tuple[str, bytes]]:
    yield "Chart.yaml", as_yaml(mapping(chart, "metadata")).encode()
    if mapping(chart, "lock"):
        yield "Chart.lock", as_yaml(mapping(chart, "lock")).encode()
    yield "values.yaml", as_yaml(mapping(chart, "values")).encode()
    if schema := _decoded(chart, "schema"):
        yield "values.schema.json", schema
    for one in (*items(chart, "templates"), *items(chart, "files")):
        yield text(one, "name"), _decoded(one, "data")


def _decoded(one: Manifest, key: str) -> bytes:
    try:
        return base64.b64decode(text(one, key), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            f"the record holds a file that is no base64: {text(one, 'name')[:200]!r}",
            hint="pass chart=repository/name",
        ) from error


def _below(release: Release) -> set[str]:
    """Return the charts below: those that are named, those locked, and those that made objects."""
    named = items(release.chart, "metadata", "dependencies")
    found = {text(one, "alias") or text(one, "name") for one in named}
    found |= {text(one, "name") for one in items(release.chart, "lock", "dependencies")}
    sources = [line for line in release.manifest.splitlines() if line.startswith("# Source: ")]
    for source in (*sources, *(one.path for one in release.hooks)):
        _, there, rest = source.partition(_BELOW)
        if there:
            found.add(rest.partition("/")[0])
    return found
