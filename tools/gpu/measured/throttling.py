"""Why GPUs run slower than they could: each reason with the share of time, in plain words.

Sources: NVML, nvmlClocksEventReasons (the bits of the mask); NVIDIA/dcgm-exporter,
internal/pkg/collector, clock events (labels of the counts) and etc/default-counters.csv (times of
violations, in nanoseconds); ROCm/device-metrics-exporter, docs/configuration/metricslist.md.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a lower clock."""

    says: str
    bit: int = 0
    """In the mask of clock event reasons; 0 for one that has none."""
    violation: str = ""
    """The rest of the counter's name, in nanoseconds."""
    expected: bool = False
    """Whether full load alone explains it, so that it is told and is no problem."""


REASONS: Mapping[str, Reason] = {
    "power_cap": Reason("at its power limit", 0x4, "POWER", expected=True),
    "hw_slowdown": Reason("slowed down by hardware, for heat or power supply", 0x8),
    "sw_thermal": Reason("too hot, its driver slows it down", 0x20, "THERMAL"),
    "hw_thermal": Reason("too hot, hardware slows it down", 0x40),
    "hw_power_brake": Reason("power brake, the power supply asks for less", 0x80),
    "board_limit": Reason("at a limit of its board", 0, "BOARD_LIMIT"),
    "reliability": Reason("slowed down for reliability", 0, "RELIABILITY"),
    "processor_hot": Reason("its processor is too hot"),
    "ppt": Reason("at its power limit", expected=True),
    "socket_thermal": Reason("its socket is too hot"),
    "vr_thermal": Reason("its voltage regulator is too hot"),
    "hbm_thermal": Reason("its memory is too hot"),
}
"""By the name that results have in their label `reason`; not those that mean rest, or a choice."""
_MASKS = ("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS")
"""As it is called since DCGM 4, and before."""
_LEAST = 0.05
"""Share of time from which a reason is told; 0.3 of what full load explains, as findings do."""
_LEAST_EXPECTED = 0.3
_AMD = ("processor_hot", "ppt", "socket_thermal", "vr_thermal", "hbm_thermal")
PARTS = ("reasons", "counts", "violations", "amd violations")
"""Names of the queries; mask, counts and violations tell the same, and seldom are all exported."""
_COUNTS = "DCGM_EXP_CLOCK_EVENTS_COUNT"


def queries(there: Collection[str], seconds: int, resolution: int, labels: str) -> dict[str, str]:
    """Return the queries for shares of time, by reason; of each only what is worth telling."""
    by, window = f"max by ({labels})", f"[{seconds}s:{resolution}s]"
    masks = " or ".join(one for one in _MASKS if one in there)
    bits = [
        _named(f"{by} (avg_over_time((floor(({masks}) / {one.bit}) % 2){window}))", name)
        for name, one in REASONS.items()
        if one.bit and masks
    ]
    violations = [
        _named(f"{by} (rate(DCGM_FI_DEV_{one.violation}_VIOLATION[{seconds}s])) / 1e9", name)
        for name, one in REASONS.items()
        if one.violation and f"DCGM_FI_DEV_{one.violation}_VIOLATION" in there
    ]
    known = "|".join(name for name, one in REASONS.items() if one.bit)
    counted = f'avg_over_time(({_COUNTS}{{clock_event=~"{known}"}} > bool 0){window}) > {_LEAST}'
    named = f'label_replace({counted}, "reason", "$1", "clock_event", "(.+)")'
    counts = [f"max by ({labels},reason) ({named})"] if _COUNTS in there else []
    amd = [
        _named(f"{by} (avg_over_time({metric}[{seconds}s])) / 100", name)
        for name in _AMD
        for metric in _of_amd(name)
        if metric in there
    ]
    found = zip(PARTS, (bits, counts, violations, amd), strict=True)
    return {name: " or ".join(every) for name, every in found if every}


def _of_amd(name: str) -> Iterator[str]:
    for prefix in ("amd_", ""):
        yield f"{prefix}gpu_violation_{name}_residency_percentage"


def _named(query: str, name: str) -> str:
    least = _LEAST_EXPECTED if REASONS[name].expected else _LEAST
    return f'label_replace({query} > {least}, "reason", "{name}", "", "")'
