"""What is asked of NVML, and the ways in which it refuses.

One method is one call of the library or a few that belong together; values come as NVML gives
them. `client.py` fulfils this with NVIDIA's own bindings, tests with values that were captured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

Handle: TypeAlias = object
"""A GPU, a MIG device or an instance, as the library knows it."""


class Refusal(StrEnum):
    """Why a call gave no value; what is not listed is `OTHER`."""

    NOT_SUPPORTED = "not supported"
    """By the product, by its driver, or by the mode that it is in."""
    NO_PERMISSION = "no permission"
    LOST = "lost"
    """The GPU has fallen off the bus, or cannot be reached any more."""
    RESET_REQUIRED = "reset required"
    TIMEOUT = "timeout"
    NOT_FOUND = "not found"
    INFOROM = "infoROM is corrupted"
    POWER = "external power cables are missing"
    INTERRUPT = "the kernel delivers no interrupts"
    OTHER = "failed"


class NvmlError(Exception):
    """A call that NVML refused; never leaves this package."""

    def __init__(self, refusal: Refusal, said: str = "") -> None:
        """Say why, and what the library said."""
        super().__init__(said or refusal.value)
        self.refusal = refusal


class Text(StrEnum):
    """Texts of a GPU."""

    NAME = "name"
    UUID = "uuid"
    PCI_BUS_ID = "pci_bus_id"
    VBIOS = "vbios"


class Number(StrEnum):
    """Numbers of a GPU: milliwatts, degrees Celsius, MHz, nanoseconds, counts, codes of NVML."""

    TEMPERATURE = "temperature"
    TEMPERATURE_MARGIN = "temperature_margin"
    MEMORY_TEMPERATURE = "memory_temperature"
    POWER_DRAW = "power_draw"
    POWER_LIMIT = "power_limit"
    POWER_LIMIT_DEFAULT = "power_limit_default"
    CLOCK_SM = "clock_sm"
    CLOCK_SM_MAX = "clock_sm_max"
    CLOCK_MEMORY = "clock_memory"
    CLOCK_MEMORY_MAX = "clock_memory_max"
    CLOCK_EVENT_REASONS = "clock_event_reasons"
    HELD_SW_POWER_CAP = "held_sw_power_cap"
    HELD_SW_THERMAL = "held_sw_thermal"
    HELD_HW_THERMAL = "held_hw_thermal"
    HELD_HW_POWER_BRAKE = "held_hw_power_brake"
    PERFORMANCE_STATE = "performance_state"
    CORRECTED_VOLATILE = "corrected_volatile"
    UNCORRECTED_VOLATILE = "uncorrected_volatile"
    CORRECTED_AGGREGATE = "corrected_aggregate"
    UNCORRECTED_AGGREGATE = "uncorrected_aggregate"
    RETIRED_SINGLE_BIT = "retired_single_bit"
    RETIRED_DOUBLE_BIT = "retired_double_bit"
    RETIRED_PENDING = "retired_pending"
    PCIE_GENERATION = "pcie_generation"
    PCIE_GENERATION_MAX = "pcie_generation_max"
    PCIE_WIDTH = "pcie_width"
    PCIE_WIDTH_MAX = "pcie_width_max"
    PCIE_REPLAYS = "pcie_replays"
    COMPUTE_MODE = "compute_mode"
    PERSISTENCE_MODE = "persistence_mode"
    RECOVERY_ACTION = "recovery_action"
    NVLINKS = "nvlinks"
    NVLINK_CRC_ERRORS = "nvlink_crc_errors"
    NVLINK_REPLAYS = "nvlink_replays"
    NVLINK_RECOVERIES = "nvlink_recoveries"


class Numbers(StrEnum):
    """Numbers that come together, in this order; bytes where it is memory."""

    MEMORY = "memory"  # total, reserved, used, free
    UTILIZATION = "utilization"  # of the last sample period, percent: kernels ran, memory moved
    POWER_LIMITS = "power_limits"  # least, most that may be set
    ECC_MODE = "ecc_mode"  # current, pending
    MIG_MODE = "mig_mode"  # current, pending
    REMAPPED_ROWS = "remapped_rows"  # correctable, uncorrectable, pending, failure
    REMAP_HISTOGRAM = "remap_histogram"  # banks with max, high, partial, low, no spare rows
    SRAM_ERRORS = "sram_errors"  # parity, SEC-DED volatile; both aggregate; threshold exceeded


@dataclass(frozen=True, slots=True)
class System:
    """What is the same for all GPUs of a machine."""

    driver: str
    cuda: int
    """1000 times the major version plus 10 times the minor one: the newest that the driver runs."""
    nvml: str


@dataclass(frozen=True, slots=True)
class RawInstance:
    """A GPU instance, a slice of a GPU with memory of its own."""

    id: int
    profile: str
    start: int
    size: int
    """Where it lies, in memory slices."""


@dataclass(frozen=True, slots=True)
class RawProfile:
    """A profile of GPU instances that a product has."""

    id: int
    name: str
    instances: int
    """How many fit on an empty GPU."""
    free: int | None
    """How many could be made now."""
    memory_mib: int


@dataclass(frozen=True, slots=True)
class RawMigDevice:
    """A compute instance, which is what a container gets."""

    gpu_instance: int
    compute_instance: int
    uuid: str
    name: str
    memory: tuple[int, int] | None
    """Bytes: used, total."""


@dataclass(frozen=True, slots=True)
class RawProcess:
    """A process that holds a context."""

    pid: int
    kind: str
    """compute or graphics."""
    used: int | None
    """Bytes."""
    gpu_instance: int | None
    compute_instance: int | None
    name: str | None
    """None where it cannot be seen, as from a container with process ids of its own."""


@dataclass(frozen=True, slots=True)
class RawFabric:
    """How a GPU stands in its NVLink fabric (nvmlGpuFabricInfoV_t)."""

    state: int
    status: int
    clique: int
    cluster: str
    health_mask: int


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event since `watch`."""

    index: int | None
    """Of the GPU, where it could be told."""
    type: int
    data: int
    """The XID, of an event of that type."""
    gpu_instance: int | None
    compute_instance: int | None


