"""The analyzers of metrics, one fault family per module: scraping, rules, alerts, storage, GPUs."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.prometheus.analyzers.alertmanager import (
    ALERTMANAGER_CLUSTER,
    ALERTMANAGER_INHIBITED,
    ALERTMANAGER_NOTIFYING,
    ALERTMANAGER_RECEIVERS,
    ALERTMANAGER_RELOAD,
)
from clusterwright.tools.prometheus.analyzers.alerts import ALERT_FIRING
from clusterwright.tools.prometheus.analyzers.cardinality import CARDINALITY
from clusterwright.tools.prometheus.analyzers.conntrack import CONNTRACK
from clusterwright.tools.prometheus.analyzers.containers import (
    CPU_THROTTLED,
    MEMORY_LEAK,
    NEAR_MEMORY_LIMIT,
)
from clusterwright.tools.prometheus.analyzers.gpu_exporter import GPU_NOT_MEASURED
from clusterwright.tools.prometheus.analyzers.gpu_hung import GPU_HUNG
from clusterwright.tools.prometheus.analyzers.gpu_idle import GPU_IDLE
from clusterwright.tools.prometheus.analyzers.gpu_memory import (
    GPU_MEMORY_ERRORS,
    GPU_MEMORY_LEAK,
    GPU_ROW_REMAP_FAILED,
    GPU_ROW_REMAP_PENDING,
)
from clusterwright.tools.prometheus.analyzers.gpu_throttling import GPU_THROTTLING
from clusterwright.tools.prometheus.analyzers.gpu_xid import GPU_XID
from clusterwright.tools.prometheus.analyzers.monitor_dropped import MONITOR_DROPPED
from clusterwright.tools.prometheus.analyzers.monitors import (
    MONITOR_NOT_SELECTED,
    MONITOR_REJECTED,
    MONITOR_UNMATCHED,
)
from clusterwright.tools.prometheus.analyzers.rule_files import RULE_NOT_LOADED, RULE_NOT_SELECTED
from clusterwright.tools.prometheus.analyzers.rule_never_matches import RULE_NEVER_MATCHES
from clusterwright.tools.prometheus.analyzers.rules import RULE_FAILING
from clusterwright.tools.prometheus.analyzers.scrape_policy import SCRAPE_POLICY
from clusterwright.tools.prometheus.analyzers.server import (
    ALERTMANAGER_OPERATED,
    ALERTS_NOT_SENT,
    CONFIG_RELOAD,
    NO_ALERTMANAGERS,
    PROMETHEUS_OPERATED,
    REMOTE_WRITE_BEHIND,
    REMOTE_WRITE_FAILING,
    SAMPLES_REJECTED,
    WAL_CORRUPTED,
)
from clusterwright.tools.prometheus.analyzers.silences import SILENCES
from clusterwright.tools.prometheus.analyzers.target_down import TARGET_DOWN
from clusterwright.tools.prometheus.analyzers.volumes import VOLUME_FULL, VOLUME_INODES
from clusterwright.tools.prometheus.analyzers.watchdog import ALERT_FLAPPING, WATCHDOG_MISSING

ANALYZERS: tuple[Analyzer, ...] = (
    TARGET_DOWN,
    SCRAPE_POLICY,
    MONITOR_UNMATCHED,
    MONITOR_NOT_SELECTED,
    MONITOR_REJECTED,
    MONITOR_DROPPED,
    RULE_FAILING,
    RULE_NOT_LOADED,
    RULE_NOT_SELECTED,
    RULE_NEVER_MATCHES,
    CARDINALITY,
    CONFIG_RELOAD,
    PROMETHEUS_OPERATED,
    ALERTMANAGER_OPERATED,
    NO_ALERTMANAGERS,
    ALERTS_NOT_SENT,
    ALERTMANAGER_RECEIVERS,
    ALERTMANAGER_NOTIFYING,
    ALERTMANAGER_INHIBITED,
    ALERTMANAGER_CLUSTER,
    ALERTMANAGER_RELOAD,
    SILENCES,
    REMOTE_WRITE_BEHIND,
    REMOTE_WRITE_FAILING,
    SAMPLES_REJECTED,
    WAL_CORRUPTED,
    WATCHDOG_MISSING,
    ALERT_FLAPPING,
    GPU_XID,
    GPU_MEMORY_ERRORS,
    GPU_ROW_REMAP_FAILED,
    GPU_ROW_REMAP_PENDING,
    GPU_HUNG,
    GPU_THROTTLING,
    GPU_MEMORY_LEAK,
    GPU_IDLE,
    GPU_NOT_MEASURED,
    CPU_THROTTLED,
    NEAR_MEMORY_LIMIT,
    MEMORY_LEAK,
    VOLUME_FULL,
    VOLUME_INODES,
    CONNTRACK,
    ALERT_FIRING,
)
"""In the order in which a sample travels: scraped, evaluated, stored, told; then what it tells."""
