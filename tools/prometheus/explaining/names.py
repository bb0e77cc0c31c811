"""What there is instead of a metric, label or value that is not there."""

from collections.abc import Sequence
from urllib.parse import quote

from anyio import to_thread

from clusterwright.tools.errors import ToolError
from clusterwright.tools.manifest import Json, texts
from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.promql.near import nearest
from clusterwright.tools.prometheus.promql.selector import NAME, is_plain

_FEW = 6


async def metrics(asking: Asking, selector: str | None = None) -> list[str]:
    """Return the names of all metrics, or of those that a selector takes."""
    return await _values(asking, NAME, selector)


async def values(asking: Asking, label: str, selector: str) -> list[str]:
    """Return the values of a label on what a selector takes."""
    return await _values(asking, label, selector)


async def labels(asking: Asking, selector: str) -> list[str]:
    """Return the labels of what a selector takes."""
    return await _got(asking, "labels", selector)


async def like(name: str, among: Sequence[str]) -> tuple[str, ...]:
    """Return what is spelled much like a name; the comparison is done beside the event loop."""
    return tuple(await to_thread.run_sync(nearest, name, among, _FEW))


async def _values(asking: Asking, label: str, selector: str | None) -> list[str]:
    if not is_plain(label):  # its spelling in a path differs between versions
        return []
    return await _got(asking, f"label/{quote(label, safe='')}/values", selector)


async def _got(asking: Asking, path: str, selector: str | None) -> list[str]:
    parameters = [("match[]", selector)] if selector else []
    try:
        answer: Json = {"data": await asking.backend.get(path, parameters)}
    except ToolError as error:
        asking.gaps.append(f"{path}: {error}"[:200])
        return []
    return texts(answer, "data")
