"""An NVML that answers with what was captured of a real H100, or with what a test breaks of it.

What nvidia-smi shows as N/A is refused as not supported, as NVML did. Broken values are simulated:
no broken GPU has been captured.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import Element

from clusterwright.tools.gpu_node.clock_reasons import REASONS
from clusterwright.tools.gpu_node.nvml import (
    Handle,
    Number,
    Numbers,
    NvmlError,
    RawEvent,
    RawFabric,
    RawInstance,
    RawMigDevice,
    RawProcess,
    RawProfile,
    Refusal,
    System,
    Text,
)
from tests.tools.gpu_node.smi import read_xml, value_of

_T = TypeVar("_T")
DATA = Path(__file__).parent / "data"
MIB = 2**20
UUID = "GPU-00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Card:
    """What one GPU answers; what is absent is not supported."""

    texts: Mapping[Text, str] = field(default_factory=dict[Text, str])
    numbers: Mapping[Number, int] = field(default_factory=dict[Number, int])
    several: Mapping[Numbers, tuple[int, ...]] = field(
        default_factory=dict[Numbers, tuple[int, ...]]
    )
    processes: tuple[RawProcess, ...] = ()
    profiles: tuple[RawProfile, ...] = ()
    instances: tuple[RawInstance, ...] = ()
    devices: tuple[RawMigDevice, ...] = ()
    fabric: RawFabric | None = None
    links: tuple[bool, ...] = ()
    refused: Mapping[str, Refusal] = field(default_factory=dict[str, Refusal])
    """By what is asked: the value of a Text, Number or Numbers, `handle`, `processes` and so on."""


class CapturedNvml:
    """An NVML with these GPUs."""

    def __init__(
        self, *cards: Card, events: Sequence[RawEvent] = (), deaf: Sequence[int] = ()
    ) -> None:
        self._cards = cards
        self._events = list(events)
        self._deaf = list(deaf)
        self.closed = 0

    def system(self) -> System:
        return System("580.159.04", 13000, "13.580.159.04")

    def count(self) -> int:
        return len(self._cards)

    def handle(self, index: int) -> Handle:
        card = self._cards[index]
        self._maybe_refuse(card, "handle")
        return card

    def text(self, gpu: Handle, of: Text) -> str:
        return self._had(gpu, of.value, self._card(gpu).texts.get(of))

    def number(self, gpu: Handle, of: Number) -> int:
        return self._had(gpu, of.value, self._card(gpu).numbers.get(of))

    def numbers(self, gpu: Handle, of: Numbers) -> tuple[int, ...]:
        return self._had(gpu, of.value, self._card(gpu).several.get(of))

    def link_active(self, gpu: Handle, link: int) -> bool:
        self._maybe_refuse(self._card(gpu), "nvlink_state")
        return self._card(gpu).links[link]

    def processes(self, gpu: Handle) -> list[RawProcess]:
        return self._had(gpu, "processes", list(self._card(gpu).processes))

    def fabric(self, gpu: Handle) -> RawFabric:
        return self._had(gpu, "fabric", self._card(gpu).fabric)

    def profiles(self, gpu: Handle) -> list[RawProfile]:
        return self._had(gpu, "mig_profiles", list(self._card(gpu).profiles))

    def instances(self, gpu: Handle) -> list[RawInstance]:
        return self._had(gpu, "gpu_instances", list(self._card(gpu).instances))

    def mig_devices(self, gpu: Handle) -> list[RawMigDevice]:
        return self._had(gpu, "mig_devices", list(self._card(gpu).devices))

    def watch(self, gpus: Sequence[tuple[int, Handle]]) -> list[int]:
        return [index for index, _ in gpus if index in self._deaf]

    def next_event(self, within_ms: int) -> RawEvent | None:
        assert 0 < within_ms <= 200
        return self._events.pop(0) if self._events else None

    def close(self) -> None:
        self.closed += 1

    def _card(self, gpu: Handle) -> Card:
        assert isinstance(gpu, Card)
        return gpu

    def _maybe_refuse(self, card: Card, what: str) -> None:
        if what in card.refused:
            raise NvmlError(card.refused[what])

    def _had(self, gpu: Handle, what: str, value: _T | None) -> _T:
        self._maybe_refuse(self._card(gpu), what)
        if value is None:
            raise NvmlError(Refusal.NOT_SUPPORTED)
        return value


_TEXTS = {
    Text.NAME: "product_name",
    Text.UUID: "uuid",
    Text.PCI_BUS_ID: "pci/pci_bus_id",
    Text.VBIOS: "vbios_version",
}
_LINK = "pci/pci_gpu_link_info"
_COUNTERS = "clocks_event_reasons_counters/clocks_event_reasons_counters"
_NUMBERS: dict[Number, tuple[str, float]] = {
    Number.TEMPERATURE: ("temperature/gpu_temp", 1),
    Number.TEMPERATURE_MARGIN: ("temperature/gpu_temp_tlimit", 1),
    Number.MEMORY_TEMPERATURE: ("temperature/memory_temp", 1),
    Number.POWER_DRAW: ("gpu_power_readings/average_power_draw", 1000),
    Number.POWER_LIMIT: ("gpu_power_readings/current_power_limit", 1000),
    Number.POWER_LIMIT_DEFAULT: ("gpu_power_readings/default_power_limit", 1000),
    Number.CLOCK_SM: ("clocks/sm_clock", 1),
    Number.CLOCK_SM_MAX: ("max_clocks/sm_clock", 1),
    Number.CLOCK_MEMORY: ("clocks/mem_clock", 1),
    Number.CLOCK_MEMORY_MAX: ("max_clocks/mem_clock", 1),
    Number.HELD_SW_POWER_CAP: (f"{_COUNTERS}_sw_power_cap", 1000),
    Number.HELD_SW_THERMAL: (f"{_COUNTERS}_sw_therm_slowdown", 1000),
    Number.HELD_HW_THERMAL: (f"{_COUNTERS}_hw_therm_slowdown", 1000),
    Number.HELD_HW_POWER_BRAKE: (f"{_COUNTERS}_hw_power_brake", 1000),
    Number.RETIRED_PENDING: ("retired_pages/pending_retirement", 1),
    Number.PCIE_GENERATION: (f"{_LINK}/pcie_gen/current_link_gen", 1),
    Number.PCIE_GENERATION_MAX: (f"{_LINK}/pcie_gen/max_link_gen", 1),
    Number.PCIE_WIDTH: (f"{_LINK}/link_widths/current_link_width", 1),
    Number.PCIE_WIDTH_MAX: (f"{_LINK}/link_widths/max_link_width", 1),
    Number.PCIE_REPLAYS: ("pci/replay_counter", 1),
    Number.PERSISTENCE_MODE: ("persistence_mode", 1),
}
"""Where nvidia-smi has a number, and what it is multiplied with to be NVML's."""
_SEVERAL: dict[Numbers, tuple[tuple[str, ...], float]] = {
    Numbers.MEMORY: (
        tuple(f"fb_memory_usage/{one}" for one in ("total", "reserved", "used", "free")),
        MIB,
    ),
    Numbers.UTILIZATION: (("utilization/gpu_util", "utilization/memory_util"), 1),
    Numbers.POWER_LIMITS: (
        ("gpu_power_readings/min_power_limit", "gpu_power_readings/max_power_limit"),
        1000,
    ),
    Numbers.ECC_MODE: (("ecc_mode/current_ecc", "ecc_mode/pending_ecc"), 1),
    Numbers.MIG_MODE: (("mig_mode/current_mig", "mig_mode/pending_mig"), 1),
    Numbers.REMAPPED_ROWS: (
        tuple(f"remapped_rows/remapped_row_{one}" for one in ("corr", "unc", "pending", "failure")),
        1,
    ),
    Numbers.REMAP_HISTOGRAM: (
        tuple(
            f"remapped_rows/row_remapper_histogram/row_remapper_histogram_{one}"
            for one in ("max", "high", "partial", "low", "none")
        ),
        1,
    ),
}
_ERRORS = (
    Number.CORRECTED_VOLATILE,
    Number.UNCORRECTED_VOLATILE,
    Number.CORRECTED_AGGREGATE,
    Number.UNCORRECTED_AGGREGATE,
)


