"""What is wrong with a machine's GPUs, and what to do about it: one line each, worst first.

What a GPU does in normal service is no problem: a power cap under full load, a slow link while
idle, corrected errors, a few remapped rows. Sources: NVIDIA's GPU memory error management guide
(remapping, retirement, when a GPU is replaced), the Xid catalogue, nvml.h.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from clusterwright.tools.gpu_node.clock_reasons import MEANING
from clusterwright.tools.gpu_node.models import Event, Gpu, Node
from clusterwright.tools.xid import UNKNOWN, XIDS, Fault

Severity: TypeAlias = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, on which GPUs, and what to do."""

    code: str
    severity: Severity
    gpus: tuple[int, ...]
    what: str
    do: str

    def line(self) -> str:
        """Return it on one line."""
        where = f"GPU {', '.join(map(str, self.gpus))}: " if self.gpus else ""
        return f"{self.severity}: {where}{self.what} -> {self.do}"


_Found: TypeAlias = Iterator[tuple[str, Severity, str, str]]
_RESET = "cordon the node, drain what uses this GPU, and reset it (nvidia-smi -r)"
_REPLACE = "drain the node, run NVIDIA's field diagnostics, and replace the GPU"
_BUSY = 50
"""Percent of load above which a slow link costs something."""


def problems_of(node: Node) -> tuple[Problem, ...]:
    """Return what is wrong; equal problems of several GPUs are one."""
    merged: dict[tuple[str, str], Problem] = {}
    for gpu in node.gpus:
        for check in _CHECKS:
            for code, severity, what, do in check(gpu):
                _add(merged, Problem(code, severity, (gpu.index,), what, do))
    for event in node.events:
        _add(merged, _told(event))
    order = {one: rank for rank, one in enumerate(SEVERITIES)}
    return tuple(sorted(merged.values(), key=lambda one: (order[one.severity], one.gpus, one.code)))


def _add(merged: dict[tuple[str, str], Problem], one: Problem) -> None:
    seen = merged.get((one.code, one.what))
    gpus = tuple(sorted({*seen.gpus, *one.gpus})) if seen else one.gpus
    merged[one.code, one.what] = replace(one, gpus=gpus)


def _told(event: Event) -> Problem:
    gpus = () if event.gpu is None else (event.gpu,)
    if event.xid is None:
        return Problem("event", "critical", gpus, f"told while listening: {event.type}", _RESET)
    known = XIDS.get(event.xid, UNKNOWN)
    severity: Severity = "critical" if known.fault is Fault.HARDWARE else "warning"
    if known.harmless or known.application or not known.grave:
        severity = "info"
    what = f"XID {event.xid} while listening: {known.means}"
    return Problem("xid", severity, gpus, what, known.do)


def _trouble(gpu: Gpu) -> _Found:
    if gpu.trouble == "lost":
        yield (
            "lost",
            "critical",
            "does not answer: it has fallen off the bus (as with XID 79)",
            "drain the node and reboot it; if it comes back, check seating, power and heat,"
            " and replace it",
        )
    elif gpu.trouble == "reset required":
        yield "reset-required", "critical", "answers nothing until it is reset", _RESET
    elif gpu.trouble == "no permission":
        yield (
            "no-access",
            "info",
            "may not be opened from here",
            "in a container set NVIDIA_VISIBLE_DEVICES=all to see it",
        )
    elif gpu.trouble is not None:
        yield "unreadable", "critical", f"cannot be opened: {gpu.trouble}", _REPLACE
    if gpu.recovery_action not in {None, "none"}:
        yield (
            "recovery-action",
            "critical",
            f"the driver asks for: {gpu.recovery_action}",
            "cordon the node, drain what uses this GPU, then do what the driver asks for",
        )
    if any("infoROM" in one.why for one in gpu.unread):
        yield "inforom", "critical", "its infoROM is corrupted", _REPLACE


def _memory_errors(gpu: Gpu) -> _Found:
    ecc = gpu.ecc
    if ecc is None:
        return
    if ecc.uncorrected_volatile:
        where = f", {ecc.sram_uncorrected_volatile} of them in SRAM"
        yield (
            "ecc-uncorrectable",
            "critical",
            f"{ecc.uncorrected_volatile} uncorrectable memory errors since the driver was loaded"
            f"{where if ecc.sram_uncorrected_volatile else ''}",
            f"{_RESET}; replace it if they come back",
        )
    elif ecc.uncorrected_aggregate:
        yield (
            "ecc-uncorrectable-before",
            "info",
            f"{ecc.uncorrected_aggregate} uncorrectable memory errors in its life, none since the"
            " driver was loaded",
            "nothing now; watch whether they come back",
        )
    if ecc.sram_threshold_exceeded:
        yield "sram-threshold", "critical", "SRAM errors are above NVIDIA's threshold", _REPLACE
    if ecc.mode != ecc.pending:
        wanted = "on" if ecc.pending else "off"
        yield (
            "ecc-mode-pending",
            "info",
            f"ECC will be {wanted} after the next reset",
            "reset the GPU (nvidia-smi -r) when nothing uses it",
        )


