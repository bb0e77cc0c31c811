"""What exporters would tell of a shop: a healthy cart, a slow till, a node, and two GPUs."""

from collections.abc import Iterator, Mapping

from tests.tools.prometheus.signal.backfilled import Told, Value, counter, histogram, steady

GIB = 2.0**30
CART = ("cart-7d9f6b8c5-abcde", "cart-7d9f6b8c5-fghij")
GONE = "cart-5c4d3b2a1-zzzzz"
"""A pod of an earlier ReplicaSet, which ended half an hour ago."""


def pod(name: str, container: str = "app") -> dict[str, str]:
    return {"namespace": "shop", "pod": name, "container": container}


def containers(name: str, cores: float, memory: Value) -> Iterator[Told]:
    own = pod(name)
    yield Told("container_cpu_usage_seconds_total", own, counter(cores))
    yield Told("container_cpu_usage_seconds_total", {**own, "container": ""}, counter(cores))
    yield Told("container_memory_working_set_bytes", own, memory)
    yield Told("container_cpu_cfs_periods_total", own, counter(10))
    yield Told("container_cpu_cfs_throttled_periods_total", own, counter(10 * max(0, cores - 0.4)))
    yield Told("container_oom_events_total", own, steady(0))
    told = {**own, "node": "node-1", "job": "kube-state-metrics"}
    limits = (("cpu", "core", 0.5), ("memory", "byte", GIB))
    for resource, unit, limit in limits:
        labels = {**told, "resource": resource, "unit": unit}
        yield Told("kube_pod_container_resource_limits", labels, steady(limit))
    yield Told("kube_pod_container_status_restarts_total", told, steady(3))
    ready = {"namespace": "shop", "pod": name}
    yield Told("kube_pod_status_ready", {**ready, "condition": "true"}, steady(1))
    yield Told("kube_pod_status_ready", {**ready, "condition": "false"}, steady(0))
    yield Told("kube_pod_status_phase", {**ready, "phase": "Running"}, steady(1))
    yield Told("kube_pod_status_phase", {**ready, "phase": "Succeeded"}, steady(0))


def cart() -> Iterator[Told]:
    """Yield a cart of which one pod is busier, and that answers one request in 50 with 500."""
    for name, cores, memory in zip(CART, (0.1, 0.45), (0.3, 0.9), strict=True):
        yield from containers(name, cores, steady(memory * GIB))
        own = {"namespace": "shop", "pod": name, "job": "cart"}
        yield from histogram("http_request_duration_seconds", own, 5, 0.3)
        yield Told("http_requests_total", {**own, "code": "200"}, counter(4.9))
        yield Told("http_requests_total", {**own, "code": "500"}, counter(0.1))
    rule = "namespace_workload_pod:kube_pod_owner:relabel"
    for name in (*CART, GONE):
        labels = {"namespace": "shop", "workload": "cart", "workload_type": "deployment"}
        until = -0.5 if name == GONE else 9.0
        yield Told(rule, {**labels, "pod": name}, _until(steady(1), until))
    yield Told("http_requests_total", {**pod(GONE), "code": "200"}, _until(counter(7), -0.5))


def quiet() -> Iterator[Told]:
    """Yield a service that was asked twice in the last hour, once in vain."""
    own = {"namespace": "shop", "pod": "quiet-0", "job": "quiet"}
    yield Told("http_requests_total", {**own, "status": "200"}, _steps(10, -0.6))
    yield Told("http_requests_total", {**own, "status": "503"}, _steps(3, -0.3))


def unhonoured() -> Iterator[Told]:
    """Yield kube-state-metrics scraped without honor_labels: the pod is in exported_pod."""
    own = {"namespace": "monitoring", "pod": "kube-state-metrics-0", "exported_namespace": "bank"}
    for name, restarts in (("till-0", counter(1 / 600)), ("till-1", steady(0))):
        labels = {**own, "exported_pod": name, "exported_container": "app"}
        yield Told("kube_pod_container_status_restarts_total", labels, restarts)


def node() -> Iterator[Told]:
    own = {"node": "node-1", "instance": "10.0.0.1:10250", "id": "/"}
    yield Told("container_cpu_usage_seconds_total", own, counter(2))
    yield Told("machine_cpu_cores", {"node": "node-1"}, steady(8))
    yield Told("container_memory_working_set_bytes", own, steady(12 * GIB))
    yield Told("machine_memory_bytes", {"node": "node-1"}, steady(16 * GIB))
    exporter = {"instance": "10.0.0.2:9100", "job": "node-exporter"}
    for core in ("0", "1"):
        labels = {**exporter, "cpu": core, "mode": "idle"}
        yield Told("node_cpu_seconds_total", labels, counter(0.25))
    files = {**exporter, "mountpoint": "/", "fstype": "ext4"}
    yield Told("node_filesystem_avail_bytes", files, steady(5 * GIB))
    yield Told("node_filesystem_size_bytes", files, steady(100 * GIB))


def gpus() -> Iterator[Told]:
    """Yield two GPUs of gpu-1 as dcgm-exporter tells them by default, one idle and with an XID."""
    for number, busy, util, xid in (("0", 0.8, 100.0, 0.0), ("1", 0.0, 100.0, 79.0)):
        own: Mapping[str, str] = {
            "Hostname": "gpu-1", "gpu": number, "UUID": f"GPU-{number}", "modelName": "H100",
            "exported_namespace": "ml", "exported_pod": f"train-{number}", "namespace": "dcgm",
            "pod": "dcgm-exporter-x", "instance": "10.0.0.3:9400",
        }  # fmt: skip
        for name, value in (
            ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", busy),
            ("DCGM_FI_DEV_GPU_UTIL", util),
            ("DCGM_FI_DEV_FB_USED", 60_000.0),
            ("DCGM_FI_DEV_FB_FREE", 19_000.0),
            ("DCGM_FI_DEV_FB_RESERVED", 1_000.0),
            ("DCGM_FI_DEV_GPU_TEMP", 61.0),
            ("DCGM_FI_DEV_POWER_USAGE", 120.0),
        ):
            yield Told(name, own, steady(value))
        yield Told("DCGM_FI_DEV_XID_ERRORS", own, _xid(xid))
    small = {"hostname": "gpu-2", "gpu": "0", "namespace": "ml", "pod": "serve-0"}
    yield Told("DCGM_FI_DEV_GPU_UTIL", small, steady(40))


def everything() -> list[Told]:
    return [*cart(), *quiet(), *unhonoured(), *node(), *gpus()]


def _until(value: Value, end: float) -> Value:
    return lambda hour: value(hour) if hour <= end else None


def _steps(start: float, *hours: float) -> Value:
    return lambda hour: start + sum(hour >= at for at in hours)


def _xid(last: float) -> Value:
    return lambda hour: last if hour >= -0.5 else 0.0
