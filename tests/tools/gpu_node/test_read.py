"""How a machine's GPUs are read: MIG, links, events, and calls that are refused."""

from dataclasses import replace

from clusterwright.tools.gpu_node.models import (
    ComputeInstance,
    Event,
    Fabric,
    GpuInstance,
    Mig,
    NvLink,
    Unread,
)
from clusterwright.tools.gpu_node.nvml import (
    Number,
    Numbers,
    RawEvent,
    RawFabric,
    RawInstance,
    RawMigDevice,
    Refusal,
)
from clusterwright.tools.gpu_node.read import read_node
from tests.tools.gpu_node.captured import MIB, CapturedNvml, Card, broken, captured

_PARTED = broken(
    several={Numbers.MIG_MODE: (1, 1)},
    refused={"utilization": Refusal.NOT_SUPPORTED},
    instances=(RawInstance(1, "3g.40gb", 0, 4), RawInstance(9, "1g.10gb", 4, 1)),
    devices=(
        RawMigDevice(1, 0, "MIG-a", "NVIDIA H100 80GB HBM3 MIG 3g.40gb", (MIB, 40448 * MIB)),
        RawMigDevice(9, 0, "MIG-b", "NVIDIA H100 80GB HBM3 MIG 1g.10gb", None),
    ),
)


def _mig(card: Card) -> Mig:
    (gpu,) = read_node(CapturedNvml(card)).gpus
    assert gpu.mig is not None
    return gpu.mig


def test_instances_have_their_profile_place_and_compute_instances() -> None:
    assert _mig(_PARTED).instances == (
        GpuInstance(1, "3g.40gb", 0, 4, (ComputeInstance(0, "MIG-a", 1, 40448),)),
        GpuInstance(9, "1g.10gb", 4, 1, (ComputeInstance(0, "MIG-b", None, None),)),
    )


def test_without_the_privilege_to_list_them_instances_are_told_by_their_compute_instances() -> None:
    mig = _mig(replace(_PARTED, refused={"gpu_instances": Refusal.NO_PERMISSION}))
    assert not mig.listed
    assert [(one.id, one.profile, one.start) for one in mig.instances] == [
        (1, "3g.40gb", None),
        (9, "1g.10gb", None),
    ]


def test_the_load_of_a_partitioned_gpu_is_not_supported_rather_than_zero() -> None:
    (gpu,) = read_node(CapturedNvml(_PARTED)).gpus
    assert gpu.utilization is None
    assert "utilization" in gpu.not_supported


def test_a_value_that_is_refused_for_another_reason_is_named_with_it() -> None:
    (gpu,) = read_node(CapturedNvml(broken(refused={"processes": Refusal.NO_PERMISSION}))).gpus
    assert gpu.processes is None
    assert gpu.unread == (Unread("processes", "no permission"),)


def test_nvlinks_are_up_or_down_by_number() -> None:
    card = broken({Number.NVLINKS: 3, Number.NVLINK_CRC_ERRORS: 7}, links=(True, False, True))
    (gpu,) = read_node(CapturedNvml(card)).gpus
    assert gpu.nvlink == NvLink((0, 2), (1,), 7, None, None)


def test_a_gpu_without_nvlinks_says_so() -> None:
    (gpu,) = read_node(CapturedNvml(broken({Number.NVLINKS: 0}))).gpus
    assert gpu.nvlink is None
    assert "nvlink_state" in gpu.not_supported


def test_a_fabric_is_spelled_out() -> None:
    (gpu,) = read_node(CapturedNvml(broken(fabric=RawFabric(3, 0, 7, "ab", 1 | 3 << 8)))).gpus
    assert gpu.fabric == Fabric(
        "completed", 0, 7, "ab", ("degraded bandwidth", "incorrect chassis serial number")
    )


def test_codes_that_are_newer_than_we_are_stay_visible() -> None:
    card = broken(
        {Number.RECOVERY_ACTION: 42, Number.COMPUTE_MODE: 9, Number.CLOCK_EVENT_REASONS: 0x1004},
        fabric=RawFabric(9, 0, 0, "", 0),
    )
    (gpu,) = read_node(CapturedNvml(card)).gpus
    assert gpu.recovery_action == "code 42"
    assert gpu.compute_mode == "code 9"
    assert gpu.clocks is not None
    assert gpu.clocks.reasons == ("sw_power_cap", "0x1000")
    assert gpu.fabric is not None
    assert gpu.fabric.state == "code 9"


def test_nothing_is_listened_to_unless_asked() -> None:
    nvml = CapturedNvml(captured("idle"), events=[RawEvent(0, 8, 79, None, None)])
    assert read_node(nvml).events == ()


def test_events_are_told_with_their_gpu_and_gpus_that_tell_none_are_named() -> None:
    raw = [RawEvent(1, 8, 94, 3, 0), RawEvent(1, 0x4000, 0, None, None)]
    nvml = CapturedNvml(captured("idle"), captured("idle"), events=raw, deaf=[0])
    node = read_node(nvml, wait_s=0.05)
    assert node.events == (Event("XID", 1, 94, 3), Event("GPU unavailable", 1))
    assert node.deaf == (0,)


def test_a_flood_of_events_ends_the_listening() -> None:
    raw = [RawEvent(0, 8, 31, None, None)] * 5000
    node = read_node(CapturedNvml(captured("idle"), events=raw), wait_s=30)
    assert len(node.events) == 200


def test_listening_ends_when_nobody_wants_it_any_more() -> None:
    nvml = CapturedNvml(captured("idle"), events=[RawEvent(0, 8, 31, None, None)])
    assert read_node(nvml, wait_s=30, stopped=lambda: True).events == ()


def test_a_machine_without_gpus_is_read_as_one() -> None:
    assert read_node(CapturedNvml()).gpus == ()
