"""One device as exporters tell it apart, with who has it and how it was used over the window."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.ref import Ref

MIB_PER_GIB = 1024


@dataclass(frozen=True, slots=True)
class Key:
    """What tells a device from all others."""

    node: str
    device: str
    """Its UUID, or its number where an exporter gives none."""
    instance: str = ""
    """Of MIG, or the partition of AMD."""


@dataclass(slots=True)
class Device:
    """A device, or an instance of one; what is None was not told."""

    key: Key
    vendor: Vendor
    index: str = ""
    profile: str = ""
    """Of a MIG instance: `1g.10gb`."""
    model: str = ""
    node: GpuNode | None = None
    """None for one that the cluster does not have, or that could not be read."""
    pods: set[Ref] = field(default_factory=set[Ref])
    busy: float | None = None
    """Share of the window, or of the time since its pod has it."""
    peak: float | None = None
    by_engine: bool = False
    """Whether GR_ENGINE_ACTIVE tells it, and not GPU_UTIL."""
    unusable: bool = False
    """Whether it is told to be busy for a share of time that none is: above 1, infinite."""
    used: float | None = None
    """GiB at most."""
    total: float | None = None
    known: float = 0
    """Seconds for which it is measured as it is now."""
    hung: str = ""
    """What shows it; empty unless it hangs."""
    slowed: dict[str, float] = field(default_factory=dict[str, float])
    """Shares of time, by reason."""

    @property
    def spelled(self) -> str:
        """How a person finds it on its node: its number, with the instance."""
        return f"{self.index or '?'}{f'/{self.key.instance}' if self.key.instance else ''}"


@dataclass(frozen=True, slots=True)
class Measured:
    """The devices that have series, and what names them."""

    devices: Mapping[Key, Device]
    named: frozenset[Ref]
    """Pods that any series names."""
    nowhere: int = 0
    """Series whose node could not be told."""
