"""Figures of a GPU that change all the time: memory, load, heat, power, clocks, its PCIe link."""

from clusterwright.tools.gpu_node.asking import Asked
from clusterwright.tools.gpu_node.clock_reasons import reasons_of
from clusterwright.tools.gpu_node.models import (
    Clocks,
    Memory,
    Pcie,
    Power,
    Process,
    Temperature,
    Utilization,
)
from clusterwright.tools.gpu_node.nvml import Number, Numbers

MIB = 2**20
_MILLI, _NANO = 1e3, 1e9
_HELD = {
    "sw_power_cap": Number.HELD_SW_POWER_CAP,
    "sw_thermal_slowdown": Number.HELD_SW_THERMAL,
    "hw_thermal_slowdown": Number.HELD_HW_THERMAL,
    "hw_power_brake_slowdown": Number.HELD_HW_POWER_BRAKE,
}


def memory_of(asked: Asked) -> Memory | None:
    """Return the memory; used is without what the driver reserves."""
    found = asked.numbers(Numbers.MEMORY)
    return None if found is None else Memory(*(one // MIB for one in found))


def utilization_of(asked: Asked) -> Utilization | None:
    """Return the load; a GPU in MIG mode has none as a whole."""
    found = asked.numbers(Numbers.UTILIZATION)
    return None if found is None else Utilization(*found)


def temperature_of(asked: Asked) -> Temperature:
    """Return temperatures."""
    return Temperature(
        gpu=asked.number(Number.TEMPERATURE),
        memory=asked.number(Number.MEMORY_TEMPERATURE),
        margin=asked.number(Number.TEMPERATURE_MARGIN),
    )


def power_of(asked: Asked) -> Power:
    """Return power and limits."""
    draw = asked.scaled(Number.POWER_DRAW, _MILLI)
    limit = asked.scaled(Number.POWER_LIMIT, _MILLI)
    default = asked.scaled(Number.POWER_LIMIT_DEFAULT, _MILLI)
    bounds = asked.numbers(Numbers.POWER_LIMITS)
    least, most = (None, None) if bounds is None else (one / _MILLI for one in bounds)
    return Power(draw, limit, default, least, most)


def clocks_of(asked: Asked) -> Clocks:
    """Return clocks, and what holds them down."""
    bits = asked.number(Number.CLOCK_EVENT_REASONS)
    held = {name: asked.scaled(of, _NANO) for name, of in _HELD.items()}
    return Clocks(
        sm=asked.number(Number.CLOCK_SM),
        sm_max=asked.number(Number.CLOCK_SM_MAX),
        memory=asked.number(Number.CLOCK_MEMORY),
        memory_max=asked.number(Number.CLOCK_MEMORY_MAX),
        performance_state=asked.number(Number.PERFORMANCE_STATE),
        reasons=None if bits is None else reasons_of(bits),
        held_s={name: seconds for name, seconds in held.items() if seconds is not None},
    )


def pcie_of(asked: Asked) -> Pcie:
    """Return the PCIe link."""
    return Pcie(
        generation=asked.number(Number.PCIE_GENERATION),
        generation_max=asked.number(Number.PCIE_GENERATION_MAX),
        width=asked.number(Number.PCIE_WIDTH),
        width_max=asked.number(Number.PCIE_WIDTH_MAX),
        replays=asked.number(Number.PCIE_REPLAYS),
    )


def processes_of(asked: Asked) -> tuple[Process, ...] | None:
    """Return who holds a context, by process id."""
    found = asked.ask("processes", lambda: asked.nvml.processes(asked.handle))
    if found is None:
        return None
    made = (
        Process(
            pid=one.pid,
            kind=one.kind,
            used=None if one.used is None else one.used // MIB,
            name=one.name,
            gpu_instance=one.gpu_instance,
            compute_instance=one.compute_instance,
        )
        for one in found
    )
    return tuple(sorted(made, key=lambda one: (one.pid, one.gpu_instance or 0)))
