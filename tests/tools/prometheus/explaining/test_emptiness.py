"""Why a query gives nothing, each cause on a real Prometheus that has been through it."""

import pytest

from clusterwright.tools.prometheus.explain_query import Nothing, prom_explain_query
from clusterwright.tools.prometheus.monitoring import Monitoring

pytestmark = pytest.mark.anyio

CAUSES: list[tuple[str, str, str, str]] = [
    # query, code, what is said, what would be right
    ("request_total", "no-such-metric", "in the 7d before", "did you mean requests_total?"),
    ("http_requests_total", "no-such-metric", "", "did you mean requests_total?"),
    ("zzz", "no-such-metric", "no metric zzz is here", "prom_search_metrics"),
    ("job:requests:rate5m", "no-such-metric", "", "recording rule"),
    ("DCGM_FI_PROF_SM_ACTIVE", "no-such-metric", "", "counters file"),
    ('{__name__=~"cart_itemz.*"}', "no-such-metric", "no metric fits", "cart_items"),
    (
        "histogram_quantile(0.9, rate(rpc_duration_seconds_bucket[5m]))",
        "no-such-metric",
        "only the sum and count are kept",
        "rate(rpc_duration_seconds_sum[5m]) / rate(rpc_duration_seconds_count[5m])",
    ),
    ("node_load1", "no-such-metric", "no metric node_load1", "of node-exporter, of which nothing"),
    ("kube_pod_labels", "no-such-metric", "", "--metric-labels-allowlist"),
    ("ALERTS", "no-such-metric", "", "only while it is pending or fires"),
    ('requests_total{code="5xx"}', "no-such-value", "", 'code=~"5.."'),
    ('request_duration_seconds_bucket{le="0.4"}', "no-such-value", "", 'the next one is le="0.5"'),
    ('request_duration_seconds_bucket{le="1.0"}', "no-such-value", "", 'it is written le="1"'),
    (
        'up{job="x",instance="y"}',
        "no-such-value",
        'fits job="x"; job has 2 values; nor does any fit instance="y"',
        "a value of job",
    ),
    ('requests_total{codes="500"}', "no-such-label", "has no label codes", "did you mean code?"),
    ('{nmspace="shop"}', "no-such-label", "no series has a label", "did you mean namespace?"),
    ('requests_total{namespace="shpo"}', "no-such-value", "2 values", 'namespace="shop"?'),
    ('requests_total{job="zzz"}', "no-such-value", "", "a value of job that is there"),
    (
        'requests_total{code="5"}',
        "no-such-value",
        "code has 2 values",
        "appears with its first event",
    ),
    ('requests_total{code=~"20"}', "no-such-value", "", 'whole values only: code=~".*20.*"'),
    ('up{job!~"cart|old"}', "series-ended", "10.0.0.2:8080 is scraped no more", "prom_targets"),
    ('requests_total{job!~".+"}', "no-such-value", "", "excludes every value"),
    (
        'kube_pod_info{namespace="shop", pod="pay-1"}',
        "matchers-exclude-one-another",
        'fit pod="pay-1" without namespace="shop"',
        "namespace is another one",
    ),
    ("pay_balance", "series-ended", "10.0.0.2:8080 is scraped no more, of job pay", "prom_targets"),
    ("sum(old_temperature) by (job)", "series-ended", "of job old is down", "scrape fails"),
    ("cart_items > 3", "series-ended", "is up and exposes it no more", "last_over_time"),
    ('cart_items{namespace="nowhere"}', "series-ended", "exposes it no more", "last_over_time"),
    ("cart_feature offset 1h", "nothing-at-that-time", "it began about 20", "smaller offset"),
    ("up @ 0", "nothing-at-that-time", "up is there now", "smaller offset"),
    ("up offset -1h", "nothing-at-that-time", "into the future", "offset 1h looks back"),
    (
        "sum(rate(requests_total[10s]))",
        "window-too-short",
        "rate needs two samples of a series within 10s, and none has them; a sample comes about"
        " each 30s",
        "rate(requests_total[2m])",
    ),
    ("rate(up[1h:1h])", "window-too-short", "the subquery gives 1", "shorter step"),
    ("up == 2", "comparison-filters-all", "2 series, and for none", "holds nowhere"),
    ("2 < up", "comparison-filters-all", "none of them 2 < x: their values are 0 to 1", ""),
    ("up > scalar(sum(up)) + 1", "comparison-filters-all", "", ""),
    ("up > scalar(zzz)", "comparison-filters-all", "(now nan)", ""),
    ("cart_broken_ratio > 0.5", "comparison-filters-all", "values are NaN", "0 / 0"),
    ("up > on (job) up * 2", "comparison-filters-all", "left 0 to 1, right 0 to 2", ""),
    (
        "sum by (namespace) (up) / sum by (job) (up)",
        "sides-do-not-meet",
        "only the left side has namespace and only the right side has job",
        "share no label",
    ),
    (
        "requests_total / on (job) machine_memory_bytes",
        "sides-do-not-meet",
        'job is "cart", "pay" on the left and "node" on the right',
        "no value in common",
    ),
    ("requests_total / up", "sides-do-not-meet", "only the left side has code", "group_left"),
    ("up unless on (job) up", "other-side-removes-all", "which `unless` removes", ""),
    ("absent(up)", "nothing-is-absent", "nothing is missing", "the good one"),
    ("absent_over_time(up[5m])", "nothing-is-absent", "nothing is missing", "the good one"),
    (
        "histogram_quantile(0.9, sum(rate(request_duration_seconds_bucket[5m])))",
        "no-buckets",
        "has no label le",
        "keep le",
    ),
    ("zzz or cart_items", "no-such-metric", "neither side of `or` has series", ""),
    ("-topk(3, zzz)", "no-such-metric", "no metric zzz", ""),
    ('label_replace(zzz, "a", "$1", "b", "(.*)")', "no-such-metric", "no metric zzz", ""),
    ("vector(1) > 2", "comparison-filters-all", "1 series", ""),
]


@pytest.mark.parametrize(("query", "code", "what", "right"), CAUSES, ids=lambda one: str(one)[:60])
async def test_an_empty_result_has_its_first_cause(
    shop: Monitoring, query: str, code: str, what: str, right: str
) -> None:
    found = await why(shop, query)
    assert found.code == code
    assert what in found.what
    assert right in (found.right or "")
    assert code == "comparison-filters-all" or found.evidence or "or" in query


async def why(shop: Monitoring, query: str) -> Nothing:
    explained = await prom_explain_query(shop, query)
    assert explained.series == 0
    assert explained.nothing is not None
    assert "nothing is doubtful" not in explained.render()
    return explained.nothing
