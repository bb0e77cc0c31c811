"""Charts in a folder of this machine: archives as they are, folders packed by helm."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clusterwright.tools.errors import InvalidInputError, NotFoundError, ToolError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.helm.charts.archive import LARGEST_PACKED
from clusterwright.tools.helm.charts.chart import load_chart
from clusterwright.tools.helm.charts.index import Entry, Index, entry_of, newest_first
from clusterwright.tools.helm.charts.packed import Packed
from clusterwright.tools.helm.charts.repository import Repository
from clusterwright.tools.helm.charts.versions import newest
from clusterwright.tools.helm.client.kept import workshop
from clusterwright.tools.helm.client.program import find_program
from clusterwright.tools.helm.yaml_text import load
from clusterwright.tools.manifest import Manifest, mapping

_MOST = 500
_LARGEST_YAML = 2**20
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Found:
    entry: Entry
    path: Path


def folder_index(repository: Repository) -> Index:
    """Return which charts a folder has, archives and folders alike; what is odd is left out."""
    found: dict[str, list[Entry]] = {}
    for one in _all(repository):
        found.setdefault(one.entry.name, []).append(one.entry)
    return {name: newest_first(entries) for name, entries in found.items()}


async def folder_archive(repository: Repository, name: str, version: str | None) -> Packed:
    """Return a chart of a folder; one that is no archive is packed, alike each time."""
    found = [one for one in _all(repository) if one.entry.name == name]
    wanted = version or newest(one.entry.version for one in found)
    chosen = next((one for one in found if one.entry.version == wanted), None)
    if chosen is None:
        there = [f"{one.entry.name} {one.entry.version}" for one in found or _all(repository)]
        raise NotFoundError(
            f"the folder {repository.place!r} has no chart {name!r}"
            f"{f' of version {wanted}' if found else ''}",
            hint=f"it has {few(there, 8) or 'none'}",
        )
    if chosen.path.is_dir():
        return await _pack(chosen.path)
    beside = chosen.path.with_name(f"{chosen.path.name}.prov")
    signed = beside.read_bytes() if beside.is_file() else None
    return Packed(chosen.path.read_bytes(), chosen.path.name, str(chosen.path), signed)


async def _pack(path: Path) -> Packed:
    program = await find_program()
    with workshop() as folder:
        ran = await program.run(
            ["package", f"--destination={folder}"], operands=[str(path)], seconds=_SECONDS
        )
        if not ran.ok:
            raise InvalidInputError(
                f"the chart in {str(path)!r} cannot be packed: {one_line(ran.error)}",
                hint="helm lint tells more; helm dependency build fetches charts that are missing",
            )
        made = next(iter(folder.glob("*.tgz")))
        return Packed(made.read_bytes(), made.name, str(path), None)


def _all(repository: Repository) -> Iterator[_Found]:
    folder = repository.path or Path("/nowhere")
    if not folder.is_dir():
        raise NotFoundError(
            f"the folder {str(folder)!r} of repository {repository.name!r} is not there",
            hint=f"check its path in {repository.origin}",
        )
    for path in sorted(folder.iterdir())[:_MOST]:
        metadata = _metadata(path)
        entry = entry_of(metadata)
        if entry.name and entry.version:
            yield _Found(entry, path)


def _metadata(path: Path) -> Manifest:
    """Return the Chart.yaml of a folder or an archive; empty for what is neither."""
    try:
        about = path / "Chart.yaml"
        if about.is_file() and about.stat().st_size <= _LARGEST_YAML:
            return mapping(load(about.read_text(encoding="utf-8", errors="replace")))
        if path.suffix == ".tgz" and path.is_file() and path.stat().st_size <= LARGEST_PACKED:
            return load_chart(path.read_bytes()).metadata
    except (ToolError, OSError):
        return {}
    return {}
