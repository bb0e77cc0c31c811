"""Saturation and errors of containers: cAdvisor, the kubelet, and kube-state-metrics.

Shares are of the worst container or volume, which `topk(1, ...)` names: asked for each moment, its
values together are the course of the worst, whichever it was. Source of the metrics:
google/cadvisor docs/storage/prometheus.md, kubernetes/kube-state-metrics docs/metrics.
"""

from collections.abc import Iterator

from clusterwright.tools.prometheus.signal.candidate import (
    IN_PODS,
    Candidate,
    Shape,
    Signal,
    Unit,
    Wanted,
)
from clusterwright.tools.prometheus.signal.subject import About, Scheme

_BY = "by (pod,container)"
_ON = "on (pod,container)"
_CONTAINER = 'container!~"|POD"'
_CPU, _MEMORY = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
_LIMITS = "kube_pod_container_resource_limits"
_THROTTLED, _PERIODS = (
    "container_cpu_cfs_throttled_periods_total",
    "container_cpu_cfs_periods_total",
)
_CPU_RATE = f"sum {_BY} (rate({_CPU}{{$S,{_CONTAINER}}}[$W]))"
_WORKING_SET = f"max {_BY} ({_MEMORY}{{$S,{_CONTAINER}}})"
_RESTARTS = "kube_pod_container_status_restarts_total"
_TOLD_BY = (Scheme.EXPORTED, Scheme.TOLD)
_RECORDED = "node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m"


def candidates() -> Iterator[Candidate]:
    """Yield what is known of containers whatever runs in them."""
    yield from _shares()
    yield from _volumes()
    yield from _amounts()
    yield from _network()
    yield from _events()


def _limit(resource: str) -> str:
    matchers = f'$S,exported_namespace="",resource="{resource}"'
    return f"max {_BY} ({_LIMITS}{{{matchers}}})"


def _shares() -> Iterator[Candidate]:
    source, both = "cAdvisor", "cAdvisor, kube-state-metrics"
    yield Candidate(
        Signal.SATURATION, "cpu of limit", both, Unit.RATIO,
        f"topk(1, {_CPU_RATE} / {_ON} {_limit('cpu')})", (_CPU, _LIMITS),
    )  # fmt: skip
    quota, period = (f"max {_BY} (container_spec_cpu_{one}{{$S}})" for one in ("quota", "period"))
    yield Candidate(
        Signal.SATURATION, "cpu of limit", source, Unit.RATIO,
        f"topk(1, {_CPU_RATE} / {_ON} ({quota} / {_ON} {period}))",
        (_CPU, "container_spec_cpu_quota", "container_spec_cpu_period"),
    )  # fmt: skip
    throttled, periods = (f"sum {_BY} (rate({one}{{$S,{_CONTAINER}}}[$W]))"
                          for one in (_THROTTLED, _PERIODS))  # fmt: skip
    yield Candidate(
        Signal.SATURATION, "cpu throttled", source, Unit.RATIO,
        f"topk(1, {throttled} / {_ON} {periods})", (_THROTTLED, _PERIODS), against="periods",
    )  # fmt: skip
    yield Candidate(
        Signal.SATURATION, "memory of limit", both, Unit.RATIO,
        f"topk(1, {_WORKING_SET} / {_ON} {_limit('memory')})", (_MEMORY, _LIMITS),
    )  # fmt: skip
    spec = f"max {_BY} (container_spec_memory_limit_bytes{{$S}} > 0)"
    yield Candidate(
        Signal.SATURATION, "memory of limit", source, Unit.RATIO,
        f"topk(1, {_WORKING_SET} / {_ON} {spec})",
        (_MEMORY, "container_spec_memory_limit_bytes"),
    )  # fmt: skip