class Nvml(Protocol):
    """The calls. Each but `close` may raise NvmlError."""

    def system(self) -> System:
        """Return versions."""
        ...

    def count(self) -> int:
        """Return how many GPUs the driver knows, those without access included."""
        ...

    def handle(self, index: int) -> Handle:
        """Return the GPU with an index, counted in the order of PCI addresses."""
        ...

    def text(self, gpu: Handle, of: Text) -> str:
        """Return a text of a GPU."""
        ...

    def number(self, gpu: Handle, of: Number) -> int:
        """Return a number of a GPU."""
        ...

    def numbers(self, gpu: Handle, of: Numbers) -> tuple[int, ...]:
        """Return numbers of a GPU that come together."""
        ...

    def link_active(self, gpu: Handle, link: int) -> bool:
        """Return whether an NVLink is up."""
        ...

    def processes(self, gpu: Handle) -> list[RawProcess]:
        """Return the processes that hold a context on a GPU."""
        ...

    def fabric(self, gpu: Handle) -> RawFabric:
        """Return how a GPU stands in its fabric."""
        ...

    def profiles(self, gpu: Handle) -> list[RawProfile]:
        """Return the GPU instance profiles of a product."""
        ...

    def instances(self, gpu: Handle) -> list[RawInstance]:
        """Return the GPU instances; listing them may be a privilege."""
        ...

    def mig_devices(self, gpu: Handle) -> list[RawMigDevice]:
        """Return the compute instances."""
        ...

    def watch(self, gpus: Sequence[tuple[int, Handle]]) -> list[int]:
        """Begin to listen for critical events; return the indexes of GPUs that tell none."""
        ...

    def next_event(self, within_ms: int) -> RawEvent | None:
        """Return the next event, or None if there was none in time."""
        ...

    def close(self) -> None:
        """Let go of the driver: while anybody holds it, no GPU can be reset or reconfigured."""
        ...
