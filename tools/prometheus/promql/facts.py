"""What is known of the metrics in a query, so that advice rests on them and not on habits.

Where something is not known it is absent, and no rule may then say a word about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clusterwright.tools.prometheus.promql.selector import Selector

_OF_HISTOGRAMS = ("_bucket", "_count", "_sum")
_MADE = frozenset(
    {
        *("up", "ALERTS", "ALERTS_FOR_STATE"),
        *("scrape_duration_seconds", "scrape_samples_scraped", "scrape_series_added"),
        *("scrape_samples_post_metric_relabeling", "scrape_sample_limit", "scrape_body_size_bytes"),
        "scrape_timeout_seconds",
    }
)
"""Gauges that Prometheus makes itself, of which no metadata tells. Source: Prometheus, Jobs and
instances; scrape/scrape.go, rules/alerting.go.
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What servers told of metrics."""

    types: Mapping[str, str] = field(default_factory=dict[str, str])
    """By metric, as exposed: `counter`, `gauge`, `histogram`, `summary`; only where all agree."""
    intervals: Mapping[str, float] = field(default_factory=dict[str, float])
    """By metric, seconds between two samples of the target that is scraped most rarely."""
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """By metric, `__name__` not counted."""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """By selector, how many series it takes now."""

    def type(self, metric: str | None) -> str:
        """Return the type of a metric's own series; empty where it is not known.

        Those of a histogram and of a summary only ever grow; quantiles of a summary do not.
        """
        if metric is None or ":" in metric:  # a recording rule; its type is nobody's claim
            return ""
        own = self.types.get(metric, "")
        if own and own != "histogram":
            return "" if own in {"unknown", "untyped", "summary"} else own
        base = next((metric.removesuffix(s) for s in _OF_HISTOGRAMS if metric.endswith(s)), "")
        if base and self.types.get(base) in {"histogram", "summary"}:
            return "counter"
        if not own and metric in _MADE:
            return "gauge"
        return own or ("counter" if self._is_openmetrics(metric) else "")

    def _is_openmetrics(self, metric: str) -> bool:
        """Return whether the metadata names the family of a counter without its suffix."""
        base = metric.removesuffix("_total")
        return base != metric and self.types.get(base) == "counter"

    def count(self, selector: Selector) -> int | None:
        """Return how many series a selector takes."""
        return self.counts.get(selector.text)
