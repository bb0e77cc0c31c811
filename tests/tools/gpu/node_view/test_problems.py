"""Faults, each simulated in the captured H100, are found with what to do, beside sound GPUs."""

import pytest

from clusterwright.tools.gpu.node_view.nvml import (
    Number,
    Numbers,
    RawEvent,
    RawFabric,
    RawInstance,
    Refusal,
)
from clusterwright.tools.gpu.node_view.problems import Problem, problems_of
from clusterwright.tools.gpu.node_view.read import read_node
from tests.tools.gpu.node_view.captured import CapturedNvml, Card, broken, captured

_RESET = "drain what uses this GPU, and reset it"
_REPLACE = "replace the GPU"


def _found(*cards: Card) -> tuple[Problem, ...]:
    return problems_of(read_node(CapturedNvml(*cards)))


_FAULTS: dict[str, tuple[Card, str, str, str]] = {
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
        broken(several={Numbers.MIG_MODE: (1, 1)}, instances=(RawInstance(3, 9, "3g.40gb", 4, 4),)),
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


@pytest.mark.parametrize("code", _FAULTS)
def test_a_fault_is_found_on_its_gpu_alone(code: str) -> None:
    card, severity, what, do = _FAULTS[code]
    (found,) = _found(captured("load"), card, captured("idle"))
    assert (found.code, found.severity, found.gpus) == (code, severity, (1,))
    assert what in found.what
    assert do in found.do
    assert found.line().startswith(f"{severity}: GPU 1: ")
    assert "\n" not in found.line()


@pytest.mark.parametrize(
    "card",
    [
        broken({Number.CLOCK_EVENT_REASONS: 0x4 | 0x1 | 0x2 | 0x10 | 0x100}),
        broken({Number.CORRECTED_VOLATILE: 900, Number.CORRECTED_AGGREGATE: 4000}),
        broken(several={Numbers.REMAPPED_ROWS: (1, 2, 0, 0)}),
        broken({Number.RETIRED_SINGLE_BIT: 3, Number.RETIRED_DOUBLE_BIT: 1}),
        broken({Number.PCIE_GENERATION: 1}),
        broken(fabric=RawFabric(3, 0, 1, "ab" * 16, 0b10_10_10_10 | 1 << 8)),
        broken({Number.NVLINKS: 18}, links=(True,) * 18),
        broken({Number.NVLINKS: 18}, links=(False,) * 18),
        broken({Number.PERSISTENCE_MODE: 0, Number.COMPUTE_MODE: 3}),
        Card(),
    ],
    ids=[
        "held by power cap, settings, a display",
        "corrected errors",
        "remapped rows",
        "retired pages",
        "slow link while idle",
        "healthy fabric",
        "NVLinks up",
        "NVLinks switched off",
        "other modes",
        "nothing supported",
    ],
)
def test_what_a_gpu_does_in_normal_service_is_no_problem(card: Card) -> None:
    assert _found(card) == ()


def test_a_lost_gpu_hides_no_other_and_keeps_what_was_read_of_it() -> None:
    lost = broken(refused={"temperature": Refusal.LOST})
    node = read_node(CapturedNvml(captured("load"), lost, captured("idle")))
    assert [one.trouble for one in node.gpus] == [None, "lost", None]
    assert node.gpus[1].memory is not None
    assert node.gpus[1].power is not None
    assert node.gpus[1].power.draw is None
    assert node.gpus[1].unread == ()
    assert node.gpus[2].processes == ()


def test_equal_problems_of_several_gpus_are_one_and_the_worst_comes_first() -> None:
    fabric = broken(fabric=RawFabric(1, 0, 0, "", 0))
    narrow = broken({Number.PCIE_WIDTH: 4})
    found = _found(narrow, fabric, fabric, fabric)
    assert [(one.code, one.gpus) for one in found] == [
        ("fabric-not-completed", (1, 2, 3)),
        ("pcie-width", (0,)),
    ]


def test_xids_of_applications_ask_for_nothing_of_the_gpu() -> None:
    events = [RawEvent(0, 8, xid, None, None) for xid in (31, 31, 79)]
    node = read_node(CapturedNvml(captured("idle"), events=events), wait_s=0.05)
    found = problems_of(node)
    assert [(one.code, one.severity) for one in found] == [("xid", "critical"), ("xid", "info")]
    assert found[0].what.startswith("XID 79 while listening: ")


def test_an_xid_that_nobody_knows_is_told_as_it_is() -> None:
    node = read_node(CapturedNvml(events=[RawEvent(None, 8, 9999, None, None)]), wait_s=0.05)
    assert node.events == ()  # without a GPU there is nothing to listen to
    node = read_node(
        CapturedNvml(captured("idle"), events=[RawEvent(None, 8, 9999, None, None)]), wait_s=0.05
    )
    (found,) = problems_of(node)
    assert found.line().startswith("warning: XID 9999 while listening: ")