@cache
def captured(when: str) -> Card:
    """Return the H100 as it was captured, `idle` or under `load`."""
    (element,) = read_xml((DATA / f"h100-{when}.xml").read_text())
    profiles = json.loads((DATA / "h100-mig-profiles.json").read_text())["profiles"]
    numbers = {of: _number(element, *where) for of, where in _NUMBERS.items()}
    several = {
        of: tuple(_number(element, path, by) or 0 for path in paths)
        for of, (paths, by) in _SEVERAL.items()
    }
    return Card(
        texts={of: (element.findtext(path) or "").strip() for of, path in _TEXTS.items()},
        numbers={
            **{of: number for of, number in numbers.items() if number is not None},
            **dict.fromkeys(_ERRORS, 0),  # as nvidia-smi has them, by place
            Number.CLOCK_EVENT_REASONS: sum(
                one.bit
                for one in REASONS
                if value_of(element, f"clocks_event_reasons/clocks_event_reason_{one.name}")
            ),
            Number.PERFORMANCE_STATE: 0,
            Number.COMPUTE_MODE: 0,
            Number.RECOVERY_ACTION: 0,
        },
        several={**several, Numbers.SRAM_ERRORS: (0, 0, 0, 0, 0)},
        processes=tuple(_process(one) for one in element.iter("process_info")),
        profiles=tuple(
            RawProfile(number, name, most, free, memory)
            for name, number, most, memory, free in profiles
        ),
    )


def _number(element: Element, path: str, by: float) -> int | None:
    value = value_of(element, path)
    assert not isinstance(value, str), f"{path}: {value}"
    return None if value is None else round(value * by)


def _process(element: Element) -> RawProcess:
    used = value_of(element, "used_memory")
    assert isinstance(used, float)
    pid = int(element.findtext("pid") or 0)
    return RawProcess(pid, "compute", int(used) * MIB, None, None, element.findtext("process_name"))


def broken(
    numbers: Mapping[Number, int] | None = None,
    several: Mapping[Numbers, tuple[int, ...]] | None = None,
    when: str = "idle",
    **changes: object,
) -> Card:
    """Return the captured H100 with values that a test made up: a simulated fault."""
    card = captured(when)
    kept = {
        "numbers": {**card.numbers, **(numbers or {})},
        "several": {**card.several, **(several or {})},
    }
    return replace(card, **kept, **changes)
