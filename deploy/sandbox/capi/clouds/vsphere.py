"""A simulated vSphere: one vCenter, its templates and networks, the words of CAPV v1.16.

Conditions and reasons: kubernetes-sigs/cluster-api-provider-vsphere, api/govmomi/v1beta2/
vsphere{cluster,machine,vm}_types.go; where they are told: controllers/vspherecluster_reconciler.go,
pkg/session/session.go, pkg/services/vimmachine.go, pkg/services/govmomi/{service,util}.go and
vcenter/clone.go there.
Machines have no named sizes here: they say CPUs, memory and a vGPU profile.
"""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud, Refusal, Step, uuid_of
from clusterwright.deploy.sandbox.capi.clouds.hardware import A100, H100, T4, Size, exceeded
from clusterwright.deploy.sandbox.capi.clouds.identity import revoked
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import Manifest, items, number, text

SERVERS = ("vcenter.sandbox.example",)
DATACENTERS = {"dc-1": {"MiB": 4 * 2**20}, "dc-2": {"MiB": 65536}}
"""The datacenters, and the memory of their resource pool."""
TEMPLATES = ("ubuntu-2404-kube-v1.35", "ubuntu-2404-kube-v1.36")
NETWORKS = ("VM Network",)
PROFILES = {
    "grid_t4-16c": (T4, ("dc-1", "dc-2")),
    "grid_a100-40c": (A100, ("dc-1",)),
    "grid_h100xm-80c": (H100, ("dc-1",)),
}
"""vGPU profiles, and the datacenters whose hosts have such GPUs."""
_PROVISIONED = "VirtualMachineProvisioned"


def _region(asked: Asked) -> str:
    return text(asked.machine, "spec", "datacenter")


def _profiles(asked: Asked) -> list[str]:
    return [text(one, "vGPUProfile") for one in items(asked.machine, "spec", "pciDevices")]


def _size(asked: Asked) -> Size:
    cpus = number(asked.machine, "spec", "numCPUs") or 2
    profiles = [one for one in _profiles(asked) if one in PROFILES]
    product = PROFILES[profiles[0]][0] if profiles else ""
    return Size(str(cpus), f"{_memory(asked)}Mi", len(profiles), product, quota="MiB")


def _memory(asked: Asked) -> int:
    return number(asked.machine, "spec", "memoryMiB") or 2048


def _refuses_cluster(asked: Asked) -> Refusal | None:
    server = text(asked.cluster, "spec", "server")
    kind = text(asked.cluster, "spec", "identityRef", "kind")
    name = text(asked.cluster, "spec", "identityRef", "name")
    secret = asked.find("v1", "Secret", asked.namespace, name) if kind == "Secret" else {}
    if kind == "Secret" and not secret:
        return _unreachable(f'secrets "{name}" not found')
    failed = "failed to create vCenter session: failed to create client"
    if server not in SERVERS:
        return _unreachable(
            f'{failed}: Post "https://{server}/sdk": dial tcp: lookup {server}: no such host'
        )
    if revoked(secret):
        return _unreachable(
            f"{failed}: failed to login: ServerFaultCode: Cannot complete login due to an incorrect"
            " user name or password."
        )
    return None


def _unreachable(message: str) -> Refusal:
    return Refusal("VCenterAvailable", "VCenterUnreachable", message)


def _refuses_machine(asked: Asked) -> Refusal | None:
    datacenter, template = _region(asked), text(asked.machine, "spec", "template")
    if datacenter not in DATACENTERS:
        # Told on the VSphereVM, which is not simulated; the machine mirrors what is not there yet.
        message = f"Condition {_PROVISIONED} not yet reported"
        return Refusal(_PROVISIONED, "NotYetReported", message, status="Unknown")
    missing = _missing(asked, template)
    return _not_cloned(missing) if missing else _short(asked, datacenter)


def _missing(asked: Asked, template: str) -> str:
    if template not in TEMPLATES:
        return f"unable to find template by name \"{template}\": vm '{template}' not found"
    vm = f"infrastructure.cluster.x-k8s.io/v1beta2, Kind=VSphereVM {asked.namespace}/{asked.name}"
    pool = text(asked.machine, "spec", "resourcePool")
    if pool and pool != "gpu":
        return f"unable to get resource pool for \"{vm}\": resource pool '{pool}' not found"
    for device in items(asked.machine, "spec", "network", "devices"):
        network = text(device, "networkName")
        if network not in NETWORKS:
            missing = f"unable to find network \"{network}\": network '{network}' not found"
            return f'error getting network specs for "{vm}": {missing}'
    return ""


def _short(asked: Asked, datacenter: str) -> Refusal | None:
    if any(datacenter not in PROFILES.get(one, ("", ()))[1] for one in _profiles(asked)):
        return _task_failed("No host is compatible with the virtual machine.")
    if exceeded(DATACENTERS[datacenter], asked.used, {"MiB": _memory(asked)}):
        return _task_failed(
            "The available Memory resources in the parent resource pool are insufficient for the"
            " operation."
        )
    return None


def _not_cloned(message: str) -> Refusal:
    deprecated = _deprecated("CloningFailed", message, "Warning")
    return Refusal(_PROVISIONED, "NotProvisioned", message, fields=deprecated)


def _task_failed(message: str) -> Refusal:
    """Return a failed task, of which the condition says nothing but the deprecated one does."""
    return Refusal(
        _PROVISIONED, "TaskFailed", "", fields=_deprecated("TaskFailure", message, "Info")
    )


def _deprecated(reason: str, message: str, severity: str) -> Manifest:
    told = {"status": "False", "reason": reason, "message": message, "severity": severity}
    conditions = [{"type": one, **told} for one in ("Ready", "VMProvisioned")]
    return {"deprecated": {"v1beta1": {"conditions": conditions}}}


VSPHERE = Cloud(
    "vsphere",
    "kubernetes-sigs/cluster-api-provider-vsphere v1.16, api/govmomi/v1beta2",
    Kind("VSphereCluster", version="v1beta2", contract="v1beta2", templated=True),
    Kind("VSphereMachine", version="v1beta2", contract="v1beta2", templated=True),
    cluster_steps=(Step("VCenterAvailable", "Available"),),
    machine_steps=(Step(_PROVISIONED, "Provisioned"),),
    region_of=_region,
    size_of=_size,
    provider_id=lambda asked: f"vsphere://{uuid_of(asked)}",
    waits=("WaitingForClusterInfrastructureReady", "WaitingForBootstrapData"),
    ready="summary",
    needs_of=lambda asked: {"MiB": _memory(asked)},
    refuses_cluster=_refuses_cluster,
    refuses_machine=_refuses_machine,
)
