"""A real Prometheus watches a real cluster: what it scrapes, and what comes of it."""

import gzip
from base64 import b64decode

import pytest
import yaml

from clusterwright.deploy.sandbox.monitoring.settle import JOBS
from clusterwright.deploy.sandbox.parts.binaries import PROMETHEUS_VERSION
from clusterwright.tools.manifest import items, text
from tests.deploy.sandbox.monitoring.troubles import NODE, Troubles
from tests.deploy.sandbox.monitoring.watched import Watched, until

_SERIES = {
    "apiserver": "apiserver_request_total",
    "kube-controller-manager": "workqueue_depth",
    "kube-scheduler": "scheduler_pending_pods",
    "etcd": "etcd_mvcc_db_total_size_in_bytes",
    "kubelet": "kubelet_running_pods",
    "kube-state-metrics": "kube_node_info",
    "nvidia-dcgm-exporter": "DCGM_FI_DEV_GPU_UTIL",
    "alertmanager-main": "alertmanager_alerts",
    "prometheus-k8s": "prometheus_tsdb_head_series",
    "prometheus-operator": "prometheus_operator_managed_resources",
}
_ALERTS = {
    "KubePodCrashLooping": {"container": "main"},
    "KubeDeploymentReplicasMismatch": {"deployment": "homeless"},
    "KubePersistentVolumeFillingUp": {"persistentvolumeclaim": "data", "severity": "critical"},
    "CPUThrottlingHigh": {"container": "main", "severity": "info"},
    "ShopClosed": {},
}


def test_it_is_the_prometheus_that_is_pinned(watched: Watched) -> None:
    assert watched.prometheus("status/buildinfo")["version"] == PROMETHEUS_VERSION
    assert PROMETHEUS_VERSION.startswith("3.16.")


def test_every_part_of_the_cluster_is_scraped(watched: Watched) -> None:
    assert watched.labels("up == 1", "job") >= JOBS
    assert _SERIES.keys() == JOBS
    without = {job for job, name in _SERIES.items() if not watched.query(f'{name}{{job="{job}"}}')}
    assert without == set()


def test_the_real_node_tells_of_itself_and_of_its_containers(
    watched: Watched, troubles: Troubles
) -> None:
    if not watched.instance.has_node:
        pytest.skip("there is no real node here")
    paths = watched.labels('up{job="kubelet", node="real-1"} == 1', "metrics_path")
    assert paths == {"/metrics", "/metrics/cadvisor"}
    where = f'node="real-1", namespace="{troubles.namespace}"'
    used = f'container_memory_working_set_bytes{{{where}, container="sleeper"}} > 0'
    until(lambda: watched.labels(used, "pod") == {"sleeper"}, "a real container")


def test_each_simulated_gpu_is_told_of_under_its_node(watched: Watched) -> None:
    counted = watched.query("count by (instance, Hostname) (DCGM_FI_PROF_GR_ENGINE_ACTIVE)")
    found = {(text(one, "metric", "Hostname"), one["value"][1]) for one in counted}
    assert found == {("sim-gpu-1", "8"), ("sim-gpu-2", "4")}
    assert watched.labels("DCGM_FI_DEV_GPU_TEMP", "instance") == {"sim-gpu-1", "sim-gpu-2"}


def test_what_prometheus_reads_is_what_the_operator_generated(watched: Watched) -> None:
    secret = watched.get("secret", "prometheus-k8s", "-n=monitoring")
    generated = yaml.safe_load(gzip.decompress(b64decode(secret["data"]["prometheus.yaml.gz"])))
    running = yaml.safe_load(watched.prometheus("status/config")["yaml"])
    assert [one["job_name"] for one in items(running, "scrape_configs")] == [
        one["job_name"] for one in items(generated, "scrape_configs")
    ]
    generated["global"]["external_labels"]["prometheus_replica"] = "prometheus-k8s-0"
    assert running["global"].items() >= generated["global"].items()


def test_a_pod_monitor_makes_targets_and_takes_them_along(
    watched: Watched, troubles: Troubles
) -> None:
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": "busy", "namespace": troubles.namespace},
        "spec": {
            "selector": {"matchLabels": {"app": "busy"}},
            "podMetricsEndpoints": [{"portNumber": 9}],
        },
    }
    watched.create(monitor)
    pool = f"podMonitor/{troubles.namespace}/busy/0"

    def is_there() -> bool:
        return pool in watched.prometheus("scrape_pools")["scrapePools"]

    until(is_there, "a scrape pool")
    watched.instance.kubectl("delete", "podmonitor", "busy", f"-n={troubles.namespace}")
    until(lambda: not is_there(), "no scrape pool")


def test_top_answers_with_what_simulated_pods_are_said_to_use(
    watched: Watched, troubles: Troubles
) -> None:
    def lines() -> list[str]:
        told = watched.instance.kubectl("top", "pods", "-A", "--no-headers").splitlines()
        return [one for one in told if one.split()[:1] == [troubles.namespace]]

    until(lambda: any("busy" in one and "123Mi" in one for one in lines()), "pods in `top`")
    assert any(one.split()[2] in {"149m", "150m", "151m"} for one in lines() if "busy" in one)
    nodes = watched.instance.kubectl("top", "nodes", "--no-headers")
    assert {one.split()[0] for one in nodes.splitlines()} >= {"sim-1", NODE}


def test_an_autoscaler_scales_on_what_pods_use(troubles: Troubles) -> None:
    until(lambda: len(troubles.pods("busy")) == 3, "three pods")


@pytest.mark.parametrize("alert", _ALERTS)
def test_an_alert_reaches_alertmanager_with_what_it_is_about(
    watched: Watched, troubles: Troubles, alert: str
) -> None:
    expected = {"alertname": alert, "namespace": troubles.namespace, **_ALERTS[alert]}
    until(lambda: any(expected.items() <= one.items() for one in watched.alerts()), alert)


def test_a_gpu_error_is_an_alert_about_its_node(watched: Watched, troubles: Troubles) -> None:
    assert troubles
    expected = {"alertname": "GpuXidError", "node": NODE, "gpu": "2", "UUID": f"GPU-{NODE}-2"}
    until(lambda: any(expected.items() <= one.items() for one in watched.alerts()), "an alert")


def test_a_node_without_a_kubelet_is_an_alert(watched: Watched, troubles: Troubles) -> None:
    expected = {"alertname": "KubeNodeNotReady", "node": troubles.node}
    until(lambda: any(expected.items() <= one.items() for one in watched.alerts()), "an alert")


def test_what_is_critical_is_sent_where_critical_things_go(
    watched: Watched, troubles: Troubles
) -> None:
    if not watched.instance.has_node:
        pytest.skip("without a network of its own, no proxy leads to who receives")

    def is_sent() -> bool:
        return any(
            text(alert, "labels", "namespace") == troubles.namespace
            for one in watched.notifications()
            if one["receiver"] == "Critical"
            for alert in items(one, "body", "alerts")
        )

    until(is_sent, "a notification")
