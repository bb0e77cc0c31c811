"""What exporters would tell of a cluster that pays for more than it uses."""

from collections.abc import Iterator

from tests.tools.prometheus.signal.backfilled import Told, Value, counter, steady

GIB = 2.0**30
PRODUCT = "NVIDIA-H100-80GB-HBM3"


def container(
    pod: str, owner: tuple[str, str], cores: float, gib: float, used: tuple[float, float],
    *, since: float = -9.0, talks: float = 50_000, oom: float = 0, throttled: float = 0,
) -> Iterator[Told]:  # fmt: skip
    """Yield one pod of one container: requests, use, and what may speak against cutting them."""
    namespace, name = pod.split("/")
    own = {"namespace": namespace, "pod": name}
    full = {**own, "container": "app", "node": "node-1"}
    for resource, unit, asked in (("cpu", "core", cores), ("memory", "byte", gib * GIB)):
        labels = {**full, "resource": resource, "unit": unit}
        yield Told("kube_pod_container_resource_requests", labels, _since(steady(asked), since))
    yield Told("container_cpu_usage_seconds_total", full, counter(used[0], since))
    yield Told("container_memory_working_set_bytes", full, _since(steady(used[1] * GIB), since))
    yield Told("container_network_receive_bytes_total", own, counter(talks, since))
    yield Told("container_cpu_cfs_periods_total", full, counter(10, since))
    yield Told("container_cpu_cfs_throttled_periods_total", full, counter(10 * throttled, since))
    yield Told("container_oom_events_total", full, counter(oom / 3_600, since))
    yield from owned(own, owner)


def owned(own: dict[str, str], owner: tuple[str, str]) -> Iterator[Told]:
    kind, name = owner
    labels = {**own, "owner_kind": kind, "owner_name": name, "owner_is_controller": "true"}
    yield Told("kube_pod_owner", labels, steady(1))
    yield Told("kube_pod_status_phase", {**own, "phase": "Running"}, steady(1))


def gpu(node: str, index: int, busy: float, pod: str = "") -> Iterator[Told]:
    """Yield a GPU, held by a pod or by none: then it carries the labels of its exporter alone."""
    own = {
        "Hostname": node, "gpu": str(index), "modelName": PRODUCT.replace("-", " "),
        "namespace": "gpu-operator", "pod": "dcgm-exporter-abcde",
    }  # fmt: skip
    if pod:
        own |= {"exported_namespace": "ml", "exported_pod": pod, "exported_container": "app"}
    yield Told("DCGM_FI_PROF_GR_ENGINE_ACTIVE", own, steady(busy))


def holder(pod: str, node: str, count: int, phase: str = "Running") -> Iterator[Told]:
    own = {"namespace": "ml", "pod": pod}
    labels = {**own, "container": "app", "node": node, "resource": "nvidia_com_gpu"}
    yield Told("kube_pod_container_resource_requests", labels, steady(count))
    yield Told("kube_pod_owner", {**own, "owner_kind": "Job", "owner_name": pod}, steady(1))
    for one in ("Running", "Succeeded"):
        yield Told("kube_pod_status_phase", {**own, "phase": one}, steady(one == phase))


def everything() -> list[Told]:
    rs = "ReplicaSet"
    return [
        *container("shop/cart-6b7c8d9-aaaaa", (rs, "cart-6b7c8d9"), 4, 8, (0.5, 1)),
        *container("shop/cart-6b7c8d9-bbbbb", (rs, "cart-6b7c8d9"), 4, 8, (0.7, 1)),
        *container("shop/fair-55555-aaaaa", (rs, "fair-55555"), 1, 1, (0.97, 0.9)),
        *container("shop/scaled-1111-aaaaa", (rs, "scaled-1111"), 2, 1, (0.2, 0.9)),
        *container(
            "shop/tight-2222-aaaaa", (rs, "tight-2222"), 2, 4, (0.2, 1), oom=2, throttled=0.3
        ),
        *container("shop/young-3333-aaaaa", (rs, "young-3333"), 8, 8, (0.1, 1), since=-0.5),
        *container("old/ghost-0", ("StatefulSet", "ghost"), 2, 4, (0.001, 0.1), talks=100),
        *container("old/nightly-1-aaaaa", ("Job", "nightly-1"), 1, 1, (0.001, 0.1), talks=0),
        Told(
            "kube_horizontalpodautoscaler_info",
            {"namespace": "shop", "horizontalpodautoscaler": "scaled",
             "scaletargetref_kind": "Deployment", "scaletargetref_name": "scaled"},
            steady(1),
        ),
        *holder("train", "gpu-1", 2),
        *holder("serve", "gpu-1", 1),
        *holder("done", "gpu-1", 4, "Succeeded"),
        *gpu("gpu-1", 0, 0.0, "train"),
        *gpu("gpu-1", 1, 0.02, "train"),
        *gpu("gpu-1", 2, 0.9, "serve"),
        *gpu("gpu-1", 3, 0.0),
        Told(
            "kube_node_status_allocatable",
            {"node": "gpu-1", "resource": "nvidia_com_gpu"},
            steady(4),
        ),
    ]  # fmt: skip


def _since(value: Value, start: float) -> Value:
    return lambda hour: value(hour) if hour >= start else None
