"""The metrics that a backend has series of, with what was told of them."""

from dataclasses import dataclass

from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, texts
from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.evaluation.counting import clock
from clusterwright.tools.prometheus.promql.nodes import VectorSelector, bare
from clusterwright.tools.prometheus.promql.reading import read
from clusterwright.tools.prometheus.promql.selector import NAME
from clusterwright.tools.prometheus.promql.selector import selector as selected

_HOUR = 3_600


async def names(backend: Backend, selector: str | None) -> list[str]:
    """Return the names of all series of the last hour, or of those that a selector takes."""
    now = await clock(backend)
    parameters = [("start", f"{now - _HOUR:.0f}")]
    if selector:
        parameters.append(("match[]", selector))
    answer: Json = {"data": await backend.get(f"label/{NAME}/values", parameters)}
    return texts(answer, "data")


async def metadata(backend: Backend) -> tuple[Json, str]:
    """Return types, units and help by metric, and why there are none."""
    can = await backend.capability()
    if not can.can(Feature.METADATA):
        return {}, "this backend serves no metadata: types are guessed by names, help is unknown"
    try:
        return await backend.get("metadata", [("limit_per_metric", "1")]), ""
    except ToolError as error:
        return {}, f"types and help not read: {one_line(str(error), 150)}"


@dataclass(frozen=True, slots=True)
class Within:
    """What is asked of series, as it stands within braces."""

    every: str = ""
    labels: str = ""
    """Without what is asked of the name."""


def within(selector: str) -> Within:
    """Return what a selector asks of series that names no metric.

    Raises InvalidInputError for what is no selector, or names one.
    """
    text = selector.strip()
    reading = read(text if "{" in text else f"{{{text}}}")
    if reading.doubt is not None and reading.doubt.right:
        raise reading.doubt.error(selector)
    tree = bare(reading.tree) if reading.tree is not None else None
    if not isinstance(tree, VectorSelector) or tree.offset is not None or tree.at is not None:
        raise InvalidInputError(
            f"{selector[:100]!r} is no selector",
            hint='write matchers, as {namespace="shop", pod!=""}',
        )
    found = selected(tree)
    if found.metric is not None or found.alternatives:
        raise InvalidInputError(
            f"{selector[:100]!r} names a metric",
            hint="search for its name, and give as selector what its labels must be",
        )
    labels = [one for one in found.matchers if one.label != NAME]
    return Within(",".join(map(str, found.matchers)), ",".join(map(str, labels)))
