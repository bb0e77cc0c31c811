"""Signals of nodes: node_exporter where there is one, else what the kubelet and cAdvisor tell."""

from collections.abc import Iterator

from clusterwright.tools.prometheus.signal.candidate import (
    ON_NODES,
    Candidate,
    Shape,
    Signal,
    Unit,
    Wanted,
)
from clusterwright.tools.prometheus.signal.subject import Scheme

_BY = (Scheme.NODE, Scheme.INSTANCE)
_EXPORTER, _CADVISOR, _KUBELET = "node_exporter", "cAdvisor", "kubelet"
_STATE = "kube-state-metrics"
_ROOT = 'id="/"'
_CPU, _MEMORY = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
_ALLOCATABLE = "kube_node_status_allocatable"
_FILES = 'fstype!~"tmpfs|overlay|squashfs|ramfs|fuse.*|nsfs"'
_NOT_REAL = 'device!~"lo|veth.*|cali.*|lxc.*|cni.*|flannel.*|cilium.*|docker.*|tunl.*"'


def _made(
    signal: Signal, slot: str, source: str, unit: Unit, query: str, *needs: str,
    against: str = "", shape: Shape = Shape.COURSE, note: str = "", where: str = "",
) -> Candidate:  # fmt: skip
    return Candidate(
        signal, slot, source, unit, query, needs, _BY, ON_NODES,
        shape=shape, against=against, note=note, where=where,
    )  # fmt: skip


def candidates() -> Iterator[Candidate]:
    """Yield what is known of a node as a machine, and of the kubelet on it."""
    yield from _cpu()
    yield from _memory()
    yield from _disk()
    yield from _rest()
    yield from _traffic()
    yield from _errors()
    yield from _latency()


def _cpu() -> Iterator[Candidate]:
    mode = "node_cpu_seconds_total"
    yield _made(
        Signal.SATURATION, "cpu", _EXPORTER, Unit.RATIO,
        f'1 - avg(sum by (cpu) (rate({mode}{{$S,mode=~"idle|iowait|steal"}}[$W])))', mode,
        against="all cores",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "cpu", _CADVISOR, Unit.RATIO,
        f"sum(rate({_CPU}{{$S,{_ROOT}}}[$W])) / max(machine_cpu_cores{{$S}})",
        _CPU, "machine_cpu_cores", against="all cores", where=_ROOT,
    )  # fmt: skip
    node = "node_cpu_usage_seconds_total"
    yield _made(
        Signal.SATURATION, "cpu", f"{_KUBELET}, {_STATE}", Unit.RATIO,
        f'sum(rate({node}{{$S}}[$W])) / max({_ALLOCATABLE}{{$S,resource="cpu"}})',
        node, _ALLOCATABLE, against="allocatable",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "cpu", _KUBELET, Unit.CORES, f"sum(rate({node}{{$S}}[$W]))", node
    )  # fmt: skip


def _memory() -> Iterator[Candidate]:
    free, whole = "node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"
    yield _made(
        Signal.SATURATION, "memory", _EXPORTER, Unit.RATIO,
        f"1 - max({free}{{$S}}) / max({whole}{{$S}})", free, whole, against="all memory",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "memory", _CADVISOR, Unit.RATIO,
        f"max({_MEMORY}{{$S,{_ROOT}}}) / max(machine_memory_bytes{{$S}})",
        _MEMORY, "machine_memory_bytes", against="all memory", where=_ROOT,
    )  # fmt: skip
    node = "node_memory_working_set_bytes"
    yield _made(
        Signal.SATURATION, "memory", f"{_KUBELET}, {_STATE}", Unit.RATIO,
        f'max({node}{{$S}}) / max({_ALLOCATABLE}{{$S,resource="memory"}})',
        node, _ALLOCATABLE, against="allocatable",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "memory", _KUBELET, Unit.BYTES, f"max({node}{{$S}})", node
    )  # fmt: skip


