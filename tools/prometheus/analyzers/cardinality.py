"""Series that explode: a job that brings ever more of them, or one metric that has most."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import items, number, text
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric, name, said, told
from clusterwright.tools.prometheus.analyzers.server import made_for
from clusterwright.tools.prometheus.analyzers.target_down import JOB
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.scraping.subject import monitor
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

CODE = "prometheus/cardinality-explosion"
MANY = 10_000
"""Series of one metric below which nothing is told, however large its share."""
MOST = 0.5
"""Share of all series that one metric may have."""


def dominating(estate: Estate) -> Iterator[tuple[str, int, int]]:
    """Yield metric, its series, and all series, where one metric has most of them."""
    total = number(estate.tsdb, "headStats", "numSeries")
    for one in items(estate.tsdb, "seriesCountByMetricName"):
        count = number(one, "value")
        if total and count >= MANY and count >= MOST * total:
            yield text(one, "name"), count, total


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    told_of: set[Ref] = set()
    for metric_, count, total in dominating(estate):
        finding = _dominates(estate, metric_, count, total)
        told_of.add(finding.subject)
        yield Suspicion(finding)
    for query in ("job-growth", "job-churn"):
        for series, value in measured(estate, query):
            ref = job_ref(estate, series.labels.get("job", ""))
            if ref not in told_of:
                told_of.add(ref)
                says = (
                    f"exposes {told(value)} times as many series as within the last hour"
                    if query == "job-growth"
                    else f"has brought {told(value)} new series in the last hour, more than ten"
                    " times as many as it exposes: a label changes all the time"
                )
                finding = about(
                    CODE,
                    ref,
                    f"Job {name(series.labels.get('job', ''))} {says}",
                    (metric(ref, query, series),),
                    _FIX,
                    severity=Severity.WARNING,
                    relations=_burdens(estate, ref),
                )
                yield Suspicion(finding)


_FIX = (
    "Find the label that grows (prom_cardinality), and drop it or the metric with"
    " metricRelabelings; set sampleLimit on the monitor."
)


def job_ref(estate: Estate, job: str) -> Ref:
    """Return what brings a job: its monitor, else the job by its name."""
    pools = [one.pool for one in estate.targets.active if one.job == job] if estate.targets else []
    of = next((found for pool in pools if (found := monitor(pool))), None)
    return of or checked(Ref(JOB, job)) or estate.server


def _burdens(estate: Estate, ref: Ref) -> tuple[Relation, ...]:
    """Return the edges by which an explosion explains that Prometheus runs out of memory."""
    edge = Relation(source=estate.server, edge=Edge.SELECTS, target=ref)
    return (*((edge,) if ref != estate.server else ()), *made_for(estate, estate.server))


def _dominates(estate: Estate, metric_: str, count: int, total: int) -> Finding:
    shares = [one for one in estate.shares if one[0] == metric_]
    _, job, label, values = shares[0] if shares else (metric_, "", "", 0)
    brings = f", brought by job {name(job)}" if job else ""
    by = f"; label {name(label)} has {values:,} values in it" if label and values else ""
    path = f"$.seriesCountByMetricName[?(@.name=='{metric_}')].value"
    ref = job_ref(estate, job) if job else estate.server
    return about(
        CODE,
        ref,
        f"Metric {name(metric_)} has {count:,} of all {total:,} series{brings}{by}",
        (
            said(estate.server, path, str(count)),
            said(estate.server, "$.headStats.numSeries", str(total)),
        ),
        _FIX,
        severity=Severity.WARNING,
        relations=_burdens(estate, ref),
    )


CARDINALITY = Analyzer("cardinality", (CODE,), ("StatefulSet",), _detect)
