"""What machines are made of: GPUs as GPU feature discovery names them, and sizes."""

from collections.abc import Mapping
from dataclasses import dataclass

T4 = "Tesla-T4"
L4 = "NVIDIA-L4"
A100 = "NVIDIA-A100-SXM4-40GB"
H100 = "NVIDIA-H100-80GB-HBM3"
H100_NVL = "NVIDIA-H100-NVL"


@dataclass(frozen=True, slots=True)
class Size:
    """One machine size, in Kubernetes quantities."""

    cpu: str
    memory: str
    gpus: int = 0
    product: str = ""
    regions: tuple[str, ...] = ()
    """Where there is capacity for it; empty: everywhere."""
    quota: str = ""
    """Which quota it uses up."""


def exceeded(limits: Mapping[str, int], used: Mapping[str, int], needs: Mapping[str, int]) -> str:
    """Return the first quota that what is needed would exceed; empty when all of it fits."""
    for quota, wanted in needs.items():
        if quota in limits and used.get(quota, 0) + wanted > limits[quota]:
            return quota
    return ""