def _disk() -> Iterator[Candidate]:
    for slot, free, whole in (
        ("disk", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"),
        ("inodes", "node_filesystem_files_free", "node_filesystem_files"),
    ):
        left, size = (f"max by (mountpoint) ({one}{{$S,{_FILES}}})" for one in (free, whole))
        yield _made(
            Signal.SATURATION, slot, _EXPORTER, Unit.RATIO, f"topk(1, 1 - {left} / {size})",
            free, whole, against="the fullest file system",
        )  # fmt: skip
    used, limit = "container_fs_usage_bytes", "container_fs_limit_bytes"
    left, size = (f"max by (device) ({one}{{$S,{_ROOT}}})" for one in (used, limit))
    yield _made(
        Signal.SATURATION, "disk", _CADVISOR, Unit.RATIO, f"topk(1, {left} / ({size} > 0))",
        used, limit, against="the fullest file system", where=_ROOT,
    )  # fmt: skip


def _rest() -> Iterator[Candidate]:
    running = "kubelet_running_pods"
    yield _made(
        Signal.SATURATION, "pods", f"{_KUBELET}, {_STATE}", Unit.RATIO,
        f'max({running}{{$S}}) / max({_ALLOCATABLE}{{$S,resource="pods"}})',
        running, _ALLOCATABLE, against="allocatable",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "pods", _KUBELET, Unit.NUMBER, f"max({running}{{$S}})", running
    )  # fmt: skip
    entries, limit = "node_nf_conntrack_entries", "node_nf_conntrack_entries_limit"
    yield _made(
        Signal.SATURATION, "conntrack", _EXPORTER, Unit.RATIO,
        f"max({entries}{{$S}}) / max({limit}{{$S}})", entries, limit, against="the limit",
    )  # fmt: skip


def _traffic() -> Iterator[Candidate]:
    for slot, direction in (("received", "receive"), ("sent", "transmit")):
        metric = f"node_network_{direction}_bytes_total"
        yield _made(
            Signal.TRAFFIC, slot, _EXPORTER, Unit.BYTES_PER_SECOND,
            f"sum(rate({metric}{{$S,{_NOT_REAL}}}[$W]))", metric,
        )  # fmt: skip
        metric = f"container_network_{direction}_bytes_total"
        yield _made(
            Signal.TRAFFIC, slot, _CADVISOR, Unit.BYTES_PER_SECOND,
            f'sum(rate({metric}{{$S,{_ROOT},interface!~"lo|veth.*|cali.*|cni.*|lxc.*"}}[$W]))',
            metric, where=_ROOT,
        )  # fmt: skip


def _errors() -> Iterator[Candidate]:
    ready = "kube_node_status_condition"
    yield _made(
        Signal.ERRORS, "not ready", _STATE, Unit.NUMBER,
        f'1 - max({ready}{{$S,condition="Ready",status="true"}})', ready,
        note="1 while the node is not Ready",
    )  # fmt: skip
    kills = "node_vmstat_oom_kill"
    yield _made(
        Signal.ERRORS, "OOM kills", _EXPORTER, Unit.COUNT, f"sum(increase({kills}{{$S}}[$L]))",
        kills, shape=Shape.TOTAL,
    )  # fmt: skip
    oom = "container_oom_events_total"
    yield _made(
        Signal.ERRORS, "OOM kills", _CADVISOR, Unit.COUNT, f"sum(increase({oom}{{$S}}[$L]))",
        oom, shape=Shape.TOTAL,
    )  # fmt: skip
    errors = ("node_network_receive_errs_total", "node_network_transmit_errs_total")
    yield _made(
        Signal.ERRORS, "network errors", _EXPORTER, Unit.COUNT,
        " + ".join(f"sum(increase({one}{{$S}}[$L]))" for one in errors), *errors,
        shape=Shape.TOTAL,
    )  # fmt: skip
    runtime = "kubelet_runtime_operations_errors_total"
    yield _made(
        Signal.ERRORS, "container runtime errors", _KUBELET, Unit.COUNT,
        f"sum(increase({runtime}{{$S}}[$L]))", runtime, shape=Shape.TOTAL,
    )  # fmt: skip


def _latency() -> Iterator[Candidate]:
    for slot, metric in (
        ("pod start p99", "kubelet_pod_start_sli_duration_seconds_bucket"),
        ("runtime operation p99", "kubelet_runtime_operations_duration_seconds_bucket"),
        ("PLEG relist p99", "kubelet_pleg_relist_duration_seconds_bucket"),
    ):
        yield _made(
            Signal.LATENCY, slot, _KUBELET, Unit.SECONDS,
            f"histogram_quantile(0.99, sum by (le) (rate({metric}{{$S}}[$W])))", metric,
        )  # fmt: skip


WANTED = (
    Wanted(
        Signal.SATURATION,
        "cpu",
        ON_NODES,
        "node_exporter, or cAdvisor with a label `node`",
    ),
    Wanted(Signal.SATURATION, "memory", ON_NODES, "node_exporter, or cAdvisor with a label `node`"),
    Wanted(Signal.SATURATION, "disk", ON_NODES, "node_exporter's node_filesystem_avail_bytes"),
    Wanted(Signal.SATURATION, "conntrack", ON_NODES, "node_exporter's node_nf_conntrack_entries"),
    Wanted(Signal.ERRORS, "not ready", ON_NODES, "kube-state-metrics' kube_node_status_condition"),
)
