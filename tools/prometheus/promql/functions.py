"""Names of functions and aggregations: what they want, and what people write instead.

Source: Prometheus 3.16, promql/parser/functions.go and docs/querying/functions.md.
"""

from collections.abc import Sequence
from difflib import get_close_matches


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


RATES = frozenset({"rate", "irate", "increase"})
"""They want a counter, or a histogram."""
CHANGES = frozenset({"delta", "idelta", "deriv", "predict_linear"})
"""They want a gauge."""
AGGREGATIONS = _named(
    "sum avg count min max group stddev stdvar topk bottomk quantile count_values limitk"
    " limit_ratio"
)
OVER_RANGES = _named(
    "rate irate increase delta idelta deriv predict_linear changes resets absent_over_time"
    " avg_over_time min_over_time max_over_time sum_over_time count_over_time"
    " quantile_over_time stddev_over_time stdvar_over_time last_over_time present_over_time"
    " mad_over_time first_over_time double_exponential_smoothing holt_winters"
    " ts_of_min_over_time ts_of_max_over_time ts_of_first_over_time ts_of_last_over_time"
)
"""They take `x[5m]`."""
FUNCTIONS = OVER_RANGES | _named(
    "abs absent acos acosh asin asinh atan atanh ceil clamp clamp_max clamp_min cos cosh"
    " day_of_month day_of_week day_of_year days_in_month deg exp floor histogram_avg"
    " histogram_count histogram_fraction histogram_quantile histogram_quantiles"
    " histogram_stddev histogram_stdvar histogram_sum hour info label_join label_replace ln"
    " log10 log2 minute month pi rad round scalar sgn sin sinh sort sort_by_label"
    " sort_by_label_desc sort_desc sqrt tan tanh time timestamp vector year"
)
KEYWORDS = _named(
    "and or unless atan2 by without on ignoring group_left group_right bool offset start"
    " end fill fill_left fill_right smoothed anchored inf nan"
)
OPERATORS = frozenset({"and", "or", "unless", "atan2"})
_ALIKE, _LONGEST = 0.85, 60
_INSTEAD = {
    "mean": "avg",
    "average": "avg",
    "median": "quantile(0.5, ...)",
    "p95": "quantile(0.95, ...)",
    "p99": "quantile(0.99, ...)",
    "distinct": "count by (label) (...)",
    "group_by": "sum by (label) (...)",
    "where": 'matchers in braces: x{label="value"}',
    "percentile": "quantile(0.95, ...), or histogram_quantile",
    "derivative": "deriv(x[10m])",
    "moving_average": "avg_over_time(x[10m])",
    "if": "`and`: x and y > 0",
    "holt_winters": "double_exponential_smoothing, as it is called since Prometheus 3.0",
    "double_exponential_smoothing": "holt_winters, as it was called before Prometheus 3.0",
    "rollup_rate": "rate; rollup functions are VictoriaMetrics' own",
}


def instead(name: str, nearest: Sequence[str]) -> str:
    """Return what was meant by a name that is no function; `nearest` is spelled alike."""
    if known := get_close_matches(name[:_LONGEST].lower(), _INSTEAD, 1, _ALIKE):
        return f"write {_INSTEAD[known[0]]}"
    return f"did you mean {', '.join(nearest)}?" if nearest else ""
