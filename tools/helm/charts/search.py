"""Which charts the configured repositories have, asked side by side."""

from collections.abc import Iterable, Sequence
from importlib import import_module

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.charts.folder import folder_index
from clusterwright.tools.helm.charts.index import Entry, Index, newest_first
from clusterwright.tools.helm.charts.repository import Kind, Repository

_SIDE_BY_SIDE = 8
_CLIENT = "clusterwright.tools.helm.client"


async def indexes(repositories: Iterable[Repository]) -> tuple[dict[str, Index], list[Gap]]:
    """Return what each repository has by its name, and what could not be read of them."""
    found: dict[str, Index] = {}
    gaps: list[Gap] = []
    turn = anyio.Semaphore(_SIDE_BY_SIDE)

    async def read(one: Repository) -> None:
        async with turn:
            try:
                found[one.name], missing = await _index(one)
                gaps.extend(missing)
            except ToolError as error:
                gaps.append(Gap(what=f"repository {one.name}", reason=one_line(str(error), 300)))

    async with anyio.create_task_group() as tasks:
        for one in repositories:
            tasks.start_soon(read, one)
    return found, sorted(gaps, key=lambda one: one.what)


async def _index(repository: Repository) -> tuple[Index, list[Gap]]:
    match repository.kind:
        case Kind.CLASSIC:
            # Loads httpx, half a second that start-up does without.
            found: Index = await import_module(f"{_CLIENT}.classic").index(repository)
            return found, []
        case Kind.FOLDER:
            return await to_thread.run_sync(folder_index, repository), []
        case Kind.OCI:
            return await _of_registry(repository)


async def _of_registry(repository: Repository) -> tuple[Index, list[Gap]]:
    """Return the versions of the charts that are configured: a registry names no others."""
    found: Index = {}
    gaps: list[Gap] = []
    access = import_module(f"{_CLIENT}.classic").access_to(repository)
    tags = import_module(f"{_CLIENT}.registry").tags
    for name in repository.charts:
        try:
            listed: Sequence[str] = await tags(f"{repository.url}/{name}", access)
        except ToolError as error:
            what = f"{repository.name}/{name}"
            gaps.append(Gap(what=what, reason=one_line(str(error), 300)))
            continue
        # A tag has no plus, so Helm writes an underscore for it.
        found[name] = newest_first(Entry(name, one.replace("_", "+")) for one in listed)
    return found, gaps
