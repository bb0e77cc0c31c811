"""The labels of a metric: how many values each has, and which, where they are few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.manifest import Json, texts
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.promql.selector import NAME, is_plain, label
from clusterwright.tools.prometheus.result import Labels

SECONDS = 10.0
READ_WHOLE = 500
"""Series of which all labels are read; of more the server counts the values of each label."""
_MOST = 16
"""Labels whose values the server counts."""
_SHOWN, _LONGEST = 5, 24
"""Values of one label that are told, and their characters."""


@dataclass(frozen=True, slots=True)
class LabelValues:
    """What one label of a metric has."""

    name: str
    count: int
    """Values that differ."""
    values: tuple[str, ...] = ()
    """All of them, where they are few and were read."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What series of a metric look like."""

    labels: tuple[LabelValues, ...]
    """Those with several values, the one with most first."""
    fixed: Labels = field(default_factory=dict[str, str])
    """Labels that have one value."""
    omitted: int = 0
    """Labels beyond those that were counted."""


async def shape(backend: Backend, selector: str, series: int) -> Shape:
    """Return the labels of what a selector takes, which are so many series; may raise ToolError."""
    if series <= READ_WHOLE:
        found = await backend.instant(selector, lane=Lane.HEAVY, seconds=SECONDS)
        return of_series([one.labels for one in found.series])
    answer: Json = {"data": await backend.get("labels", [("match[]", selector)])}
    names = [one for one in texts(answer, "data") if one != NAME]
    counts = await counted(backend, selector, names[:_MOST])
    one = await backend.instant(f"topk(1, {selector})", lane=Lane.HEAVY, seconds=SECONDS)
    some: Labels = one.series[0].labels if one.series else {}
    return Shape(
        tuple(
            LabelValues(name, count)
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            if count > 1
        ),
        {name: some.get(name, "") for name, count in counts.items() if count == 1},
        max(0, len(names) - _MOST),
    )


def of_series(every: Sequence[Labels]) -> Shape:
    """Return the labels of series that were all read."""
    values: dict[str, dict[str, None]] = {}
    for one in every:
        for name, value in one.items():
            if name != NAME:
                values.setdefault(name, {})[value] = None
    several = [(name, sorted(ones)) for name, ones in values.items() if len(ones) > 1]
    several.sort(key=lambda pair: (-len(pair[1]), pair[0]))
    return Shape(
        tuple(
            LabelValues(name, len(ones), tuple(ones) if _is_told(ones) else ())
            for name, ones in several
        ),
        {name: next(iter(ones)) for name, ones in sorted(values.items()) if len(ones) == 1},
    )


def _is_told(values: Sequence[str]) -> bool:
    return len(values) <= _SHOWN and max(map(len, values)) <= _LONGEST


async def counted(backend: Backend, selector: str, names: Sequence[str]) -> Mapping[str, int]:
    """Return how many values each label has, asked in one query; may raise ToolError."""
    parts = {name: f"count(count by ({label(name)}) ({selector}))" for name in names}
    return await each(backend, parts)


async def each(backend: Backend, queries: Mapping[str, str]) -> Mapping[str, int]:
    """Return the one value that each query gives, asked all in one; may raise ToolError."""
    if not queries:
        return {}
    keys = list(queries)
    joined = " or ".join(
        f'label_replace({queries[key]}, "asked", {string(str(i))}, "", "")'
        for i, key in enumerate(keys)
    )
    found = await backend.instant(joined, lane=Lane.HEAVY, seconds=SECONDS)
    told = {one.labels.get("asked", ""): one.values[-1] for one in found.series if one.values}
    return {key: int(told[str(i)]) for i, key in enumerate(keys) if str(i) in told}


def takes(name: str, conditions: str = "") -> str:
    """Return the selector of a metric with more conditions, as they stand within braces."""
    if is_plain(name, colons=True):
        return f"{name}{{{conditions}}}" if conditions else name
    return f"{{{NAME}={string(name)}{f',{conditions}' if conditions else ''}}}"
