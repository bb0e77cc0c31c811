"""How AMD's accelerators are split: modes of compute, and of memory, of which not all go together.

Sources: torvalds/linux, drivers/gpu/drm/amd/amdgpu/aqua_vanjaram.c (which modes of memory each mode
of compute takes); AMD, amdgpu documentation, "GPU partitioning" (dies, modes by product);
ROCm/k8s-device-plugin, internal/pkg/allocator and docs (names of resources).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partitioning:
    """The modes of one generation, of which every product here has 8 compute dies or none."""

    modes: Mapping[str, tuple[str, ...]]
    """Modes of memory that each mode of compute takes; empty where there is one mode only."""

    @property
    def supported(self) -> bool:
        """Whether it can be split at all."""
        return len(self.modes) > 1

    def why_not(self, compute: str, memory: str) -> str | None:
        """Return why two modes cannot be had together, and what can; None if they can."""
        if not self.supported:
            return "it cannot be split"
        compute, memory = compute.upper(), memory.upper()
        taken = self.modes.get(compute)
        if taken is None:
            return f"it has no mode {compute!r}; it has {', '.join(self.modes)}"
        if memory not in taken:
            return f"{compute} takes {' or '.join(taken)}, not {memory!r}"
        return None


PARTITIONS: Mapping[str, int] = {"SPX": 1, "DPX": 2, "QPX": 4, "CPX": 8}
"""Devices that a mode of compute makes of one with 8 dies."""

CDNA2 = Partitioning({})
"""MI210 and MI250."""
MI300 = Partitioning(
    {
        "SPX": ("NPS1",),
        "DPX": ("NPS1", "NPS2"),
        "QPX": ("NPS1", "NPS4"),
        "CPX": ("NPS1", "NPS4"),
    }
)
"""MI300X and MI325X; SPX with NPS1 is how they come."""
MI350 = Partitioning(
    {
        "SPX": ("NPS1",),
        "DPX": ("NPS1", "NPS2"),
        "QPX": ("NPS1", "NPS2"),
        "CPX": ("NPS1", "NPS2"),
    }
)
"""MI350X and MI355X."""

_RESOURCE = re.compile(r"\Aamd\.com/([sdqc]px)_(nps[124])\Z")


def modes_of(resource: str) -> tuple[str, str] | None:
    """Return the modes whose partitions a resource counts: `amd.com/cpx_nps4` is CPX and NPS4.

    Partitions are counted by `amd.com/gpu` where all of a node are in the same mode.
    """
    found = _RESOURCE.match(resource.lower())
    return (found[1].upper(), found[2].upper()) if found else None
