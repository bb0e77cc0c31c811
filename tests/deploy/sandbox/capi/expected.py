"""Each class, a pool that does well, and pools that its cloud refuses, with what it then says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.manifest import Json
from tests.deploy.sandbox.capi.asked import Pool


@dataclass(frozen=True, slots=True)
class Refused:
    """A pool that is refused, and how that is told."""

    pool: Pool
    condition: str
    """Type=Status/Reason; empty: the original has none for it."""
    words: str
    """In the condition's message, or in the Warning event where there is no condition."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One class in a region in which everything can be shown."""

    name: str
    machine: str
    good: Pool
    gpus: Mapping[str, str]
    """What each node of the good pool has: how many of which."""
    variables: Mapping[str, Json] = field(default_factory=dict[str, Json])
    refused: Sequence[Refused] = ()


FAILS = {"preBootstrapCommands": ["exit 3"]}
T4 = {"count": "1", "product": "Tesla-T4"}


def _aws(name: str, code: str, **variables: Json) -> Refused:
    pool = Pool(name, 1, {"instanceType": "m6i.2xlarge", **variables})
    return Refused(pool, "InstanceReady=False/InstanceProvisionFailed", code)


def _azure(name: str, step: str, code: str, **variables: Json) -> Refused:
    pool = Pool(name, 1, {"vmSize": "Standard_D4s_v5", **variables})
    return Refused(pool, f"{step}=False/Failed" if step else "", code)


def _gcp(name: str, words: str, **variables: Json) -> Refused:
    return Refused(Pool(name, 1, {"acceleratorType": "", **variables}), "", words)


def _openstack(name: str, reason: str, words: str, **variables: Json) -> Refused:
    return Refused(Pool(name, 1, variables), f"InstanceReady=False/{reason}", words)


def _vsphere(name: str, reason: str, words: str, **variables: Json) -> Refused:
    step = "VirtualMachineProvisioned"
    return Refused(Pool(name, 1, {"memoryMiB": 2048, **variables}), f"{step}={reason}", words)


SANDBOX = Expected(
    "sandbox-gpu",
    "sandboxmachines",
    Pool("gpu", 2),
    {"count": "2", "product": "NVIDIA-A100-SXM4-40GB"},
    {"accelerator": "NVIDIA-A100-SXM4-40GB", "acceleratorCount": 2},
)
AWS = Expected(
    "aws-gpu",
    "awsmachines",
    Pool("gpu", 2),
    T4,
    {"region": "eu-central-1", "instanceType": "g4dn.xlarge"},
    (
        _aws("size", "InvalidParameterValue", instanceType="p9.huge"),
        _aws("capacity", "InsufficientInstanceCapacity", instanceType="p5.48xlarge"),
        _aws("quota", "VcpuLimitExceeded", instanceType="g4dn.xlarge"),
        _aws("image", "InvalidAMIID.NotFound", amiID="ami-0gone"),
        _aws("subnet", "no subnets available matching criteria", subnetID="subnet-0gone"),
    ),
)
AZURE = Expected(
    "azure-gpu",
    "azuremachines",
    Pool("gpu", 2),
    T4,
    {"region": "northeurope", "vmSize": "Standard_NC4as_T4_v3"},
    (
        _azure("size", "", "not found in location 'northeurope'", vmSize="Standard_NC999"),
        _azure("capacity", "VMRunning", "SkuNotAvailable", vmSize="Standard_ND96isr_H100_v5"),
        _azure("quota", "VMRunning", "exceeding approved", vmSize="Standard_NC4as_T4_v3"),
        _azure("image", "VMRunning", "GalleryImageNotFound", imageName="gone"),
        _azure("subnet", "NetworkInterfacesReady", "InvalidResourceReference", subnetName="gone"),
        _azure("bootstrap", "BootstrapSucceeded", "exit status=1", **FAILS),
    ),
)
GCP = Expected(
    "gcp-gpu",
    "gcpmachines",
    Pool("gpu", 2),
    T4,
    {
        "region": "asia-east1",
        "instanceType": "n1-standard-8",
        "acceleratorType": "nvidia-tesla-t4",
    },
    (
        _gcp("size", "machineTypes/a9-huge", instanceType="a9-huge"),
        _gcp("capacity", "ZONE_RESOURCE_POOL_EXHAUSTED", instanceType="a3-highgpu-8g"),
        _gcp("quota", "QUOTA_EXCEEDED", acceleratorType="nvidia-tesla-t4"),
        _gcp("image", "images/gone", image="gone"),
        _gcp("subnet", "subnetworks/gone", subnet="gone"),
    ),
)
OPENSTACK = Expected(
    "openstack-gpu",
    "openstackmachines",
    Pool("gpu"),
    T4,
    {"region": "RegionTwo"},
    (
        _openstack("size", "DependencyFailed", "no flavors were found: name=g9", flavor="g9"),
        _openstack("capacity", "InstanceStateError", "ERROR", flavor="g2.8xlarge.a100"),
        _openstack("quota", "InstanceCreateFailed", "for cores", flavor="g3.16xlarge.h100"),
        _openstack("image", "DependencyFailed", "no images were found", imageName="gone"),
    ),
)
METAL3 = Expected(
    "metal3-gpu",
    "metal3machines",
    Pool("gpu", 2),
    {"count": "2", "product": "Tesla-T4"},
    {},
    (
        Refused(
            Pool("host", 1, {"accelerator": "none-such"}),
            "AssociateBareMetalHost=False/AssociateBareMetalHostFailed",
            "no available host found",
        ),
    ),
)
VSPHERE = Expected(
    "vsphere-gpu",
    "vspheremachines",
    Pool("gpu"),
    T4,
    {"datacenter": "dc-2"},
    (
        _vsphere("size", "False/TaskFailed", "", vGPUProfile="grid_x"),
        _vsphere("capacity", "False/TaskFailed", "", vGPUProfile="grid_h100xm-80c"),
        _vsphere("quota", "False/TaskFailed", "", memoryMiB=65536),
        _vsphere("image", "False/NotProvisioned", "vm 'gone' not found", template="gone"),
        _vsphere("network", "False/NotProvisioned", "network 'gone' not found", network="gone"),
        _vsphere("pool", "False/NotProvisioned", "resource pool 'gone'", resourcePool="gone"),
        _vsphere("datacenter", "Unknown/NotYetReported", "not yet reported", datacenter="dc-9"),
    ),
)
K0S = Expected("k0s-gpu", "sandboxmachines", Pool("gpu"), T4)
K0S_STANDALONE = Expected("k0s-standalone-gpu", "sandboxmachines", Pool("gpu"), T4)
