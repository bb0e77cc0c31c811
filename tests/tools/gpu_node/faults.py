"""Faults, each simulated in the captured H100, with what is to be found."""

from clusterwright.tools.gpu_node.nvml import (
    Number,
    Numbers,
    RawFabric,
    RawInstance,
    Refusal,
)
from tests.tools.gpu_node.captured import Card, broken

_RESET = "drain what uses this GPU, and reset it"
_REPLACE = "replace the GPU"
FAULTS: dict[str, tuple[Card, str, str, str]] = {
    "ecc-uncorrectable": (
        broken(
            {Number.UNCORRECTED_VOLATILE: 3, Number.UNCORRECTED_AGGREGATE: 5},
            {Numbers.SRAM_ERRORS: (1, 1, 2, 2, 0)},
        ),
        "critical",
        "3 uncorrectable memory errors since the driver was loaded, 2 of them in SRAM",
        _RESET,
    ),
    "ecc-uncorrectable-before": (
        broken({Number.UNCORRECTED_AGGREGATE: 5}),
        "info",
        "5 uncorrectable memory errors in its life",
        "watch",
    ),
    "sram-threshold": (
        broken(several={Numbers.SRAM_ERRORS: (0, 0, 9, 0, 1)}),
        "critical",
        "above NVIDIA's threshold",
        _REPLACE,
    ),
    "ecc-mode-pending": (
        broken(several={Numbers.ECC_MODE: (1, 0)}),
        "info",
        "ECC will be off after the next reset",
        "nvidia-smi -r",
    ),
    "remap-failure": (
        broken(several={Numbers.REMAPPED_ROWS: (0, 1, 0, 1)}),
        "critical",
        "could not be replaced",
        _REPLACE,
    ),
    "remap-pending": (
        broken(several={Numbers.REMAPPED_ROWS: (0, 1, 1, 0)}),
        "warning",
        "replaced at the next reset",
        _RESET,
    ),
    "remap-exhausted": (
        broken(several={Numbers.REMAP_HISTOGRAM: (2555, 0, 3, 0, 2)}),
        "warning",
        "2 banks of memory have no spare row left",
        "plan to replace",
    ),
    "retirement-pending": (
        broken({Number.RETIRED_PENDING: 1}),
        "warning",
        "waits for its retirement",
        _RESET,
    ),
    "hw-thermal-slowdown": (
        broken({Number.CLOCK_EVENT_REASONS: 0x48, Number.TEMPERATURE: 91}),
        "critical",
        "slowed by heat at 91 C",
        "fans",
    ),
    "hw-power-brake": (
        broken({Number.CLOCK_EVENT_REASONS: 0x88}),
        "critical",
        "pulled the brake",
        "power supplies",
    ),
    "hw-slowdown": (
        broken({Number.CLOCK_EVENT_REASONS: 0x8}),
        "critical",
        "halved its clocks",
        "power supply",
    ),
    "sw-thermal-slowdown": (
        broken({Number.CLOCK_EVENT_REASONS: 0x20}),
        "warning",
        "warmer than it may be",
        "air flow",
    ),
    "fabric-not-completed": (
        broken(fabric=RawFabric(2, 0, 0, "00" * 16, 0)),
        "critical",
        "in progress: CUDA fails with “system not yet initialized”",
        "nvidia-fabricmanager",
    ),
    "fabric-unhealthy": (
        broken(fabric=RawFabric(3, 0, 1, "00" * 16, 0b01_01_10_10 | 5 << 8)),
        "critical",
        "route unhealthy, access timeout recovery, insufficient NVLinks",
        "log",
    ),
    "nvlink-down": (
        broken({Number.NVLINKS: 18}, links=(True,) * 16 + (False,) * 2),
        "warning",
        "2 of 18 NVLinks are down",
        "NVSwitch",
    ),
    "pcie-width": (
        broken({Number.PCIE_WIDTH: 8, Number.PCIE_REPLAYS: 41}),
        "warning",
        "PCIe link x8 of x16, 41 replays",
        "reseat",
    ),
    "pcie-generation": (
        broken({Number.PCIE_GENERATION: 3}, when="load"),
        "warning",
        "PCIe generation 3 of 5 under load",
        "BIOS",
    ),
    "mig-pending": (
        broken(several={Numbers.MIG_MODE: (0, 1)}),
        "warning",
        "MIG will be on only after a reset",
        "stop the clients",
    ),
    "mig-empty": (
        broken(several={Numbers.MIG_MODE: (1, 1)}),
        "warning",
        "has no instance",
        "nvidia.com/mig.config",
    ),
    "mig-no-compute": (
        broken(several={Numbers.MIG_MODE: (1, 1)}, instances=(RawInstance(3, "3g.40gb", 4, 4),)),
        "warning",
        "GPU instance 3 has no compute instance",
        "-cci",
    ),
    "compute-prohibited": (
        broken({Number.COMPUTE_MODE: 2}),
        "warning",
        "no program can use it",
        "nvidia-smi -c 0",
    ),
    "recovery-action": (
        broken({Number.RECOVERY_ACTION: 4}),
        "critical",
        "the driver asks for: drain and reset the GPU",
        "cordon",
    ),
    "lost": (
        broken(refused={"handle": Refusal.LOST}),
        "critical",
        "fallen off the bus",
        "reboot",
    ),
    "reset-required": (
        broken(refused={"memory": Refusal.RESET_REQUIRED}),
        "critical",
        "answers nothing until it is reset",
        _RESET,
    ),
    "no-access": (
        broken(refused={"handle": Refusal.NO_PERMISSION}),
        "info",
        "may not be opened from here",
        "NVIDIA_VISIBLE_DEVICES=all",
    ),
    "unreadable": (
        broken(refused={"handle": Refusal.POWER}),
        "critical",
        "external power cables are missing",
        _REPLACE,
    ),
    "inforom": (
        broken(refused={"ecc_mode": Refusal.INFOROM}),
        "critical",
        "infoROM is corrupted",
        _REPLACE,
    ),
}
"""By code: the GPU, the severity, what is said, what is to be done."""
