"""Why clocks are not higher: the bits of NVML's clock event reasons, and what they mean.

Source: nvml.h, nvmlClocksEventReason*.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockReason:
    """A bit, its name as nvidia-smi has it, and what it means."""

    bit: int
    name: str
    meaning: str


REASONS = (
    ClockReason(0x1, "gpu_idle", "nothing runs, so clocks are low"),
    ClockReason(0x2, "applications_clocks_setting", "somebody set application or locked clocks"),
    ClockReason(0x4, "sw_power_cap", "at the power limit, as is usual under full load"),
    ClockReason(0x8, "hw_slowdown", "the hardware halved its clocks: heat, power brake, or supply"),
    ClockReason(0x10, "sync_boost", "held to the clocks of the others of its sync boost group"),
    ClockReason(0x20, "sw_thermal_slowdown", "GPU or memory is warmer than it may be"),
    ClockReason(0x40, "hw_thermal_slowdown", "too hot: the hardware halved its clocks"),
    ClockReason(0x80, "hw_power_brake_slowdown", "the machine's power supply pulled the brake"),
    ClockReason(0x100, "display_clocks_setting", "held by a display"),
)
MEANING = {one.name: one.meaning for one in REASONS}


def reasons_of(bits: int) -> tuple[str, ...]:
    """Return the names of the bits that are set; unknown bits as hexadecimal numbers."""
    known = sum(one.bit for one in REASONS)
    named = [one.name for one in REASONS if bits & one.bit]
    return (*named, *([hex(bits & ~known)] if bits & ~known else []))
