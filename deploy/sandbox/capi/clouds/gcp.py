"""A simulated Google Cloud: machine types, invented regions' limits, the words of CAPG v1.13.

The original has no conditions: kubernetes-sigs/cluster-api-provider-gcp, controllers/
{gcpcluster,gcpmachine}_controller.go tell errors in events, and those of its credentials, which
come before, in its log only. Texts of Compute Engine: "Troubleshooting resource availability
errors" and "Allocation quotas" in its documentation; their spelling is that of googleapi.Error
and of GCEOperationError in GoogleCloudPlatform/k8s-cloud-provider, pkg/cloud/errors.go.
"""

from collections.abc import Sequence

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud, Refusal, made_up
from clusterwright.deploy.sandbox.capi.clouds.hardware import A100, H100, L4, T4, Size, exceeded
from clusterwright.deploy.sandbox.capi.clouds.identity import revoked
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import items, number, text

REGIONS = ("us-central1", "europe-west4", "asia-east1")
SIZES = {
    "n1-standard-8": Size("8", "30Gi"),
    "g2-standard-8": Size("8", "32Gi", 1, L4, quota="NVIDIA_L4_GPUS"),
    "a2-highgpu-8g": Size("96", "680Gi", 8, A100, ("us-central1",), "NVIDIA_A100_GPUS"),
    "a3-highgpu-8g": Size("208", "1872Gi", 8, H100, ("us-central1",), "NVIDIA_H100_GPUS"),
}
ACCELERATORS = {"nvidia-tesla-t4": (T4, "NVIDIA_T4_GPUS")}
"""What `spec.guestAccelerators` of a machine may name, beside sizes that have no GPU."""
QUOTAS = {
    "us-central1": {
        "NVIDIA_T4_GPUS": 64,
        "NVIDIA_L4_GPUS": 64,
        "NVIDIA_A100_GPUS": 32,
        "NVIDIA_H100_GPUS": 32,
    },
    "europe-west4": {"NVIDIA_T4_GPUS": 64, "NVIDIA_L4_GPUS": 64, "NVIDIA_A100_GPUS": 16},
    "asia-east1": {"NVIDIA_T4_GPUS": 2, "NVIDIA_L4_GPUS": 64},
}
"""GPUs of each kind."""
SUBNETS = ("default",)
"""What `spec.subnet` of a machine may name beside the subnets of its cluster's network."""
IMAGES = ("cluster-api-ubuntu-2404-v1-35", "cluster-api-ubuntu-2404-v1-36")
"""What the last part of `spec.image` of a machine may be."""


def _region(asked: Asked) -> str:
    return text(asked.cluster, "spec", "region")


def _project(asked: Asked) -> str:
    return text(asked.cluster, "spec", "project")


def _zone(asked: Asked) -> str:
    return f"{_region(asked)}-a"


def _size(asked: Asked) -> Size:
    size = SIZES[text(asked.machine, "spec", "instanceType")]
    for one in items(asked.machine, "spec", "guestAccelerators"):
        product, quota = ACCELERATORS[_last(text(one, "type"))]
        size = Size(size.cpu, size.memory, number(one, "count"), product, size.regions, quota)
    return size


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _needs(asked: Asked) -> dict[str, int]:
    if text(asked.machine, "spec", "instanceType") not in SIZES:
        return {}
    if any(_last(text(one, "type")) not in ACCELERATORS for one in _guests(asked)):
        return {}
    size = _size(asked)
    return {size.quota: size.gpus} if size.quota else {}


def _guests(asked: Asked) -> list[dict[str, object]]:
    return items(asked.machine, "spec", "guestAccelerators")


def _refuses_cluster(asked: Asked) -> Refusal | None:
    name = text(asked.cluster, "spec", "credentialsRef", "name")
    namespace = text(asked.cluster, "spec", "credentialsRef", "namespace")
    if name:
        reference = f"&{{{namespace} {name}}}"
        secret = asked.find("v1", "Secret", namespace, name)
        if not secret:
            return _unseen(
                "failed to create gcp compute client: getting default gcp client options: getting"
                f" gcp credentials from reference {reference}: getting credentials secret"
                f' {namespace}\\{name}: Secret "{name}" not found'
            )
        if revoked(secret):
            return _unseen(
                f'Get "https://compute.googleapis.com/compute/v1/projects/{_project(asked)}/regions/'
                f'{_region(asked)}": oauth2: "invalid_grant" "Invalid JWT Signature."'
            )
    return None


