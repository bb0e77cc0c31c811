"""What XIDs in the logs of drivers and plugins tell, and whether the device is at fault."""

import pytest

from clusterwright.tools.gpu.analyzers.driver_logs import Match, match


def kernel(number: int, rest: str = "pid=1, name=python") -> str:
    return f"NVRM: Xid (PCI:0000:3b:00): {number}, {rest}"


def plugin(number: int) -> str:
    return f"XidCriticalError: Xid={number} on Device=GPU-1f0c; marking device as unhealthy."


def told(*lines: str) -> Match:
    found = match(lines)
    assert found is not None
    return found


@pytest.mark.parametrize("number", [48, 62, 64, 74, 79, 95, 109, 119])
def test_an_xid_for_which_a_gpu_is_reset_is_the_devices_fault(number: int) -> None:
    for line in (kernel(number), plugin(number)):
        found = told("starting", line, "bye")
        assert found.hardware
        assert found.means.startswith(f"Xid {number} on ")
        assert found.advice.startswith("Drain the node.")


@pytest.mark.parametrize("number", [13, 31, 37, 38, 43, 44, 45, 63, 68, 69, 92, 94, 137, 157])
def test_an_xid_of_a_program_or_without_harm_explains_no_failure(number: int) -> None:
    found = match([kernel(number)])
    assert found is None or (found.means, found.hardware) == ("", False)


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (13, "Restart the program."),
        (44, "Nothing has to be done for it alone."),
        (63, "Reset the GPU once its work is done"),
        (94, "Restart the program. Reset the GPU when it is idle."),
    ],
)
def test_a_device_that_the_plugin_took_out_for_little_comes_back(number: int, advice: str) -> None:
    found = told(plugin(number))
    assert not found.hardware
    assert found.advice.startswith(advice)
    assert "restart_operand device-plugin" in found.advice


@pytest.mark.parametrize(
    ("rest", "at_fault"),
    [
        ("GPU recovery action changed from 0x0 (None) to 0x1 (Reset)", True),
        ("GPU recovery action changed from 0x0 (None) to 0x3 (P2P)", False),
        ("GPU recovery action changed from 0x0 (None) to 0x9 (?)", False),
    ],
)
def test_what_the_driver_asks_for_counts(rest: str, at_fault: bool) -> None:
    assert told(kernel(154, rest)).hardware is at_fault


@pytest.mark.parametrize("fatal", [True, False])
def test_an_error_of_a_link_counts_where_it_is_fatal(fatal: bool) -> None:
    rest = f"NETIR_LINK_EVT {'Fatal' if fatal else 'Nonfatal'} XC0 i0 Link 03 (0x1 0x2)"
    found = match([kernel(149, rest)])
    assert (found is not None and found.hardware) is fatal


def test_an_unknown_xid_is_no_fault_of_a_device() -> None:
    assert not told(kernel(999)).hardware
    assert "catalogue" in told(kernel(999)).advice


def test_a_fault_of_a_device_is_told_before_what_came_after_it() -> None:
    assert told(plugin(48), plugin(63)).means.startswith("Xid 48")
    assert told(kernel(79), "modprobe: FATAL: Module nvidia is in use.").means.startswith("Xid 79")
    in_use = told(plugin(63), "modprobe: FATAL: Module nvidia is in use.")
    assert in_use.means.startswith("the old driver")
