"""The machines that the simulated clouds offer: sizes, the regions that have them, and how many.

Sizes and what is in them are those of the originals (AWS EC2 and Azure VM documentation); regions
and numbers are invented, so that a choice can be wrong.
"""

from dataclasses import dataclass

T4 = "Tesla-T4"
A100 = "NVIDIA-A100-SXM4-40GB"
H100 = "NVIDIA-H100-80GB-HBM3"
H100_NVL = "NVIDIA-H100-NVL"


@dataclass(frozen=True, slots=True)
class Size:
    """One machine size: Kubernetes quantities, and the GPUs as GPU feature discovery names them."""

    cpu: str
    memory: str
    gpus: int = 0
    product: str = ""
    regions: tuple[str, ...] = ()
    """Where it is to be had; empty: everywhere."""


SIZES: dict[str, dict[str, Size]] = {
    "aws": {
        "t3.large": Size("2", "8Gi"),
        "m6i.2xlarge": Size("8", "32Gi"),
        "g4dn.xlarge": Size("4", "16Gi", 1, T4),
        "g4dn.12xlarge": Size("48", "192Gi", 4, T4),
        "p4d.24xlarge": Size("96", "1152Gi", 8, A100, ("us-east-1", "us-west-2")),
        "p5.48xlarge": Size("192", "2048Gi", 8, H100, ("us-east-1", "us-west-2")),
    },
    "azure": {
        "Standard_D4s_v5": Size("4", "16Gi"),
        "Standard_NC4as_T4_v3": Size("4", "28Gi", 1, T4),
        "Standard_NC40ads_H100_v5": Size("40", "320Gi", 1, H100_NVL, ("eastus", "westus3")),
        "Standard_ND96isr_H100_v5": Size("96", "1900Gi", 8, H100, ("eastus",)),
    },
}
REGIONS: dict[str, tuple[str, ...]] = {
    "aws": ("us-east-1", "us-west-2", "eu-central-1", "eu-north-1"),
    "azure": ("eastus", "westus3", "westeurope"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cloud does not make something: the condition's reason, and the cloud's own words."""

    reason: str
    message: str


def refusal(provider: str, size: str, region: str) -> Refusal | None:
    """Return why a provider would not make a machine of a size in a region; None if it would."""
    known = SIZES.get(provider)
    if known is None:
        return None
    found = known.get(size)
    if found is None:
        return _unknown(provider, size, region)
    if found.regions and region not in found.regions:
        return _no_capacity(provider, size, region)
    return None


def _unknown(provider: str, size: str, region: str) -> Refusal:
    if provider == "aws":  # EC2 API reference, "Error codes": InvalidParameterValue
        return Refusal(
            "InstanceProvisionFailed",
            "failed to create AWSMachine instance: failed to run instance:"
            f" InvalidParameterValue: Invalid value '{size}' for InstanceType."
            "\n\tstatus code: 400",
        )
    return Refusal(
        "Failed",
        f"failed to get SKU {size} in compute api: resource sku with name '{size}' and category"
        f" 'virtualMachines' not found in location '{region}'",
    )


def _no_capacity(provider: str, size: str, region: str) -> Refusal:
    if provider == "aws":  # EC2 API reference, "Error codes": InsufficientInstanceCapacity
        return Refusal(
            "InstanceProvisionFailed",
            "failed to create AWSMachine instance: failed to run instance:"
            f" InsufficientInstanceCapacity: We currently do not have sufficient {size} capacity"
            f" in the Availability Zone you requested ({region}a). Our system will be working on"
            " provisioning additional capacity.\n\tstatus code: 500",
        )
    return Refusal(  # Azure Resource Manager, "Resolve errors for SKU not available"
        "Failed",
        f"SkuNotAvailable: The requested VM size for resource 'Following SKUs have failed for"
        f" Capacity Restrictions: {size}' is currently not available in location '{region}'."
        " Please try another size or deploy to a different location or different zone.",
    )
