"""Why a selector takes no series: its metric, one of its matchers, several, or the time."""

from dataclasses import replace

import anyio

from clusterwright.tools.prometheus.explaining import names
from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted
from clusterwright.tools.prometheus.explaining.history import at_another_time, ended
from clusterwright.tools.prometheus.explaining.known import NUMBERS, about_value, by_number
from clusterwright.tools.prometheus.explaining.missing import no_metric
from clusterwright.tools.prometheus.promql.selector import NAME, Matcher, Selector, select
from clusterwright.tools.quotation import word

_MOST = 8
"""Matchers that are tried one by one."""
_FEW = 8


async def why_none(asking: Asking, selector: Selector) -> Cause:
    """Return why a selector takes nothing now."""
    if selector.alternatives:
        return Cause("not-found-out", f"{selector.text} takes nothing now")
    for when in (at_another_time, ended):
        if (cause := await when(asking, selector)) is not None:
            return cause
    count = None
    if selector.metric is not None:
        count = await asking.count(f"{selector.bare.text}{selector.suffix}")
        if count == 0:
            return await no_metric(asking, selector)
    return await _matchers(asking, selector, count)


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
    killing = [one for one in tried if alone[one] == 0]
    if killing and selector.metric is None:
        return await _fits_nothing(asking, killing[0], tuple(evidence))
    if killing:
        cause = await _kills(asking, selector, killing[0], (total, tuple(evidence)))
        others = f"; nor does any fit {' nor '.join(map(str, killing[1:]))}"
        return replace(cause, what=cause.what + others) if killing[1:] else cause
    return await _together(asking, selector, alone, tuple(evidence))


async def _fits_nothing(asking: Asking, one: Matcher, evidence: tuple[Evidence, ...]) -> Cause:
    """Return what no series at all fits, where no metric is named."""
    if one.label == NAME:
        near = await names.fitting(one, await names.metrics(asking))
        right = _meant(one, near) or "prom_search_metrics finds metrics by meaning"
        return Cause("no-such-metric", f"no metric fits {one}", right, evidence, near)
    every = await names.labels(asking, None)
    if one.label not in every:
        near = await names.like(one.label, every)
        what = f"no series has a label {one.label}"
        return Cause("no-such-label", what, _alike(near), evidence, near)
    near = await names.fitting(one, await names.values(asking, one.label, None))
    return Cause("no-such-value", f"no series fits {one}", _meant(one, near), evidence, near)


async def _kills(
    asking: Asking,
    selector: Selector,
    one: Matcher,
    known: tuple[int | None, tuple[Evidence, ...]],
) -> Cause:
    """Return why one matcher fits no series of a metric that has some."""
    total, evidence = known
    bare = f"{selector.bare.text}{selector.suffix}"
    there = await names.values(asking, one.label, bare, total)
    has = await names.labels(asking, selector.bare.text) if not there else []
    if not there and not one.is_negative and has and one.label not in has:
        near = await names.like(one.label, has)
        return Cause(
            "no-such-label",
            f"{selector.metric} has no label {one.label}",
            _alike(near) or f"labels that it has: {', '.join(has[:20])}",
            evidence,
            near or tuple(has[:_FEW]),
        )
    count = f"{len(there)} value{'' if len(there) == 1 else 's'}"
    what = f"no series of {selector.metric} fits {one}; {one.label} has {count}"
    if one.is_negative:
        right = "it excludes every value that there is: leave it out"
        return Cause("no-such-value", what, right, evidence, tuple(there[:_FEW]))
    near = tuple(by_number(one.value, there)[:_FEW]) if one.label in NUMBERS else ()
    near = near or await names.fitting(one, there)
    right = about_value(selector.metric, one, there) or _meant(one, near)
    right = right or f"a value of {one.label} that is there"
    return Cause("no-such-value", what, right, evidence, near or tuple(there[:_FEW]))


def _meant(one: Matcher, near: tuple[str, ...]) -> str:
    if not near:
        return ""
    if one.is_regex and any(one.value in value for value in near):
        around = Matcher(one.label, one.operator, f".*{one.value}.*")
        return f"a regular expression fits whole values only: {around}"
    return f"did you mean {Matcher(one.label, '=', near[0])}?"


def _alike(near: tuple[str, ...]) -> str:
    return f"did you mean {word(near[0])}?" if near else ""


async def _together(
    asking: Asking,
    selector: Selector,
    alone: dict[Matcher, int | None],
    evidence: tuple[Evidence, ...],
) -> Cause:
    """Return which matchers exclude one another, though each of them fits something."""
    needed: list[tuple[Matcher, int]] = []
    found = list(evidence)
    for one in alone if len(alone) > 1 else ():
        less = selector.without(one)
        count = await asking.count(f"{less.text}{selector.suffix}")
        if count:
            needed.append((one, count))
            found.append(counted(less.text, count))
    if not needed:
        return Cause("not-found-out", f"{selector.text} takes nothing now", "", tuple(found))
    first, count = needed[0]
    less = f"{selector.without(first).text}{selector.suffix}"
    there = tuple(await names.values(asking, first.label, less, count))
    near = await names.fitting(first, there) or there[:_FEW]
    others = " and ".join(str(one) for one in alone if one != first)
    return Cause(
        "matchers-exclude-one-another",
        f"each matcher fits some series and none fits all; {count} series fit {others}"
        f" without {first}",
        f"{first.label} is another one there" if near else f"leave out {first}",
        tuple(dict.fromkeys(found)),
        near,
    )