def _amounts() -> Iterator[Candidate]:
    yield Candidate(
        Signal.SATURATION, "cpu", "cAdvisor", Unit.CORES,
        f"sum(rate({_CPU}{{$S,{_CONTAINER}}}[$W]))", (_CPU,), where='container!=""',
    )  # fmt: skip
    yield Candidate(
        Signal.SATURATION, "cpu", "recording rule", Unit.CORES, f"sum({_RECORDED}{{$S}})",
        (_RECORDED,),
    )  # fmt: skip
    # Of pods, without containers: where only those are measured.
    yield Candidate(
        Signal.SATURATION, "cpu", "kubelet", Unit.CORES,
        "sum(rate(pod_cpu_usage_seconds_total{$S}[$W]))", ("pod_cpu_usage_seconds_total",),
    )  # fmt: skip
    yield Candidate(
        Signal.SATURATION, "memory", "cAdvisor", Unit.BYTES,
        f"sum({_MEMORY}{{$S,{_CONTAINER}}})", (_MEMORY,), where='container!=""',
    )  # fmt: skip
    yield Candidate(
        Signal.SATURATION, "memory", "kubelet", Unit.BYTES,
        "sum(pod_memory_working_set_bytes{$S})", ("pod_memory_working_set_bytes",),
    )  # fmt: skip
    yield Candidate(
        Signal.SATURATION, "open files", "the process", Unit.RATIO,
        "max(process_open_fds{$S} / process_max_fds{$S})",
        ("process_open_fds", "process_max_fds"), against="its limit",
        about=frozenset({About.WORKLOAD, About.POD}),
    )  # fmt: skip


def _network() -> Iterator[Candidate]:
    for slot, direction in (("received", "receive"), ("sent", "transmit")):
        metric = f"container_network_{direction}_bytes_total"
        yield Candidate(
            Signal.TRAFFIC, slot, "cAdvisor", Unit.BYTES_PER_SECOND,
            f'sum(rate({metric}{{$S,interface!="lo"}}[$W]))', (metric,),
        )  # fmt: skip


def _volumes() -> Iterator[Candidate]:
    for slot, used, whole in (("volume", "used_bytes", "capacity_bytes"),
                              ("volume inodes", "inodes_used", "inodes")):  # fmt: skip
        metrics = tuple(f"kubelet_volume_stats_{one}" for one in (used, whole))
        used_, whole_ = (f"max by (persistentvolumeclaim) ({one}{{$S}})" for one in metrics)
        yield Candidate(
            Signal.SATURATION, slot, "kubelet", Unit.RATIO, f"topk(1, {used_} / {whole_})",
            metrics, (Scheme.CLAIMS,), against="capacity",
        )  # fmt: skip
    quota = "kube_resourcequota"
    part = "max by (resourcequota,resource) (kube_resourcequota{$S,type="
    yield Candidate(
        Signal.SATURATION, "quota", "kube-state-metrics", Unit.RATIO,
        f'topk(1, {part}"used"}}) / ({part}"hard"}}) > 0))', (quota,), _TOLD_BY,
        frozenset({About.NAMESPACE}), against="hard",
    )  # fmt: skip


def _events() -> Iterator[Candidate]:
    oom = "container_oom_events_total"
    yield Candidate(
        Signal.ERRORS, "OOM kills", "cAdvisor", Unit.COUNT,
        f"sum(increase({oom}{{$S,{_CONTAINER}}}[$L]))", (oom,), shape=Shape.TOTAL,
    )  # fmt: skip
    yield Candidate(
        Signal.ERRORS, "restarts", "kube-state-metrics", Unit.COUNT,
        f"sum(increase({_RESTARTS}{{$S}}[$L]))", (_RESTARTS,), _TOLD_BY, shape=Shape.TOTAL,
    )  # fmt: skip
    for scheme, prefix in ((Scheme.EXPORTED, "exported_"), (Scheme.TOLD, "")):
        ready, phase = "kube_pod_status_ready", "kube_pod_status_phase"
        done = f'{phase}{{$S,phase=~"Succeeded|Failed"}} == 1'
        unready = f'{ready}{{$S,condition="true"}} == 0'
        on = f"on ({prefix}namespace, {prefix}pod)"
        yield Candidate(
            Signal.ERRORS, "pods not ready", "kube-state-metrics", Unit.NUMBER,
            f"count(({unready}) unless {on} ({done})) or 0 * count({ready}{{$S}})",
            (ready, phase), (scheme,),
        )  # fmt: skip


_STATE = "kube-state-metrics'"
WANTED = (
    Wanted(Signal.SATURATION, "cpu", IN_PODS, f"cAdvisor's {_CPU} (kubelet /metrics/cadvisor)"),
    Wanted(Signal.SATURATION, "cpu of limit", IN_PODS, f"a limit, and {_STATE} {_LIMITS}"),
    Wanted(Signal.SATURATION, "memory", IN_PODS, f"cAdvisor's {_MEMORY}"),
    Wanted(Signal.ERRORS, "restarts", IN_PODS, f"{_STATE} {_RESTARTS}"),
)
