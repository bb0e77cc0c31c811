"""Why a selector takes no series: its metric, one of its matchers, several, or the time."""

import anyio

from clusterwright.tools.prometheus.explaining import names
from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted
from clusterwright.tools.prometheus.explaining.history import ended
from clusterwright.tools.prometheus.promql.selector import NAME, Matcher, Selector, select

_MOST = 8
"""Matchers that are tried one by one."""
_FEW = 8


async def why_none(asking: Asking, selector: Selector) -> Cause:
    """Return why a selector takes nothing now."""
    if selector.alternatives:
        return Cause("not-found-out", f"{selector.text} takes nothing now")
    if (before := await ended(asking, selector)) is not None:
        return before
    bare = selector.bare
    if selector.metric is not None:
        count = await asking.count(f"{bare.text}{selector.suffix}")
        if count == 0:
            return await _no_metric(asking, selector)
    else:
        count = None
    return await _matchers(asking, selector, count)


async def _no_metric(asking: Asking, selector: Selector) -> Cause:
    metric, bare = selector.metric or "", selector.bare
    if selector.conditions and (before := await ended(asking, bare)) is not None:
        return before
    every = await names.metrics(asking)
    if metric in every:  # it has series, of another time or beyond what was looked back
        evidence = (counted(f"count({bare.text}{selector.suffix})", 0),)
        return Cause("series-ended", f"{metric} was known once and has no series now", "", evidence)
    base = metric.removesuffix("_bucket")
    if base != metric and base in every:
        return Cause(
            "no-such-metric",
            f"{base} is a native histogram: it has no series {metric}",
            f"histogram_quantile(0.95, sum(rate({base}[5m]))), without _bucket and le",
            (counted(f"count({bare.text})", 0),),
            (base,),
        )
    near = await names.like(metric, every)
    right = f"did you mean {near[0]}?" if near else "prom_search_metrics finds metrics by meaning"
    return Cause(
        "no-such-metric",
        f"no metric {metric} is here, nor was it in the last 7 days",
        right,
        (counted(f"count({bare.text})", 0), Evidence("metrics that there are", str(len(every)))),
        near,
    )


async def _matchers(asking: Asking, selector: Selector, total: int | None) -> Cause:
    kept = tuple(one for one in selector.matchers if one not in selector.conditions)
    tried = selector.conditions[:_MOST]
    alone: dict[Matcher, int | None] = {}

    async def one_alone(one: Matcher) -> None:
        # A matcher that the empty value fits cannot stand without a name.
        alone[one] = await asking.count(f"{select((*kept, one))}{selector.suffix}")

    async with anyio.create_task_group() as group:
        for one in tried:
            group.start_soon(one_alone, one)
    evidence = [] if total is None else [counted(select(kept), total)]
    evidence += [counted(select((*kept, one)), alone[one]) for one in tried]
    for one in tried:
        if alone[one] == 0:
            return await _kills(asking, selector, one, tuple(evidence))
    return await _together(asking, selector, tuple(evidence))


async def _kills(
    asking: Asking, selector: Selector, one: Matcher, evidence: tuple[Evidence, ...]
) -> Cause:
    bare = selector.bare.text if selector.metric else None
    if one.label == NAME:
        near = await names.like(one.value, await names.metrics(asking))
        return Cause("no-such-metric", f"no metric fits {one}", "", evidence, near)
    if bare is None:
        return Cause("no-such-value", f"no series fits {one}", "", evidence)
    there = await names.values(asking, one.label, bare)
    if not there and not one.is_negative:
        has = [name for name in await names.labels(asking, bare) if name != NAME]
        near = await names.like(one.label, has)
        return Cause(
            "no-such-label",
            f"{selector.metric} has no label {one.label}",
            f"labels that it has: {', '.join(has[:20])}",
            evidence,
            near,
        )
    near = await names.like(one.value, there) or tuple(there[:_FEW])
    return Cause(
        "no-such-value",
        f"no series of {selector.metric} fits {one}; {one.label} has {len(there)} values",
        _fitting(one, near),
        evidence,
        near,
    )


def _fitting(one: Matcher, near: tuple[str, ...]) -> str:
    if not near:
        return ""
    if one.is_regex and any(one.value in value for value in near):
        around = Matcher(one.label, one.operator, f".*{one.value}.*")
        return f"a regular expression fits whole values only: {around}"
    return f"did you mean {Matcher(one.label, '=', near[0])}?"


async def _together(asking: Asking, selector: Selector, evidence: tuple[Evidence, ...]) -> Cause:
    """Return which matchers exclude one another, though each of them fits something."""
    tried = selector.conditions[:_MOST]
    needed: list[Matcher] = []
    found = list(evidence)
    for one in tried if len(tried) > 1 else ():
        less = selector.without(one)
        count = await asking.count(f"{less.text}{selector.suffix}")
        if count:
            needed.append(one)
            found.append(counted(less.text, count))
    if not needed:
        return Cause("not-found-out", f"{selector.text} takes nothing now", "", tuple(found))
    return Cause(
        "matchers-exclude-one-another",
        f"each matcher fits some series and none fits all; without {needed[0]} there are some",
        f"leave out one of: {', '.join(map(str, needed))}",
        tuple(found),
    )
