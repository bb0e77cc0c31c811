"""Faults, each simulated in the captured H100, are found with what to do, beside sound GPUs."""

import pytest

from clusterwright.tools.gpu_node.nvml import (
    Number,
    Numbers,
    RawEvent,
    RawFabric,
    Refusal,
)
from clusterwright.tools.gpu_node.problems import Problem, problems_of
from clusterwright.tools.gpu_node.read import read_node
from tests.tools.gpu_node.captured import CapturedNvml, Card, broken, captured
from tests.tools.gpu_node.faults import FAULTS


def _found(*cards: Card) -> tuple[Problem, ...]:
    return problems_of(read_node(CapturedNvml(*cards)))


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_on_its_gpu_alone(code: str) -> None:
    card, severity, what, do = FAULTS[code]
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
