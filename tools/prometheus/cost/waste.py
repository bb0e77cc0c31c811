"""What is paid for and not used: kinds, what each rests on, and how they are ordered."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The ways in which money goes for nothing."""

    IDLE_GPU = "idle GPU"
    """Allocated to a pod, and doing next to nothing."""
    PART_IDLE_GPU = "part-idle GPU"
    UNALLOCATED_GPU = "unallocated GPU"
    """That no pod asked for."""
    OVER_REQUEST = "over-request"
    ZOMBIE = "zombie workload"
    """That neither computes nor talks."""


@dataclass(frozen=True, slots=True)
class Waste:
    """One thing that is paid for and not used, within the window."""

    kind: Kind
    subject: str
    """A Ref, or a Ref and which part of it."""
    fact: str
    """What was measured, in a line."""
    core_hours: float = 0
    gib_hours: float = 0
    gpu_hours: float = 0
    cost: float | None = None
    """None where a price is not known."""

    @property
    def order(self) -> tuple[float, float, float, str, str]:
        """The dearest first; without prices GPUs, then cores and memory, as clouds price them."""
        hours = self.core_hours + self.gib_hours / 8
        return (-(self.cost or 0), -self.gpu_hours, -hours, self.subject, self.kind)