def _set_aside(gpu: Gpu) -> _Found:
    rows, pages = gpu.remapped_rows, gpu.retired_pages
    if rows is not None and rows.failure:
        yield "remap-failure", "critical", "a bad row of memory could not be replaced", _REPLACE
    if rows is not None and rows.pending:
        yield (
            "remap-pending",
            "warning",
            "a bad row of memory is replaced at the next reset",
            _RESET,
        )
    if rows is not None and rows.banks.get("none"):
        yield (
            "remap-exhausted",
            "warning",
            f"{rows.banks['none']} banks of memory have no spare row left",
            "plan to replace the GPU: the next bad row there cannot be replaced",
        )
    if pages is not None and pages.pending:
        yield "retirement-pending", "warning", "a page of memory waits for its retirement", _RESET


def _slowed(gpu: Gpu) -> _Found:
    reasons = set(gpu.clocks.reasons or ()) if gpu.clocks else set[str]()
    heat = "check fans, air flow and inlet temperature"
    margin = gpu.temperature.gpu if gpu.temperature else None
    at = f" at {margin} C" if margin is not None else ""
    if "hw_thermal_slowdown" in reasons:
        what = f"slowed by heat{at}: {MEANING['hw_thermal_slowdown']}"
        yield "hw-thermal-slowdown", "critical", what, f"drain the node; {heat}"
    if "hw_power_brake_slowdown" in reasons:
        what = f"slowed: {MEANING['hw_power_brake_slowdown']}"
        yield "hw-power-brake", "critical", what, "check power supplies, cables and rack power"
    if "hw_slowdown" in reasons and not reasons & {
        "hw_thermal_slowdown",
        "hw_power_brake_slowdown",
    }:
        what = f"slowed: {MEANING['hw_slowdown']}"
        yield "hw-slowdown", "critical", what, f"{heat}, and the power supply"
    if "sw_thermal_slowdown" in reasons:
        what = f"slowed by heat{at}: {MEANING['sw_thermal_slowdown']}"
        yield "sw-thermal-slowdown", "warning", what, heat


def _links(gpu: Gpu) -> _Found:
    fabric, pcie, nvlink = gpu.fabric, gpu.pcie, gpu.nvlink
    if fabric is not None and fabric.state != "completed":
        yield (
            "fabric-not-completed",
            "critical",
            f"its NVLink fabric is {fabric.state}: CUDA fails with “system not yet initialized”",
            "start nvidia-fabricmanager, of the driver's very version, and read its log",
        )
    elif fabric is not None and (fabric.status or fabric.ailments):
        ailing = ", ".join(fabric.ailments) or f"status {fabric.status}"
        what = f"its NVLink fabric is not healthy: {ailing}"
        yield "fabric-unhealthy", "critical", what, "read the log of nvidia-fabricmanager"
    if nvlink is not None and nvlink.active and nvlink.inactive:
        total = len(nvlink.active) + len(nvlink.inactive)
        yield (
            "nvlink-down",
            "warning",
            f"{len(nvlink.inactive)} of {total} NVLinks are down",
            "drain and reset the GPU; if they stay down, check bridge, baseboard and NVSwitch",
        )
    if pcie is not None and pcie.width and pcie.width_max and pcie.width < pcie.width_max:
        yield (
            "pcie-width",
            "warning",
            f"PCIe link x{pcie.width} of x{pcie.width_max}, {pcie.replays or 0} replays",
            "drain the node, reseat the GPU, check riser and slot",
        )
    busy = gpu.utilization is not None and gpu.utilization.gpu >= _BUSY  # idle links are slow
    now, most = (pcie.generation, pcie.generation_max) if pcie else (None, None)
    if busy and now and most and now < most:
        yield (
            "pcie-generation",
            "warning",
            f"PCIe generation {now} of {most} under load",
            "check the BIOS setting of the slot, riser and cable",
        )


def _modes(gpu: Gpu) -> _Found:
    mig = gpu.mig
    if mig is not None and mig.enabled != mig.pending:
        yield (
            "mig-pending",
            "warning",
            f"MIG will be {'on' if mig.pending else 'off'} only after a reset: something uses it",
            "stop the clients of this GPU (DCGM, device plugin, pods), then reset it",
        )
    elif mig is not None and mig.enabled and mig.listed and not mig.instances:
        yield (
            "mig-empty",
            "warning",
            "MIG is on and has no instance: nothing can run",
            "apply a layout (label nvidia.com/mig.config), or switch MIG off",
        )
    bare = [one for one in mig.instances if not one.compute] if mig else []
    if bare:
        yield (
            "mig-no-compute",
            "warning",
            f"GPU instance {', '.join(str(one.id) for one in bare)} has no compute instance",
            "let the MIG manager apply its layout again, or create it (nvidia-smi mig -cci)",
        )
    if gpu.compute_mode == "prohibited":
        what = "compute mode “prohibited”: no program can use it"
        yield "compute-prohibited", "warning", what, "set it to default (nvidia-smi -c 0)"


_CHECKS: tuple[Callable[[Gpu], _Found], ...] = (
    _trouble,
    _memory_errors,
    _set_aside,
    _slowed,
    _links,
    _modes,
)
