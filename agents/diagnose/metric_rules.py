"""Which findings explain what metrics tell: of alerts, of monitoring itself, of GPUs and pods."""

from clusterwright.agents.diagnose.rule import Rule, each
from clusterwright.tools.finding import Edge

SHORT = frozenset(
    {
        *("pod/cpu-throttled", "pod/near-memory-limit", "pod/memory-leak"),
        *("pvc/full", "pvc/filling-up", "pvc/inodes-filling-up"),
    }
)
"""What runs short while it still runs: of no family, so that only rules that name it mean it."""
_ENDS = ("pod/crash-loop", "pod/out-of-memory", "pod/unexplained", "job/failed")
_NOT_WELL = (*_ENDS, "pod/liveness-probe-failing", "pod/readiness-probe-failing")
_BROKEN_GPU = ("gpu/xid-hardware", "gpu/row-remap-failed", "gpu/uncorrectable-memory-errors")
_FAILING = (
    *("pod/*", "workload/*", "statefulset/*", "job/failed", "node/not-ready"),
    *("pvc/*", "hpa/*", "pdb/*", "ingress/*", "service/*", "webhook/*", "object/*"),
    *("networkpolicy/*", "machine/*", "gpu/xid-application"),
)
_RUN_SHORT = (*sorted(SHORT), "pod/out-of-memory", "workload/quota-exceeded", "node/conntrack-full")
_RULES = tuple(
    f"rule/{one}"
    for one in ("many-to-many", "duplicate-series", "timed-out", "failing", "too-slow")
)
_TO_PODS = (Edge.SELECTS, Edge.ROUTES_TO)
_ALERTED = "an alert is about what is wrong with its objects"

METRIC_RULES = (
    *each(
        ("alert/firing", "alert/flapping"), (Edge.ABOUT,), (*_FAILING, *_RUN_SHORT), _ALERTED
    ),
    *each(
        ("alert/firing", "alert/flapping"),
        (Edge.ABOUT, *_TO_PODS, Edge.RUNS_ON),
        ("pod/*", "workload/*", "node/not-ready"),
        "what a Service leads to, and what it runs on, fails for it",
    ),
    *each(
        ("alert/gpu",),
        (Edge.ABOUT, Edge.RUNS_ON, Edge.USES),
        ("gpu/*", "node/not-ready", "target/*", "pod/*", "workload/*"),
        "an alert is about what its GPU has, or what measures it",
    ),
    *each(
        ("alert/pressure",),
        (Edge.ABOUT,),
        (*_RUN_SHORT, "pod/insufficient-resource", "pod/evicted", "hpa/*"),
        "an alert is about what runs short",
    ),
    *each(
        ("alert/monitoring",),
        (Edge.ABOUT,),
        ("target/*", "monitor/*", *_RULES, "prometheus/*", "alertmanager/*", "pod/*", "service/*",
         "workload/*", "statefulset/*"),
        "monitoring tells of itself what is wrong with it",
    ),
    Rule(
        "alert/watchdog-missing",
        (Edge.ABOUT,),
        "prometheus/*",
        "an alert gets no further than Prometheus",
        always=False,
    ),
    *each(
        ("alert/watchdog-missing", "prometheus/no-alertmanager", "prometheus/alerts-not-sent"),
        (Edge.ABOUT, Edge.USES),
        ("alertmanager/not-available", "alertmanager/not-reconciled", "service/*", "pod/*",
         "statefulset/*", "workload/*"),
        "alerts reach nobody without an Alertmanager that runs",
    ),
    *each(
        ("target/*",),
        (Edge.SELECTS, Edge.RUNS_ON),
        ("pod/*", "workload/*", "statefulset/*", "node/not-ready", "service/target-port-mismatch"),
        "what does not run cannot be scraped",
    ),
    *each(
        ("target/timed-out", "target/unreachable"),
        (Edge.SELECTS, Edge.LIMITED_BY),
        ("networkpolicy/*", "pod/cpu-throttled"),
        "what a policy keeps out, or a limit holds back, is not scraped in time",
    ),
    *each(
        ("monitor/no-endpoints",),
        _TO_PODS,
        ("service/*", "pod/*", "workload/*", "statefulset/*"),
        "a monitor scrapes the endpoints of its Service",
    ),
    *each(
        ("rule/not-loaded",),
        (Edge.USES,),
        ("prometheus/config-reload-failed", "prometheus/not-reconciled",
         "prometheus/not-available"),
        "rules are loaded with the rest of the configuration",
    ),
    *each(
        ("prometheus/not-available", "alertmanager/not-available"),
        (Edge.RUNS_ON,),
        ("pod/*", "workload/*", "statefulset/*", "node/not-ready"),
        "it is as available as its Pods",
    ),
    *each(
        ("prometheus/not-available", "pod/out-of-memory", "pod/near-memory-limit"),
        (Edge.SELECTS,),
        ("prometheus/cardinality-explosion",),
        "series are kept in memory",
    ),
    *each(
        ("gpu/not-measured",),
        (Edge.USES, Edge.SCRAPED_BY),
        ("target/*", "monitor/*", "pod/*", "workload/*"),
        "GPUs are measured by an exporter that runs, and is scraped",
    ),
    *each(
        ("gpu/not-measured",),
        (),
        ("gpu/xid-hardware", "node/not-ready"),
        "a GPU that is lost has no metrics",
    ),
    *each(
        (*_NOT_WELL, "gpu/hung", "gpu/idle", "workload/unavailable"),
        (Edge.USES,),
        _BROKEN_GPU,
        "a program fails on a GPU that does",
    ),
    *each(
        (*_ENDS, "gpu/hung"),
        (),
        ("gpu/xid-application",),
        "the driver says what the program did",
    ),
    *each(
        ("gpu/idle",), (), ("pod/*", "gpu/hung", "gpu/xid-application"),
        "what does not run does not use its GPU",
    ),
    *each(
        ("pod/out-of-memory", "pod/near-memory-limit"),
        (),
        ("pod/memory-leak",),
        "what grows without a pause reaches its limit",
    ),
    *each(
        ("pod/near-memory-limit",),
        (),
        ("pod/out-of-memory",),
        "a container that is killed for its memory was near its limit",
    ),
    *each(
        ("pod/liveness-probe-failing", "pod/readiness-probe-failing"),
        (),
        ("pod/cpu-throttled",),
        "what is held back answers its probes late",
    ),
    *each(
        (*_NOT_WELL, "workload/unavailable", "statefulset/rollout-blocked"),
        (Edge.MOUNTS, Edge.USES),
        ("pvc/full", "pvc/inodes-filling-up"),
        "a program that cannot write ends",
    ),
)  # fmt: skip
"""Alerts first, then how they arise: target, rule, Prometheus, Alertmanager; GPUs, pods, volumes.
"""
