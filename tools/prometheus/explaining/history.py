"""Whether series were there before, when they ended, and what exposed them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from clusterwright.tools.prometheus.explaining.asking import Asking, Evidence
from clusterwright.tools.prometheus.explaining.cause import Cause, counted
from clusterwright.tools.prometheus.promql.selector import Matcher, Selector, select
from clusterwright.tools.prometheus.result import Labels

_SPANS = (("1d", "5m"), ("7d", "1h"))
"""How far back it is looked, and how finely."""


async def ended(asking: Asking, selector: Selector) -> Cause | None:
    """Return that series were there and are no more; None where they never were."""
    for span, step in _SPANS:
        query = f"present_over_time({selector.text}[{span}]{selector.suffix})"
        count = await asking.count(query)
        if count is None:
            return None
        if count:
            before = [counted(f"count({query})", count)]
            return await _since(asking, selector, (span, step), before)
    return None


async def _since(
    asking: Asking, selector: Selector, span: tuple[str, str], evidence: list[Evidence]
) -> Cause:
    suffix = f"[{span[0]}:{span[1]}]{selector.suffix}"
    query = f"max(max_over_time(timestamp({selector.text}){suffix}))"
    last = await asking.value(query)
    when = ""
    if last is not None:
        told = datetime.fromtimestamp(last, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        evidence.append(Evidence(query, told))
        when = f" until about {told}"
    places = await asking.series(
        f"topk(3, count by (job, instance)"
        f" (present_over_time({selector.text}[{span[0]}]{selector.suffix})))"
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
