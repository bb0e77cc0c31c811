"""Whether series were there before, when they ended or began, and what exposed them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted
from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.promql.selector import Matcher, Selector, select
from clusterwright.tools.prometheus.result import Labels

_SPANS = (("1d", "5m"), ("7d", "1h"))
"""How far back it is looked, and how finely."""
_LATELY = ("1h", "15s")


async def ended(asking: Asking, selector: Selector) -> Cause | None:
    """Return that series were there and are no more; None where they were not, or nobody knows."""
    for span, step in _SPANS:
        query = _before(selector, span)
        count = await asking.count(query)
        if count is None:
            return None
        if count:
            before = [counted(f"count({query})", count)]
            return await _since(asking, selector, (span, step), before)
    return None


def never(asking: Asking, selector: Selector) -> str:
    """Return what was found of the days before; nothing where they could not be read."""
    query = f"count({_before(selector, _SPANS[-1][0])})"
    return f", nor was it in the {_SPANS[-1][0]} before" if query in asking.known else ""


async def at_another_time(asking: Asking, selector: Selector) -> Cause | None:
    """Return that series are there now and were not when `offset` or `@` looks."""
    if not selector.suffix:
        return None
    now = await asking.count(selector.text)
    if not now:
        return None
    then = counted(f"count({selector.text}{selector.suffix})", 0)
    evidence = [counted(f"count({selector.text})", now), then]
    if selector.offset < 0:
        what = f"offset {lasting(selector.offset)} looks into the future"
        right = f"offset {lasting(-selector.offset)} looks back"
        return Cause("nothing-at-that-time", what, right, tuple(evidence))
    first = await _first(asking, selector, evidence)
    return Cause(
        "nothing-at-that-time",
        f"{selector.text} is there now, and had no sample at{selector.suffix}{first}",
        "a smaller offset; how far back there is anything is the server's retention",
        tuple(evidence),
    )


async def _first(asking: Asking, selector: Selector, evidence: list[Evidence]) -> str:
    for span, step in _SPANS:
        query = f"min(min_over_time(timestamp({selector.text})[{span}:{step}]))"
        first = await asking.value(query)
        before = await asking.count(f"{selector.text} offset {span}")
        if first is not None and before == 0:
            evidence.append(Evidence(query, _time(first)))
            return f": it began about {_time(first)}"
    return ""


def _before(selector: Selector, span: str) -> str:
    return f"present_over_time({selector.text}[{span}]{selector.suffix})"


async def _since(
    asking: Asking, selector: Selector, span: tuple[str, str], evidence: list[Evidence]
) -> Cause:
    when = ""
    for back, step in (_LATELY, span):  # what lived for a minute lies between steps of five
        query = f"max(max_over_time(timestamp({selector.text})[{back}:{step}]{selector.suffix}))"
        last = await asking.value(query)
        if last is not None:
            evidence.append(Evidence(query, _time(last)))
            when = f" until about {_time(last)}"
            break
    places = await asking.series(
        f"topk(3, count by (job, instance) ({_before(selector, span[0])}))"
    )
    target, right = await _target(asking, places, evidence)
    return Cause(
        "series-ended",
        f"{selector.text} was there{when} and is no more{target}",
        right or f"ask for that time, or look over it: last_over_time({selector.text}[{span[0]}])",
        tuple(evidence),
    )


async def _target(
    asking: Asking, places: Sequence[Labels], evidence: list[Evidence]
) -> tuple[str, str]:
    """Return what became of the target that exposed series."""
    for place in places:
        job, instance = place.get("job", ""), place.get("instance", "")
        if not job:
            continue
        of_job = [Matcher("job", "=", job)]
        exact = [*of_job, Matcher("instance", "=", instance)] if instance else of_job
        query = f"up{select(exact)}"
        up = await asking.value(f"min({query})")
        if up is None:
            count = await asking.count(f"up{select(of_job)}")
            evidence.append(counted(query, 0))
            others = f", which has {count} other targets" if count else ", which has no target now"
            return (
                f": its target {instance} is scraped no more, of job {job}{others}",
                f"prom_targets tells why a target of {job} is dropped or gone",
            )
        evidence.append(Evidence(query, f"{up:g}"))
        if up == 0:
            return (
                f": its target {instance} of job {job} is down",
                "prom_targets tells why the scrape fails",
            )
        return f": its target {instance} of job {job} is up and exposes it no more", ""
    return "", ""


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
