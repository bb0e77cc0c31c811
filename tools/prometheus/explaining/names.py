"""What there is instead of a metric, label or value that is not there."""

import re
from collections.abc import Sequence

from anyio import to_thread

from clusterwright.tools.errors import ToolError
from clusterwright.tools.manifest import Json, texts
from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.promql.near import nearest
from clusterwright.tools.prometheus.promql.selector import NAME, Matcher, is_plain
from clusterwright.tools.prometheus.promql.selector import label as spelled

_FEW = 6
_QUERIED = 10_000
"""Series of which the server groups the values; of more it is asked for all it ever knew."""
_QUANTIFIED = re.compile(r"\.[*+?]|[\[\](){}|^$*+?]+")


async def metrics(asking: Asking) -> list[str]:
    """Return the names of all metrics."""
    return await _got(asking, f"label/{NAME}/values", None)


async def values(
    asking: Asking, label: str, selector: str | None, total: int | None = None
) -> list[str]:
    """Return the values of a label on what a selector takes, which are `total` series.

    Of many series, or of an unknown number, they are those of all times.
    """
    if selector is not None and total is not None and total <= _QUERIED:
        found = await asking.series(f"group by ({spelled(label)}) ({selector})")
        return sorted(one[label] for one in found if one.get(label))
    if not is_plain(label):  # its spelling in a path differs between versions
        return []
    return await _got(asking, f"label/{label}/values", selector)


async def labels(asking: Asking, selector: str | None) -> list[str]:
    """Return the labels of what a selector takes, or of everything."""
    return [one for one in await _got(asking, "labels", selector) if one != NAME]


async def like(name: str, among: Sequence[str]) -> tuple[str, ...]:
    """Return what is spelled much like a name; the comparison is done beside the event loop."""
    return tuple(await to_thread.run_sync(nearest, name, among, _FEW))


async def fitting(one: Matcher, among: Sequence[str]) -> tuple[str, ...]:
    """Return what is spelled much like the value of a matcher, or like words of its regex."""
    name = one.value
    if one.is_regex:
        name = max(_QUANTIFIED.split(name.replace("\\", "")), key=len)
    return await like(name, among)


async def _got(asking: Asking, path: str, selector: str | None) -> list[str]:
    parameters = [("match[]", selector)] if selector else []
    try:
        answer: Json = {"data": await asking.backend.get(path, parameters)}
    except ToolError as error:
        asking.gaps.append(f"{path}: {error}"[:200])
        return []
    return texts(answer, "data")
