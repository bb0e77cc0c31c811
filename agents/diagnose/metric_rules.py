"""Which findings explain what metrics tell: of alerts, of monitoring itself, of GPUs and pods."""

from clusterwright.agents.diagnose.families import BROKEN_GPU
from clusterwright.agents.diagnose.rule import each
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

METRIC_RULES = (
    *each(
        ("alert/firing", "alert/flapping"),
        (Edge.ABOUT,),
        (*_FAILING, *_RUN_SHORT),
        "an alert is about what is wrong with its objects",
        "Prometheus docs, Alerting rules: the labels of its series tell what an alert is about",
    ),
    *each(
        ("alert/firing", "alert/flapping"),
        (*_TO_PODS, Edge.RUNS_ON),
        ("pod/*", "workload/*", "node/not-ready", "service/selector-mismatch",
         "service/target-port-mismatch", "service/no-ready-endpoints"),
        "what it calls, selects or runs on fails, and it does with that",
        "Kubernetes docs, Service, EndpointSlices; Nodes, Node controller",
    ),
    *each(
        ("alert/gpu",),
        (Edge.ABOUT, Edge.RUNS_ON, Edge.USES),
        ("gpu/*", "node/not-ready", "target/*", "pod/*", "workload/*"),
        "an alert is about what its GPU has, or what measures it",
        "NVIDIA dcgm-exporter docs, DCGM-Exporter in Kubernetes: labels of node, GPU and pod",
    ),
    *each(
        ("alert/pressure",),
        (Edge.ABOUT,),
        (*_RUN_SHORT, "pod/insufficient-resource", "pod/evicted", "hpa/*"),
        "an alert is about what runs short",
        "kubernetes-mixin, alerts/resource_alerts.libsonnet and storage_alerts.libsonnet",
    ),
    *each(
        ("alert/monitoring",),
        (Edge.ABOUT,),
        ("target/*", "monitor/*", *_RULES, "prometheus/*", "alertmanager/*", "pod/*", "service/*",
         "workload/*", "statefulset/*"),
        "monitoring tells of itself what is wrong with it",
        "prometheus/prometheus, documentation/prometheus-mixin: alerts of Prometheus about itself",
    ),
    *each(
        ("alert/watchdog-missing",),
        (Edge.ABOUT,),
        ("prometheus/*",),
        "an alert gets no further than Prometheus",
        "kube-prometheus runbooks, Watchdog: it fires as long as the whole pipeline works",
    ),
    *each(
        ("alert/watchdog-missing", "prometheus/no-alertmanager", "prometheus/alerts-not-sent"),
        (Edge.ABOUT, Edge.USES),
        ("alertmanager/not-available", "alertmanager/not-reconciled", "service/*", "pod/*",
         "statefulset/*", "workload/*"),
        "alerts reach nobody without an Alertmanager that runs",
        "Prometheus docs, Configuration, alertmanager_config; Alertmanager docs, High Availability",
    ),
    *each(
        ("target/*",),
        (Edge.SELECTS, Edge.RUNS_ON),
        ("pod/*", "workload/*", "statefulset/*", "node/not-ready", "service/target-port-mismatch"),
        "what does not run cannot be scraped",
        "Prometheus docs, Jobs and instances: up is 0 if the scrape failed",
    ),
    *each(
        ("target/timed-out", "target/unreachable"),
        (Edge.SELECTS, Edge.LIMITED_BY),
        ("networkpolicy/*", "pod/cpu-throttled"),
        "what a policy keeps out, or a limit holds back, is not scraped in time",
        "Kubernetes docs, Network Policies; Prometheus docs, Configuration: scrape_timeout",
    ),
    *each(
        ("monitor/no-endpoints",),
        _TO_PODS,
        ("service/*", "pod/*", "workload/*", "statefulset/*"),
        "a monitor scrapes the endpoints of its Service",
        "prometheus-operator docs, API reference: a ServiceMonitor selects Services",
    ),
    *each(
        ("rule/not-loaded",),
        (Edge.USES,),
        ("prometheus/config-reload-failed", "prometheus/not-reconciled",
         "prometheus/not-available"),
        "rules are loaded with the rest of the configuration",
        "Prometheus docs, Configuration: a reload is applied as a whole or not at all",
    ),
    *each(
        ("prometheus/not-available", "alertmanager/not-available"),
        (),
        ("pod/*", "workload/*", "statefulset/*"),
        "it is as available as its Pods",
        "prometheus-operator docs, API reference, PrometheusStatus: condition Available",
    ),
    *each(
        ("prometheus/not-available", "alertmanager/not-available"),
        (Edge.RUNS_ON,),
        ("node/not-ready",),
        "it is as available as what it runs on",
        "prometheus-operator docs, API reference, PrometheusStatus: condition Available",
    ),
    *each(
        ("prometheus/not-available", "pod/out-of-memory", "pod/near-memory-limit"),
        (Edge.SELECTS,),
        ("prometheus/cardinality-explosion",),
        "series are kept in memory",
        "Prometheus docs, Storage: the current block is kept in memory; Instrumentation, Labels",
    ),
    *each(
        ("gpu/not-measured",),
        (Edge.USES, Edge.SCRAPED_BY),
        ("target/*", "monitor/*", "pod/*", "workload/*"),
        "GPUs are measured by an exporter that runs, and is scraped",
        "NVIDIA dcgm-exporter docs, DCGM-Exporter; Prometheus docs, Jobs and instances",
    ),
    *each(
        ("gpu/not-measured",),
        (),
        ("gpu/xid-hardware", "node/not-ready"),
        "a GPU that is lost has no metrics",
        "NVIDIA, XID errors: 79, the GPU has fallen off the bus",
    ),
    *each(
        (*_NOT_WELL, "gpu/hung", "gpu/idle", "workload/unavailable"),
        (Edge.USES,),
        BROKEN_GPU,
        "a program fails on a GPU that does",
        "NVIDIA, XID errors, and GPU Memory Error Management: row remapping, uncontained errors",
    ),
    *each(
        (*_ENDS, "gpu/hung"),
        (),
        ("gpu/xid-application",),
        "the driver says what the program did",
        "NVIDIA, XID errors: 13, 31, 43 are of the application",
    ),
    *each(
        ("gpu/idle",),
        (),
        ("pod/*", "gpu/hung", "gpu/xid-application"),
        "what does not run does not use its GPU",
        "NVIDIA DCGM docs, Field identifiers: GPU utilization is of running kernels",
    ),
    *each(
        ("pod/out-of-memory", "pod/near-memory-limit"),
        (),
        ("pod/memory-leak",),
        "what grows without a pause reaches its limit",
        "Kubernetes docs, Assign Memory Resources: a container that exceeds its limit is ended",
    ),
    *each(
        ("pod/near-memory-limit",),
        (),
        ("pod/out-of-memory",),
        "a container that is killed for its memory was near its limit",
        "Kubernetes docs, Assign Memory Resources: exceed a container's memory limit",
    ),
    *each(
        ("pod/liveness-probe-failing", "pod/readiness-probe-failing"),
        (),
        ("pod/cpu-throttled",),
        "what is held back answers its probes late",
        "Kubernetes docs, Resource Management, How Kubernetes applies limits: CPU is throttled",
    ),
    *each(
        (*_NOT_WELL, "workload/unavailable", "statefulset/rollout-blocked"),
        (Edge.MOUNTS, Edge.USES),
        ("pvc/full", "pvc/inodes-filling-up"),
        "a program that cannot write ends",
        "POSIX, write(): ENOSPC; Kubernetes docs, Persistent Volumes, Expanding claims",
    ),
)  # fmt: skip
"""Alerts first, then how they arise: target, rule, Prometheus, Alertmanager; GPUs, pods, volumes.
"""
