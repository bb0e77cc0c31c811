"""The queries whose results analyzers rest on, by name: each light, and bounded.

Two of a kind agree before a finding rests on them: one tells how it is, another since when, so
that what began a moment ago, restarted or moved is not told.
Sources of thresholds: kubernetes-mixin (alerts of volumes, throttling), prometheus-mixin (remote
write), NVIDIA dcgm-exporter (default-counters.csv) for what each DCGM field holds. Times of
throttling are nanoseconds in every release (nvml.h, nvmlViolationTime_t): where help texts said
microseconds, NVIDIA/dcgm-exporter#589 corrected the text, not the value.
"""

import itertools
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

MOST = 50
"""Series that one query may return."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*_[A-Za-z0-9_]+")
_POD = 'container!="",pod!=""'
_BY = "by (namespace, pod, container)"
WORKLOAD_LABELS = (
    *("namespace", "pod", "container", "exported_namespace", "exported_pod"),
    *("exported_container", "err_code", "err_msg"),
)
"""Labels of a GPU's series that come and go with what runs on it, and with its last error."""
_WORKLOAD = ", ".join(WORKLOAD_LABELS)
_PLACE = "Hostname, hostname, node, kubernetes_node, job, instance"


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One row: what it is called, and what is asked."""

    name: str
    promql: str
    most: int = MOST
    gives: str = ""
    """The part of it that gives the value, where the rest only chooses series; "" is all of it."""
    lowest_first: bool = False
    """Whether a low value is the bad one, as of what is left."""

    def worth_asking(self, metrics: Set[str] | None) -> bool:
        """Return whether any metric that it asks for is there; None: it is not known."""
        return metrics is None or not metrics.isdisjoint(_NAME.findall(self.promql))

    @property
    def bounded(self) -> str:
        """The query as it is sent: never more than `most` series, the worst of them."""
        return f"{'bottomk' if self.lowest_first else 'topk'}({self.most}, {self.promql})"


def _ratio(window: str) -> str:
    throttled = f"increase(container_cpu_cfs_throttled_periods_total{{{_POD}}}[{window}])"
    periods = f"increase(container_cpu_cfs_periods_total{{{_POD}}}[{window}])"
    return f"sum {_BY} ({throttled}) / sum {_BY} ({periods})"


def _periods(window: str) -> str:
    return f"sum {_BY} (increase(container_cpu_cfs_periods_total{{{_POD}}}[{window}]))"


def _rss(offset: str = "") -> str:
    later = f" offset {offset}" if offset else ""
    return f"max {_BY} (container_memory_rss{{{_POD}}}{later})"


def _rises(at: tuple[str, ...], by: float) -> str:
    """Return the comparisons of steps, each higher than the one before it by a factor."""
    return " and ".join(
        f"({later} > {by} * {earlier})" for later, earlier in itertools.pairwise(at)
    )


def allocated(metric: str, wrap: str = "{}") -> str:
    """Return a metric of the GPUs that a Pod has, by either way in which its labels tell of it."""
    ways = ('{exported_pod!=""}', '{exported_pod="",pod!=""}')
    return " or ".join(wrap.format(f"{metric}{way}") for way in ways)


def _idle(metric: str, below: float) -> str:
    """Return GPUs that did nothing in the last hour, and that a Pod has for 15 minutes at least."""
    low = allocated(metric, f"max_over_time({{}}[1h]) < {below}")
    before = allocated(metric, "{} offset 15m")
    return f"(({low}) and ({allocated(metric)}) and ({before}))"


_VOLUME = "kubelet_volume_stats_"
_OF_VOLUME = {
    "bytes": (f"{_VOLUME}available_bytes", f"{_VOLUME}capacity_bytes"),
    "inodes": (f"{_VOLUME}inodes_free", f"{_VOLUME}inodes"),
}


def _left(what: str) -> str:
    left, whole = _OF_VOLUME[what]
    return f"{left} / ({whole} > 0)"


def _share(what: str) -> str:
    ratio = f"({_left(what)})"
    falls = f"predict_linear({_OF_VOLUME[what][0]}[6h], 345600) < 0"
    return f"(({ratio} < 0.03) or ({ratio} < 0.15 and {falls}))"


_MEMORY_LIMIT = f"max {_BY} (container_spec_memory_limit_bytes{{{_POD}}} > 0)"
_FB = "DCGM_FI_DEV_FB_USED"
_SERIES = "sum by (job) (scrape_samples_post_metric_relabeling)"
_BEFORE = "sum by (job) (min_over_time((scrape_samples_post_metric_relabeling > 0)[1h:5m]))"
_SENT = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds"
_HEARD = (
    "(max without (remote_name, url) (prometheus_remote_storage_queue_highest_timestamp_seconds)"
    " or prometheus_remote_storage_highest_timestamp_in_seconds)"
)

QUERIES = (
    MetricQuery(
        "cpu-throttled",
        f"({_ratio('5m')} > 0.25 and {_ratio('2m')} > 0.25 and {_periods('2m')} > 120)",
        gives=_ratio("5m"),
    ),
    MetricQuery(
        "memory-near-limit",
        f"(max {_BY} (min_over_time(container_memory_rss{{{_POD}}}[5m])) / {_MEMORY_LIMIT} > 0.9)",
        gives=f"min_over_time(container_memory_rss{{{_POD}}}[5m])"
        " / container_spec_memory_limit_bytes",
    ),
    MetricQuery(
        "memory-leak",
        f"(max {_BY} (predict_linear(container_memory_rss{{{_POD}}}[45m], 86400))"
        f" / {_MEMORY_LIMIT} > 1"
        f" and {_rises((_rss(), _rss('15m'), _rss('30m'), _rss('45m')), 1.03)})",
        gives=f"predict_linear(container_memory_rss{{{_POD}}}[45m], 86400)"
        " / container_spec_memory_limit_bytes",
    ),
    MetricQuery("volume-bytes-left", _share("bytes"), gives=_left("bytes"), lowest_first=True),
    MetricQuery("volume-inodes-left", _share("inodes"), gives=_left("inodes"), lowest_first=True),
    MetricQuery(
        "conntrack-used",
        "(min_over_time(node_nf_conntrack_entries[2m]) / node_nf_conntrack_entries_limit > 0.9)",
    ),
    MetricQuery("gpu-xid", "(DCGM_FI_DEV_XID_ERRORS > 0)"),
    MetricQuery(
        "gpu-xid-changes",
        f"(changes((max without ({_WORKLOAD}) (DCGM_FI_DEV_XID_ERRORS))[1h:1m]) > 0)",
    ),
    MetricQuery(
        "gpu-idle-engine",
        _idle("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 0.02),
        gives="max_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[1h])",
    ),
    MetricQuery(
        "gpu-idle-util",
        _idle("DCGM_FI_DEV_GPU_UTIL", 2),
        gives="max_over_time(DCGM_FI_DEV_GPU_UTIL[1h])",
    ),
    MetricQuery(
        "gpu-hung",
        "(min_over_time(DCGM_FI_DEV_GPU_UTIL[5m]) > 95"
        " and DCGM_FI_DEV_GPU_UTIL offset 4m"
        " and max_over_time(DCGM_FI_PROF_PIPE_TENSOR_ACTIVE[5m]) < 0.01"
        " and max_over_time(DCGM_FI_PROF_DRAM_ACTIVE[5m]) < 0.02)",
        gives="min_over_time(DCGM_FI_DEV_GPU_UTIL[5m])",
    ),
    MetricQuery(
        "gpu-hung-power",
        "(max_over_time(DCGM_FI_DEV_POWER_USAGE[5m])"
        " and min_over_time(DCGM_FI_DEV_GPU_UTIL[5m]) > 95)",
    ),
    MetricQuery(
        "gpu-power-limit",
        "((DCGM_FI_DEV_ENFORCED_POWER_LIMIT or DCGM_FI_DEV_POWER_MGMT_LIMIT)"
        " and min_over_time(DCGM_FI_DEV_GPU_UTIL[5m]) > 95)",
    ),
    MetricQuery("gpu-thermal-violation", "(rate(DCGM_FI_DEV_THERMAL_VIOLATION[5m]) / 1e9 > 0.05)"),
    MetricQuery("gpu-power-violation", "(rate(DCGM_FI_DEV_POWER_VIOLATION[5m]) / 1e9 > 0.3)"),
    MetricQuery(
        "gpu-hot-and-slow",
        "(avg_over_time(DCGM_FI_DEV_GPU_TEMP[5m]) >= 85"
        " and avg_over_time(DCGM_FI_DEV_GPU_UTIL[5m]) > 80"
        " and avg_over_time(DCGM_FI_DEV_SM_CLOCK[5m])"
        " < 0.7 * (DCGM_FI_DEV_MAX_SM_CLOCK or max_over_time(DCGM_FI_DEV_SM_CLOCK[1d])))",
        gives="avg_over_time(DCGM_FI_DEV_GPU_TEMP[5m])",
    ),
    MetricQuery(
        "gpu-double-bit",
        "(DCGM_FI_DEV_ECC_DBE_VOL_TOTAL > 0)",
    ),
    MetricQuery("gpu-double-bit-recent", "(increase(DCGM_FI_DEV_ECC_DBE_VOL_TOTAL[1h]) > 0)"),
    MetricQuery("gpu-remap-failed", "(DCGM_FI_DEV_ROW_REMAP_FAILURE > 0)"),
    MetricQuery("gpu-remap-pending", "(DCGM_FI_DEV_ROW_REMAP_PENDING > 0)"),
    MetricQuery(
        "gpu-memory-leak",
        f"(predict_linear({_FB}[45m], 43200)"
        f" / ({_FB} + DCGM_FI_DEV_FB_FREE) > 1"
        f" and {_rises((_FB, *(f'{_FB} offset {at}' for at in ('15m', '30m', '45m'))), 1.02)})",
        gives=f"predict_linear({_FB}[45m], 43200) / ({_FB} + DCGM_FI_DEV_FB_FREE)",
    ),
    MetricQuery(
        "gpu-exporters",
        f"group by ({_PLACE}) (last_over_time(DCGM_FI_DEV_FB_USED[10m])"
        " or last_over_time(DCGM_FI_DEV_GPU_UTIL[10m])"
        " or last_over_time(DCGM_FI_DEV_GPU_TEMP[10m]))",
        1000,
    ),
    MetricQuery("job-growth", f"({_SERIES} / {_BEFORE} > 3 and {_SERIES} - {_BEFORE} > 5000)", 5),
    MetricQuery(
        "job-churn",
        "(sum by (job) (sum_over_time(scrape_series_added[1h])) > 20000"
        f" and sum by (job) (sum_over_time(scrape_series_added[1h])) > 10 * {_SERIES}"
        " and sum by (job) (sum_over_time(scrape_series_added[10m])) > 2000)",
        5,
    ),
    MetricQuery(
        "reload-failed", "(max_over_time(prometheus_config_last_reload_successful[2m]) == 0)"
    ),
    MetricQuery(
        "remote-write-behind",
        f"({_HEARD} - ignoring (remote_name, url) group_right {_SENT} > 120)",
    ),
    MetricQuery(
        "remote-write-failing",
        "(rate(prometheus_remote_storage_samples_failed_total[5m])"
        " or rate(prometheus_remote_storage_failed_samples_total[5m])) > 0",
    ),
    MetricQuery(
        "remote-write-retrying",
        "(rate(prometheus_remote_storage_samples_retried_total[5m]) > 0)",
    ),
    MetricQuery(
        "notifications-dropped",
        "(rate(prometheus_notifications_errors_total[5m]) > 0"
        " and rate(prometheus_notifications_errors_total[2m]) > 0)",
    ),
    MetricQuery(
        "samples-rejected",
        "(rate(prometheus_target_scrapes_sample_out_of_order_total[5m]) > 0"
        " or rate(prometheus_target_scrapes_sample_duplicate_timestamp_total[5m]) > 0)",
    ),
    MetricQuery("wal-corruptions", "(increase(prometheus_tsdb_wal_corruptions_total[1h]) > 0)"),
    MetricQuery(
        "receivers-failing",
        "(sum by (namespace, pod, job, instance, integration, receiver_name, reason)"
        " (rate(alertmanager_notifications_failed_total[5m])) > 0)",
    ),
    MetricQuery(
        "alertmanager-reload-failed",
        "(max_over_time(alertmanager_config_last_reload_successful[2m]) == 0)",
    ),
    MetricQuery("alertmanager-members", "max_over_time(alertmanager_cluster_members[2m])"),
    MetricQuery(
        "alerts-flapping",
        # When one begins goes up only: what goes back and forth is a rule that is loaded twice.
        "(changes(ALERTS_FOR_STATE[1h]) >= 4 unless resets(ALERTS_FOR_STATE[1h]) > 0"
        " and ignoring (alertstate)"
        ' count_over_time(ALERTS{alertstate="firing"}[1h]))',
    ),
)
"""All of them, asked side by side: Kubernetes, GPUs, and what Prometheus tells of itself."""

_SHORTEST, _LONGEST = 60.0, 900.0


def down(intervals: Sequence[float]) -> MetricQuery:
    """Return the query for what was down in each scrape of the last four; intervals in seconds."""
    window = min(max(_SHORTEST, 4 * max(intervals, default=0.0)), _LONGEST)
    up = f"up[{window:.0f}s]"
    return MetricQuery("down", f"(max_over_time({up}) == 0 and count_over_time({up}) >= 2)", 1000)


BY_NAME = {one.name: one for one in QUERIES}
