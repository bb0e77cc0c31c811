"""What `nvidia-smi -q -x` says of a GPU, beside what we read of it: the same facts, field by field.

Standard library only, as a machine with a GPU may have nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

from clusterwright.tools.gpu_node.clock_reasons import REASONS
from clusterwright.tools.gpu_node.models import Gpu

Value: TypeAlias = float | str | bool | None
_WORDS: dict[str, Value] = {
    "N/A": None,
    "Enabled": True,
    "Disabled": False,
    "Yes": True,
    "No": False,
    "Active": True,
    "Not Active": False,
}


@dataclass(frozen=True)
class Field:
    """A field of ours, and where nvidia-smi has it."""

    name: str
    path: str
    ours: Callable[[Gpu], Value]
    slack: float = 0
    """By how much it may differ from what we read before and after."""


@dataclass(frozen=True)
class Compared:
    name: str
    smi: Value
    ours: tuple[Value, ...]
    same: bool


def read_xml(text: str) -> list[ET.Element]:
    """Return the GPUs of an answer of nvidia-smi."""
    return list(ET.fromstring(text).iter("gpu"))  # noqa: S314 - of nvidia-smi on this machine


def value_of(element: ET.Element, path: str) -> Value:
    """Return what nvidia-smi says, as a number without its unit where it is one."""
    text = (element.findtext(path) or "").strip()
    if text in _WORDS:
        return _WORDS[text]
    first = text.split()[0] if text else ""
    try:
        return float(first.rstrip("x"))
    except ValueError:
        return text


def _summed(element: ET.Element, *paths: str) -> Value:
    found = [value_of(element, path) for path in paths]
    numbers = [one for one in found if isinstance(one, float)]
    return sum(numbers) if len(numbers) == len(found) else None


def _of(*path: str) -> Callable[[Gpu], Value]:
    def ours(gpu: Gpu) -> Value:
        value: Any = gpu
        for name in path:
            value = getattr(value, name, None)
        return value

    return ours


def _bank(name: str) -> Callable[[Gpu], Value]:
    return lambda gpu: gpu.remapped_rows.banks.get(name) if gpu.remapped_rows else None


def _held(name: str) -> Callable[[Gpu], Value]:
    def ours(gpu: Gpu) -> Value:
        seconds = gpu.clocks.held_s.get(name) if gpu.clocks else None
        return None if seconds is None else seconds * 1e6

    return ours


def _has_reason(name: str) -> Callable[[Gpu], Value]:
    return lambda gpu: name in (gpu.clocks.reasons or ()) if gpu.clocks else None


_BANKS = ("max", "high", "partial", "low", "none")
FIELDS = (
    Field("product", "product_name", _of("product")),
    Field("uuid", "uuid", _of("uuid")),
    Field("pci", "pci/pci_bus_id", _of("pci_bus_id")),
    Field("vbios", "vbios_version", _of("vbios")),
    Field("memory.total", "fb_memory_usage/total", _of("memory", "total"), 1),
    Field("memory.reserved", "fb_memory_usage/reserved", _of("memory", "reserved"), 1),
    Field("memory.used", "fb_memory_usage/used", _of("memory", "used"), 2),
    Field("memory.free", "fb_memory_usage/free", _of("memory", "free"), 2),
    Field("load.gpu", "utilization/gpu_util", _of("utilization", "gpu"), 10),
    Field("load.memory", "utilization/memory_util", _of("utilization", "memory"), 10),
    Field("temperature.gpu", "temperature/gpu_temp", _of("temperature", "gpu"), 4),
    Field("temperature.memory", "temperature/memory_temp", _of("temperature", "memory"), 4),
    Field("temperature.margin", "temperature/gpu_temp_tlimit", _of("temperature", "margin"), 4),
    Field("power.draw", "gpu_power_readings/average_power_draw", _of("power", "draw"), 60),
    Field("power.limit", "gpu_power_readings/current_power_limit", _of("power", "limit")),
    Field("power.default", "gpu_power_readings/default_power_limit", _of("power", "default")),
    Field("power.least", "gpu_power_readings/min_power_limit", _of("power", "least")),
    Field("power.most", "gpu_power_readings/max_power_limit", _of("power", "most")),
    Field("clocks.sm", "clocks/sm_clock", _of("clocks", "sm"), 200),
    Field("clocks.sm_max", "max_clocks/sm_clock", _of("clocks", "sm_max")),
    Field("clocks.memory", "clocks/mem_clock", _of("clocks", "memory"), 200),
    Field("clocks.memory_max", "max_clocks/mem_clock", _of("clocks", "memory_max")),
    *(
        Field(
            one.name, f"clocks_event_reasons/clocks_event_reason_{one.name}", _has_reason(one.name)
        )
        for one in REASONS
    ),
    Field(
        "held.sw_power_cap",
        "clocks_event_reasons_counters/clocks_event_reasons_counters_sw_power_cap",
        _held("sw_power_cap"),
        1e4,
    ),
    Field(
        "held.sw_thermal",
        "clocks_event_reasons_counters/clocks_event_reasons_counters_sw_therm_slowdown",
        _held("sw_thermal_slowdown"),
        1e4,
    ),
    Field(
        "held.hw_thermal",
        "clocks_event_reasons_counters/clocks_event_reasons_counters_hw_therm_slowdown",
        _held("hw_thermal_slowdown"),
        1e4,
    ),
    Field(
        "held.hw_power_brake",
        "clocks_event_reasons_counters/clocks_event_reasons_counters_hw_power_brake",
        _held("hw_power_brake_slowdown"),
        1e4,
    ),
    Field("ecc.mode", "ecc_mode/current_ecc", _of("ecc", "mode")),
    Field("ecc.pending", "ecc_mode/pending_ecc", _of("ecc", "pending")),
    Field(
        "ecc.sram_threshold",
        "ecc_errors/aggregate/sram_threshold_exceeded",
        _of("ecc", "sram_threshold_exceeded"),
    ),
    Field(
        "rows.correctable", "remapped_rows/remapped_row_corr", _of("remapped_rows", "correctable")
    ),
    Field(
        "rows.uncorrectable",
        "remapped_rows/remapped_row_unc",
        _of("remapped_rows", "uncorrectable"),
    ),
    Field("rows.pending", "remapped_rows/remapped_row_pending", _of("remapped_rows", "pending")),
    Field("rows.failure", "remapped_rows/remapped_row_failure", _of("remapped_rows", "failure")),
    *(
        Field(
            f"rows.banks.{one}",
            f"remapped_rows/row_remapper_histogram/row_remapper_histogram_{one}",
            _bank(one),
        )
        for one in _BANKS
    ),
    Field(
        "pages.single_bit",
        "retired_pages/multiple_single_bit_retirement/retired_count",
        _of("retired_pages", "single_bit"),
    ),
    Field(
        "pages.double_bit",
        "retired_pages/double_bit_retirement/retired_count",
        _of("retired_pages", "double_bit"),
    ),
    Field("pages.pending", "retired_pages/pending_retirement", _of("retired_pages", "pending")),
    Field("mig.enabled", "mig_mode/current_mig", _of("mig", "enabled")),
    Field("mig.pending", "mig_mode/pending_mig", _of("mig", "pending")),
    Field(
        "pcie.generation",
        "pci/pci_gpu_link_info/pcie_gen/current_link_gen",
        _of("pcie", "generation"),
    ),
    Field(
        "pcie.generation_max",
        "pci/pci_gpu_link_info/pcie_gen/max_link_gen",
        _of("pcie", "generation_max"),
    ),
    Field(
        "pcie.width", "pci/pci_gpu_link_info/link_widths/current_link_width", _of("pcie", "width")
    ),
    Field(
        "pcie.width_max",
        "pci/pci_gpu_link_info/link_widths/max_link_width",
        _of("pcie", "width_max"),
    ),
    Field("pcie.replays", "pci/replay_counter", _of("pcie", "replays")),
    Field("persistence", "persistence_mode", _of("persistence_mode")),
)
_LOWERED = (
    Field("compute_mode", "compute_mode", _of("compute_mode")),
    Field("recovery_action", "gpu_recovery_action", _of("recovery_action")),
    Field("fabric.state", "fabric/state", _of("fabric", "state")),
)
_ERRORS = {
    "ecc.corrected_volatile": ("volatile", ("sram_correctable", "dram_correctable")),
    "ecc.uncorrected_volatile": (
        "volatile",
        ("sram_uncorrectable_parity", "sram_uncorrectable_secded", "dram_uncorrectable"),
    ),
    "ecc.corrected_aggregate": ("aggregate", ("sram_correctable", "dram_correctable")),
    "ecc.uncorrected_aggregate": (
        "aggregate",
        ("sram_uncorrectable_parity", "sram_uncorrectable_secded", "dram_uncorrectable"),
    ),
    "ecc.sram_uncorrected_volatile": (
        "volatile",
        ("sram_uncorrectable_parity", "sram_uncorrectable_secded"),
    ),
    "ecc.sram_uncorrected_aggregate": (
        "aggregate",
        ("sram_uncorrectable_parity", "sram_uncorrectable_secded"),
    ),
}


def compared(element: ET.Element, ours: Sequence[Gpu]) -> Iterator[Compared]:
    """Yield each field as nvidia-smi has it beside ours, read once or before and after."""
    for one in FIELDS:
        yield _compared(
            one.name, value_of(element, one.path), [one.ours(gpu) for gpu in ours], one.slack
        )
    for one in _LOWERED:
        said = value_of(element, one.path)
        low = said.lower() if isinstance(said, str) else said
        yield _compared(one.name, low, [one.ours(gpu) for gpu in ours], 0)
    for name, (kind, members) in _ERRORS.items():
        said = _summed(element, *(f"ecc_errors/{kind}/{member}" for member in members))
        yield _compared(name, said, [_of(*name.split("."))(gpu) for gpu in ours], 0)
    held = {
        (value_of(one, "pid"), value_of(one, "used_memory")) for one in element.iter("process_info")
    }
    mine = [{(one.pid, one.used) for one in gpu.processes or ()} for gpu in ours]
    yield Compared(
        "processes", str(sorted(map(str, held))), tuple(str(one) for one in mine), held in mine
    )


def _compared(name: str, smi: Value, ours: Sequence[Value], slack: float) -> Compared:
    return Compared(name, smi, tuple(ours), _same(smi, ours, slack))


def _same(smi: Value, ours: Sequence[Value], slack: float) -> bool:
    if smi in ours:
        return True
    numbers = [one for one in ours if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if isinstance(smi, float) and len(numbers) == len(ours):
        return min(numbers) - slack <= smi <= max(numbers) + slack
    return False
