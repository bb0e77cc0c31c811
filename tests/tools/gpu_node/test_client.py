"""NVIDIA's bindings as they are called, above a library that stands in for the driver's."""

import sys

import pytest

from clusterwright.tools.errors import ForbiddenError, NotServedError, ToolError, UnreachableError
from clusterwright.tools.gpu_node import calls
from clusterwright.tools.gpu_node.client import Session, open_nvml
from clusterwright.tools.gpu_node.nvml import (
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
from clusterwright.tools.gpu_node.read import read_node
from tests.tools.gpu_node.library import BINDINGS, MIB, Library, use


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    use(monkeypatch, Library())
    return open_nvml()


def test_versions_texts_and_numbers_are_read(session: Session) -> None:
    gpu = session.handle(0)
    assert session.system() == System("580.159.04", 13000, "13.580.159.04")
    assert session.count() == 1
    assert session.text(gpu, Text.NAME) == "NVIDIA H100 80GB HBM3"
    assert session.text(gpu, Text.PCI_BUS_ID) == "00000000:00:06.0"
    assert session.number(gpu, Number.POWER_DRAW) == 698890
    assert session.number(gpu, Number.UNCORRECTED_VOLATILE) == 3
    assert session.link_active(gpu, 0)


def test_an_older_name_of_a_function_will_do(session: Session) -> None:
    gpu = session.handle(0)
    assert session.number(gpu, Number.CLOCK_EVENT_REASONS) == 4
    assert session.number(gpu, Number.TEMPERATURE) == 54


def test_fields_are_read_each_with_its_own_refusal(session: Session) -> None:
    gpu = session.handle(0)
    assert session.number(gpu, Number.MEMORY_TEMPERATURE) == 48
    assert session.number(gpu, Number.RECOVERY_ACTION) == 4
    assert session.number(gpu, Number.HELD_SW_THERMAL) == 5_000_000_000
    with pytest.raises(NvmlError) as caught:
        session.number(gpu, Number.NVLINKS)
    assert caught.value.refusal is Refusal.NOT_SUPPORTED


def test_numbers_that_come_together_keep_their_order(session: Session) -> None:
    gpu = session.handle(0)
    memory = session.numbers(gpu, Numbers.MEMORY)
    assert tuple(one // MIB for one in memory) == (81559, 480, 1011, 80068)
    assert session.numbers(gpu, Numbers.UTILIZATION) == (99, 31)
    assert session.numbers(gpu, Numbers.ECC_MODE) == (1, 0)
    assert session.numbers(gpu, Numbers.REMAPPED_ROWS) == (1, 2, 0, 1)
    assert session.numbers(gpu, Numbers.REMAP_HISTOGRAM) == (2560, 0, 0, 0, 0)
    assert session.numbers(gpu, Numbers.POWER_LIMITS) == (200000, 700000)
    assert session.numbers(gpu, Numbers.SRAM_ERRORS) == (1, 2, 3, 4, 1)


def test_processes_are_read_with_what_is_known_of_them(session: Session) -> None:
    assert session.processes(session.handle(0)) == [
        RawProcess(442, "compute", 1002 * MIB, None, None, "python3"),
        RawProcess(443, "compute", None, 1, 0, None),
    ]


def test_the_fabric_is_read(session: Session) -> None:
    assert session.fabric(session.handle(0)) == RawFabric(3, 0, 7, "00" * 16, 1)


def test_a_partitioned_gpu_is_read(session: Session) -> None:
    gpu = session.handle(0)
    assert session.profiles(gpu) == [
        RawProfile(19, "1g.10gb", 7, 1, 9984),
        RawProfile(9, "3g.40gb", 2, 1, 40448),
    ]
    assert session.instances(gpu) == [RawInstance(1, "3g.40gb", 4, 4)]
    assert session.mig_devices(gpu) == [
        RawMigDevice(
            1,
            0,
            "GPU-00000000-0000-0000-0000-000000000000",
            "NVIDIA H100 80GB HBM3",
            (16 * MIB, 40448 * MIB),
        )
    ]


def test_events_are_told_with_the_index_of_their_gpu(session: Session) -> None:
    assert session.watch([(5, session.handle(0))]) == []
    assert session.next_event(100) == RawEvent(5, 8, 79, None, 0)
    assert session.next_event(100) == RawEvent(5, 8, 94, 1, 0)
    assert session.next_event(100) is None


def test_a_gpu_that_tells_no_events_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Library({"nvmlDeviceRegisterEvents": 3}))
    session = open_nvml()
    assert session.watch([(0, session.handle(0))]) == [0]


def test_the_session_ends_with_what_it_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    library = use(monkeypatch, Library())
    session = open_nvml()
    session.watch([(0, session.handle(0))])
    session.close()
    assert library.called[-2:] == ["nvmlEventSetFree", "nvmlShutdown"]


def test_nothing_that_changes_a_gpu_is_ever_called(monkeypatch: pytest.MonkeyPatch) -> None:
    library = use(monkeypatch, Library())
    read_node(open_nvml(), wait_s=0.05)
    changing = ("Set", "Reset", "Clear", "Create", "Destroy", "Modify", "Remove", "Freeze")
    allowed = {"nvmlEventSetCreate", "nvmlEventSetWait_v2", "nvmlEventSetFree"}
    assert {one for one in library.called if any(word in one for word in changing)} <= allowed


def test_all_functions_and_constants_are_those_of_the_bindings() -> None:
    for call in (*calls.TEXTS.values(), *calls.NUMBERS.values(), *calls.SEVERAL.values()):
        assert all(hasattr(BINDINGS, one) for one in (*call.functions, *call.arguments))
    assert all(hasattr(BINDINGS, one) for one in (*calls.FIELDS.values(), *calls.EVENTS))
    assert set(calls.NUMBERS) | set(calls.FIELDS) == set(Number)


@pytest.mark.parametrize(
    ("code", "refusal"), [*calls.REFUSALS.items(), (999, Refusal.OTHER), (27, Refusal.OTHER)]
)
def test_each_return_code_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, code: int, refusal: Refusal
) -> None:
    use(monkeypatch, Library({"nvmlDeviceGetPowerUsage": code}))
    session = open_nvml()
    with pytest.raises(NvmlError) as caught:
        session.number(session.handle(0), Number.POWER_DRAW)
    assert caught.value.refusal is refusal
    assert str(caught.value).startswith("nvmlDeviceGetPowerUsage: ")


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (12, NotServedError, "libnvidia-ml.so.1"),
        (9, NotServedError, "kernel module is not loaded"),
        (4, ForbiddenError, "may not be opened"),
        (18, UnreachableError, "of another version"),
        (999, UnreachableError, "NVML does not start"),
    ],
)
def test_a_driver_that_cannot_be_asked_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, code: int, kind: type[ToolError], said: str
) -> None:
    use(monkeypatch, Library({"nvmlInitWithFlags": code}))
    with pytest.raises(kind, match=said) as caught:
        open_nvml()
    assert caught.value.hint


def test_without_the_bindings_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(NotServedError, match="nvidia-ml-py") as caught:
        open_nvml()
    assert "pip install '.[gpu-node]'" in caught.value.hint


def test_without_a_driver_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(BINDINGS, "CDLL", missing)
    with pytest.raises(NotServedError, match=r"libnvidia-ml\.so\.1"):
        open_nvml()


def test_older_bindings_lack_values_and_fail_nothing(
    monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.delattr(BINDINGS, "nvmlDeviceGetMarginTemperature")
    monkeypatch.delattr(BINDINGS, "NVML_FI_DEV_GET_GPU_RECOVERY_ACTION")
    monkeypatch.delattr(BINDINGS, "c_nvmlEccSramErrorStatus_v1_t")
    (gpu,) = read_node(session).gpus
    assert {"temperature_margin", "recovery_action", "sram_errors"} <= set(gpu.not_supported)
    assert gpu.trouble is None
    assert gpu.unread == ()
