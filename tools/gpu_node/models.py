"""What was read of GPUs: plain values in MiB, watts, MHz, degrees Celsius and seconds.

A value that is None was not read; `not_supported` and `unread` say which and why, so that nothing
that a product lacks is ever taken for zero. As it is left out of an answer, each may be left out.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a GPU."""

    total: int
    reserved: int
    used: int
    free: int


@dataclass(frozen=True, slots=True)
class Utilization:
    """Percent of the last sample period in which kernels ran, and memory was read or written."""

    gpu: int
    memory: int


@dataclass(frozen=True, slots=True)
class Temperature:
    """Degrees, of the GPU, of its memory, and what is left until it slows down."""

    gpu: int | None = None
    memory: int | None = None
    margin: int | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """Watts: drawn, the limit in force, what it is by default, what may be set."""

    draw: float | None = None
    limit: float | None = None
    default: float | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Clocks, why they are not higher, and for how many seconds that was so."""

    sm: int | None = None
    sm_max: int | None = None
    memory: int | None = None
    memory_max: int | None = None
    performance_state: int | None = None
    """From 0, the fastest."""
    reasons: tuple[str, ...] | None = None
    held_s: dict[str, float] = field(default_factory=dict[str, float])
    """By reason, since the driver was loaded."""


@dataclass(frozen=True, slots=True)
class Ecc:
    """Memory errors; volatile ones since the driver was loaded, aggregate ones ever."""

    mode: bool | None = None
    pending: bool | None = None
    corrected_volatile: int | None = None
    uncorrected_volatile: int | None = None
    corrected_aggregate: int | None = None
    uncorrected_aggregate: int | None = None
    sram_uncorrected_volatile: int | None = None
    sram_uncorrected_aggregate: int | None = None
    sram_threshold_exceeded: bool | None = None


@dataclass(frozen=True, slots=True)
class RemappedRows:
    """Rows of memory that were replaced (Ampere and newer)."""

    correctable: int
    uncorrectable: int
    pending: bool
    failure: bool
    banks: dict[str, int]
    """By how many spare rows are left: max, high, partial, low, none."""


@dataclass(frozen=True, slots=True)
class RetiredPages:
    """Pages of memory that are used no more (before Ampere)."""

    single_bit: int | None = None
    double_bit: int | None = None
    pending: bool | None = None


@dataclass(frozen=True, slots=True)
class ComputeInstance:
    """What a container gets of a GPU instance."""

    id: int
    uuid: str
    used: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class GpuInstance:
    """A slice of a GPU; where it lies is not known where listing needs a privilege."""

    id: int
    profile: str
    start: int | None = None
    size: int | None = None
    compute: tuple[ComputeInstance, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A GPU instance profile of the product."""

    name: str
    id: int
    memory: int
    most: int
    free: int | None = None


@dataclass(frozen=True, slots=True)
class Mig:
    """Multi-instance GPU."""

    enabled: bool
    pending: bool
    instances: tuple[GpuInstance, ...]
    profiles: tuple[Profile, ...]
    listed: bool = True
    """Whether instances without a compute instance could be seen."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that holds a context; who wrote its name is not known."""

    pid: int
    kind: str
    used: int | None = None
    name: str | None = None
    gpu_instance: int | None = None
    compute_instance: int | None = None


@dataclass(frozen=True, slots=True)
class Fabric:
    """The NVLink fabric behind NVSwitches."""

    state: str
    status: int
    clique: int
    cluster: str
    ailments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pcie:
    """The link now, and the best that this GPU can have in this machine."""

    generation: int | None = None
    generation_max: int | None = None
    width: int | None = None
    width_max: int | None = None
    replays: int | None = None


@dataclass(frozen=True, slots=True)
class NvLink:
    """NVLinks by number, and their errors since the driver was loaded."""

    active: tuple[int, ...]
    inactive: tuple[int, ...]
    crc_errors: int | None = None
    replays: int | None = None
    recoveries: int | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that could not be read, though the product may have it."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU."""

    index: int
    trouble: str | None = None
    """Why it could not be read, or not to the end."""
    product: str | None = None
    uuid: str | None = None
    pci_bus_id: str | None = None
    vbios: str | None = None
    memory: Memory | None = None
    utilization: Utilization | None = None
    temperature: Temperature | None = None
    power: Power | None = None
    clocks: Clocks | None = None
    ecc: Ecc | None = None
    remapped_rows: RemappedRows | None = None
    retired_pages: RetiredPages | None = None
    mig: Mig | None = None
    fabric: Fabric | None = None
    pcie: Pcie | None = None
    nvlink: NvLink | None = None
    compute_mode: str | None = None
    persistence_mode: bool | None = None
    recovery_action: str | None = None
    processes: tuple[Process, ...] | None = None
    not_supported: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A critical event that was told while we listened."""

    type: str
    gpu: int | None = None
    xid: int | None = None
    gpu_instance: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A machine and its GPUs."""

    driver: str
    cuda: str
    nvml: str
    gpus: tuple[Gpu, ...]
    events: tuple[Event, ...] = ()
    deaf: tuple[int, ...] = ()
    """GPUs that tell no events."""