def _unseen(message: str) -> Refusal:
    """Return an error that the original tells in its log, and nowhere else."""
    return Refusal("", "ReconcileError", message)


def _refuses_machine(asked: Asked) -> Refusal | None:
    message = _invalid(asked) or _short(asked)
    if not message:
        return None
    event = ("GCPMachineReconcile", f"Reconcile error - {message}")
    return Refusal("", "GCPMachineReconcile", message, event=event)


def _invalid(asked: Asked) -> str:
    zone, project = f"zones/{_zone(asked)}", f"projects/{_project(asked)}"
    name = text(asked.machine, "spec", "instanceType")
    if name not in SIZES:
        return _invalid_value("resource.machineType", f"{zone}/machineTypes/{name}")
    for one in _guests(asked):
        kind = text(one, "type")
        if _last(kind) not in ACCELERATORS:
            field = "resource.guestAccelerators[0].acceleratorType"
            return _invalid_value(field, kind)
    image = text(asked.machine, "spec", "image")
    if image and _last(image) not in IMAGES:
        return f"googleapi: Error 404: The resource '{image}' was not found, notFound"
    subnet = text(asked.machine, "spec", "subnet")
    if subnet and subnet not in {*SUBNETS, *_subnets(asked)}:
        path = f"{project}/regions/{_region(asked)}/subnetworks/{subnet}"
        return f"googleapi: Error 404: The resource '{path}' was not found, notFound"
    return ""


def _subnets(asked: Asked) -> list[str]:
    return [text(one, "name") for one in items(asked.cluster, "spec", "network", "subnets")]


def _invalid_value(field: str, value: str) -> str:
    return (
        f"googleapi: Error 400: Invalid value for field '{field}': '{value}'."
        " The referenced resource does not exist., invalid"
    )


def _short(asked: Asked) -> str:
    size, region = _size(asked), _region(asked)
    if size.regions and region not in size.regions:
        return (
            "GCE 503 - ZONE_RESOURCE_POOL_EXHAUSTED: The zone"
            f" 'projects/{_project(asked)}/zones/{_zone(asked)}' does not have enough resources"
            " available to fulfill the request.  Try a different zone, or try again later."
        )
    limits = QUOTAS.get(region, {})
    if exceeded(limits, asked.used, _needs(asked)):
        return (
            f"GCE 403 - QUOTA_EXCEEDED: Quota '{size.quota}' exceeded. "
            f" Limit: {limits[size.quota]}.0 in region {region}."
        )
    return ""


def _refuses_deletion(asked: Asked, left: Sequence[str]) -> Refusal | None:
    """A network stays while firewalls of load balancers are in it."""
    if not left:
        return None
    project = _project(asked)
    network = text(asked.cluster, "spec", "network", "name") or "default"
    firewall = f"k8s-fw-a{made_up(asked, 31)}"
    message = (
        "GCE 400 - RESOURCE_IN_USE_BY_ANOTHER_RESOURCE: The network resource"
        f" 'projects/{project}/global/networks/{network}' is already being used by"
        f" 'projects/{project}/global/firewalls/{firewall}'"
    )
    event = ("GCPClusterReconcile", f"Reconcile error - {message}")
    return Refusal("", "GCPClusterReconcile", message, event=event)


GCP = Cloud(
    "gcp",
    "kubernetes-sigs/cluster-api-provider-gcp v1.13, api/v1beta1",
    Kind("GCPCluster", contract="v1beta1", templated=True),
    Kind("GCPMachine", contract="v1beta1", templated=True),
    cluster_steps=(),
    machine_steps=(),
    region_of=_region,
    size_of=_size,
    provider_id=lambda asked: f"gce://{_project(asked)}/{_zone(asked)}/{asked.name}",
    waits=("", ""),
    ready="none",
    needs_of=_needs,
    refuses_cluster=_refuses_cluster,
    refuses_machine=_refuses_machine,
    refuses_deletion=_refuses_deletion,
    balances=True,
)
