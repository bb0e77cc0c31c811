"""Why a metric is not there, and what is there instead."""

from clusterwright.tools.prometheus.explaining import names
from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted
from clusterwright.tools.prometheus.explaining.history import at_another_time, ended, never
from clusterwright.tools.prometheus.explaining.known import about_metric
from clusterwright.tools.prometheus.promql.selector import Selector
from clusterwright.tools.quotation import word


async def no_metric(asking: Asking, selector: Selector) -> Cause:
    """Return why nothing has the name of a selector, whatever its matchers."""
    metric, bare = selector.metric or "", selector.bare
    if selector.conditions:
        for when in (at_another_time, ended):
            if (cause := await when(asking, bare)) is not None:
                return cause
    every = await names.metrics(asking)
    count = counted(f"count({bare.text}{selector.suffix})", 0)
    if metric in every:  # it has series, of another time or beyond what was looked back
        return Cause("series-ended", f"{metric} was known once and has no series now", "", (count,))
    if (cause := _of_histogram(metric, frozenset(every), count)) is not None:
        return cause
    near = await names.like(metric, every)
    return Cause(
        "no-such-metric",
        f"no metric {word(metric)} is here{never(asking, bare)}",
        _right(metric, near, every),
        (count, *([Evidence("metrics that there are", f"{len(every):,}")] if every else [])),
        near,
    )


def _of_histogram(metric: str, every: frozenset[str], count: Evidence) -> Cause | None:
    """Return what a name with _bucket means where there is none: another kind of histogram."""
    base = metric.removesuffix("_bucket")
    if base == metric:
        return None
    if base in every:
        return Cause(
            "no-such-metric",
            f"{base} is a native histogram or a summary: it has no series {metric}",
            f"of a native histogram histogram_quantile(0.95, sum(rate({base}[5m]))), without le;"
            f' of a summary {base}{{quantile="0.95"}}',
            (count,),
            (base,),
        )
    if f"{base}_count" in every and f"{base}_sum" in every:
        return Cause(
            "no-such-metric",
            f"of {base} only the sum and count are kept, its buckets are not",
            f"the mean is rate({base}_sum[5m]) / rate({base}_count[5m]); buckets are left out by"
            " metricRelabelings of the monitor, or were never exposed",
            (count,),
            (f"{base}_count", f"{base}_sum"),
        )
    return None


def _right(metric: str, near: tuple[str, ...], every: list[str]) -> str:
    meant = f"did you mean {word(near[0])}?" if near else ""
    known = about_metric(metric, every)
    if known and "nothing is here" in known:
        return known
    if known:
        return f"{meant} If not: {known}" if meant else known
    return meant or "prom_search_metrics finds metrics by meaning"
