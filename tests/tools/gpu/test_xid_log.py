"""Lines of logs that tell XIDs, and those that do not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterwright.tools.gpu.xid_context import ranked
from clusterwright.tools.gpu.xid_log import Recovery, Reported, read, switches


def test_a_line_is_read_whole() -> None:
    line = (
        "[171167.620236] NVRM: Xid (PCI:0009:01:00.0): 149, pid=77, name=nccl, NETIR_LINK_EVT"
        "  Fatal   XC0 i0 Link 08 (0x004505c6 0x00000000)"
    )
    told = Reported(149, "0009:01:00", 77, "nccl", link="NETIR_LINK_EVT, link 08", fatal=True)
    assert read(line) == (told,)
    bare = line.replace("pid=77, name=nccl, ", "")
    assert read(bare) == (replace(told, pid=None, process=""),)


def test_lines_that_repeat_are_told_once_and_in_order() -> None:
    lines = [f"NVRM: Xid (PCI:0000:3b:00): {n}, pid=1, name=a" for n in (31, 45, 31, 45)]
    assert [one.number for one in read("\n".join(lines))] == [31, 45]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.159.04",
        "NVRM: Xid (invalid): some error",
        "NVRM: Xid (PCI:0000:66:00): abc",
        "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 28006, Non-fatal",
        "taXid (PCI:0000:66:00): 79",
        "amdgpu 0000:03:00.0: amdgpu: GPU reset begin!",
    ],
)
def test_other_lines_tell_none(line: str) -> None:
    assert read(line) == ()


def test_switches_are_told_apart() -> None:
    log = "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 28006, x\nNVRM: Xid (PCI:0000:66:00): 74, y"
    assert switches(log) == (28006,)
    assert [one.number for one in read(log)] == [74]


@pytest.mark.parametrize("action", Recovery)
def test_a_recovery_action_is_known_by_its_number(action: Recovery) -> None:
    line = (
        "NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed from 0x0 (None) to"
        f" 0x{action.number:x} (whatever it is called)"
    )
    assert read(line) == (Reported(154, "0000:3b:00", recovery=action),)


def test_the_numbers_of_recovery_actions_are_those_of_nvml() -> None:
    assert [one.number for one in Recovery] == list(range(8))


def test_a_recovery_action_of_another_number_is_no_guess() -> None:
    line = "NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed from 0x0 (None) to 0x9 (?)"
    assert read(line) == (Reported(154, "0000:3b:00"),)


def test_equal_needs_stand_together() -> None:
    two = (Reported(79, "a"), Reported(31), Reported(79, "b"))
    assert ranked(two) == ((two[0], two[2]), (two[1],))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for one in read(f"NVRM: Xid (PCI:0000:3b:00): 31, {text}\n{text}"):
        assert 0 <= one.number <= 9_999
        assert len(one.process) <= 40
    switches(text)
