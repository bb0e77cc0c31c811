"""Findings from metrics, short to make: evidence from series, and words of others made safe."""

import math
from datetime import datetime

from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.finding import (
    Evidence,
    FieldEvidence,
    Finding,
    MetricEvidence,
    Relation,
    Remedy,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.metric_queries import BY_NAME
from clusterwright.tools.prometheus.result import Labels, Series
from clusterwright.tools.prometheus.summary.hidden import without_secrets
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_MOST_LABELS = 8
_LONGEST_VALUE = 80
_LONGEST_QUERY = 400
_MOST_RELATIONS = 10
_FOUR_DIGITS = 10_000
_TELLING = (
    *("alertname", "namespace", "pod", "container", "exported_namespace", "exported_pod"),
    *("persistentvolumeclaim", "gpu", "UUID", "modelName", "Hostname", "hostname", "node"),
    *("integration", "receiver_name", "remote_name", "url", "reason", "job", "instance"),
)
"""Labels that are shown first: what a series is about, before where it comes from."""


def about(
    code: str,
    subject: Ref,
    sentence: str,
    evidence: tuple[Evidence, ...],
    *fixes: str,
    severity: Severity = Severity.WARNING,
    since: datetime | None = None,
    members: tuple[Ref, ...] = (),
    relations: tuple[Relation, ...] = (),
    remedies: tuple[Remedy, ...] = (),
    concluded: bool = False,
) -> Finding:
    """Return a finding."""
    return Finding(
        code=code,
        severity=severity,
        subject=subject,
        title=title(sentence),
        evidence=evidence,
        since=since,
        members=members,
        relations=tuple(dict.fromkeys(relations))[:_MOST_RELATIONS],
        fixes=fixes,
        remedies=remedies,
        concluded=concluded,
    )


def value_of(series: Series) -> float:
    """Return the value of an instant query's series; NaN where it has none."""
    return series.values[-1] if series.values else math.nan


def measured(estate: Estate, name: str) -> list[tuple[Series, float]]:
    """Return the series of a named query that have a finite value, the highest first."""
    found = [(one, value_of(one)) for one in estate.series(name)]
    finite = [(one, value) for one, value in found if math.isfinite(value)]
    return sorted(finite, key=lambda pair: (-pair[1], sorted(pair[0].labels.items())))


def metric(ref: Ref, name: str, series: Series) -> MetricEvidence:
    """Return a series of a named query as evidence."""
    query = BY_NAME[name]
    return shown(ref, query.gives or query.promql, told(value_of(series)), series.labels)


def shown(ref: Ref, query: str, value: str, labels: Labels) -> MetricEvidence:
    """Return what a query gave as evidence: the labels that tell most, each cut."""
    order = [one for one in _TELLING if one in labels]
    order += sorted(labels.keys() - {*order, "__name__"})
    safe = without_secrets(labels)
    kept = {
        one_line(key, _LONGEST_VALUE): one_line(safe[key], _LONGEST_VALUE)
        for key in order[:_MOST_LABELS]
    }
    return MetricEvidence(ref=ref, query=shorten(query, _LONGEST_QUERY), value=value, labels=kept)


def said(ref: Ref, path: str, value: str) -> FieldEvidence:
    """Return what an endpoint or object says at a path as evidence, on one line."""
    return FieldEvidence(ref=ref, path=path, value=one_line(value, 500))


def told(value: float) -> str:
    """Return a number as a person reads it."""
    return f"{value:.4g}" if abs(value) < _FOUR_DIGITS else f"{value:,.0f}"


def name(value: str) -> str:
    """Return a name that others chose, as it stands in a sentence of ours."""
    return word(one_line(value, _LONGEST_VALUE))


def change(estate: Estate, say: str, **fields: Json) -> Remedy:
    """Return one ready-made change; it names its backend, of which the cluster may have several."""
    made: Manifest = fields | ({"backend": estate.backend} if estate.backend else {})
    return Remedy(say=say, changes=(made,))


def percent(share: float) -> str:
    """Return a share in whole percent."""
    return f"{share * 100:.0f} %"
