"""A simulated Azure: VM sizes, invented locations' limits, the words of CAPZ v1.26.

Conditions and reasons: kubernetes-sigs/cluster-api-provider-azure, api/v1beta1/consts.go; where
they are told: controllers/azure{cluster,machine}_controller.go, azure/scope/{identity,machine}.go,
azure/services/{async,virtualmachines,networkinterfaces,vmextensions,resourceskus}. Codes and texts
of Azure: "Troubleshoot common Azure deployment errors"; their spelling is that of azcore.
"""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud, Refusal, Step, uuid_of
from clusterwright.deploy.sandbox.capi.clouds.hardware import H100, H100_NVL, T4, Size, exceeded
from clusterwright.deploy.sandbox.capi.clouds.identity import allowed, revoked
from clusterwright.deploy.sandbox.capi.definition import INFRASTRUCTURE, Kind
from clusterwright.tools.manifest import Manifest, dig, items, name_of, text

REGIONS = ("eastus", "westus3", "westeurope", "northeurope")
_NCAS_T4, _NCADS_H100, _ND_H100 = (
    "Standard NCASv3_T4 Family",
    "Standard NCADSH100v5 Family",
    "Standard NDSH100v5 Family",
)
SIZES = {
    "Standard_D4s_v5": Size("4", "16Gi", quota="Standard DSv5 Family"),
    "Standard_NC4as_T4_v3": Size("4", "28Gi", 1, T4, quota=_NCAS_T4),
    "Standard_NC40ads_H100_v5": Size(
        "40", "320Gi", 1, H100_NVL, ("eastus", "westus3"), _NCADS_H100
    ),
    "Standard_ND96isr_H100_v5": Size("96", "1900Gi", 8, H100, ("eastus",), _ND_H100),
}
QUOTAS = {
    "eastus": {_NCAS_T4: 384, _NCADS_H100: 640, _ND_H100: 384},
    "westus3": {_NCAS_T4: 384, _NCADS_H100: 40},
    "westeurope": {_NCAS_T4: 384},
    "northeurope": {_NCAS_T4: 8},
}
"""vCPUs of each family of sizes."""
GALLERY_IMAGES = ("capi-ubun2-2404", "capi-azurelinux-3")
"""What `spec.image.computeGallery.name` of a machine may name."""
_RULE = "-" * 80
_IDENTITY = "AzureClusterIdentity"


def _region(asked: Asked) -> str:
    return text(asked.cluster, "spec", "location")


def _group(asked: Asked) -> str:
    return text(asked.cluster, "spec", "resourceGroup") or name_of(asked.cluster)


def _size(asked: Asked) -> Size:
    return SIZES[text(asked.machine, "spec", "vmSize")]


def _needs(asked: Asked) -> dict[str, int]:
    size = SIZES.get(text(asked.machine, "spec", "vmSize"))
    return {size.quota: int(size.cpu)} if size else {}


def _path(asked: Asked, kind: str, name: str) -> str:
    subscription = f"/subscriptions/{uuid_of(asked)}/resourceGroups/{_group(asked)}"
    return f"{subscription}/providers/{kind}/{name}"


def _said(request: str, status: str, code: str, message: str) -> str:
    """Spell an error as azcore's ResponseError does."""
    return (
        f"{request}\n{_RULE}\nRESPONSE {status[:3]}: {status}\nERROR CODE: {code}\n{_RULE}\n"
        f'{{\n  "error": {{\n    "code": "{code}",\n    "message": "{message}"\n  }}\n}}\n{_RULE}\n'
    )


def _refuses_cluster(asked: Asked) -> Refusal | None:
    name = text(asked.cluster, "spec", "identityRef", "name")
    if not name:
        return None
    namespace = text(asked.cluster, "spec", "identityRef", "namespace") or asked.namespace
    identity = asked.find(f"{INFRASTRUCTURE}/v1beta1", _IDENTITY, namespace, name)
    if not identity:
        return _no_scope(
            f"failed to init credentials provider: failed to retrieve {_IDENTITY} external object"
            f' "{namespace}"/"{name}": {_IDENTITY}.{INFRASTRUCTURE} "{name}" not found'
        )
    secret = text(identity, "spec", "clientSecret", "name")
    where = text(identity, "spec", "clientSecret", "namespace") or namespace
    found = asked.find("v1", "Secret", where, secret) if secret else {}
    if secret and not found:
        return _no_scope(
            "failed to configure azure settings and credentials for Identity: failed to get client"
            f' secret: Unable to fetch ClientSecret: secrets "{secret}" not found'
        )
    if not allowed(asked, identity):
        reason = "NamespaceNotAllowedByIdentity"
        return Refusal("NetworkInfrastructureReady", reason, "")
    return _rejected(identity) if revoked(found) else None


def _no_scope(message: str) -> Refusal:
    """Return an error before the original has its scope: it tells it in an event only."""
    event = ("CreateClusterScopeFailed", f"failed to create scope: {message}")
    return Refusal("", "CreateClusterScopeFailed", message, event=event)


def _rejected(identity: Manifest) -> Refusal:
    tenant = text(identity, "spec", "tenantID")
    request = f"POST https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
    message = (
        "failed to reconcile cluster services: failed to get availability zones: failed to refresh"
        " resource sku cache: could not iterate resource skus: ClientSecretCredential"
        f" authentication failed. \n{request}\n{_RULE}\nRESPONSE 401: 401 Unauthorized\n{_RULE}\n"
        '{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret'
        " provided. Ensure the secret being sent in the request is the client secret value, not the"
        f" client secret ID, for a secret added to app '{text(identity, 'spec', 'clientID')}'.\"}}"
    )
    event = ("ClusterReconcilerNormalFailed", message)
    return Refusal("NetworkInfrastructureReady", "Failed", message, event=event)


def _refuses_machine(asked: Asked) -> Refusal | None:
    name, region = text(asked.machine, "spec", "vmSize"), _region(asked)
    size, image = SIZES.get(name), text(asked.machine, "spec", "image", "computeGallery", "name")
    if size is None:
        return _unknown(name, region)
    for one in items(asked.machine, "spec", "networkInterfaces"):
        subnet = text(one, "subnetName")
        if subnet and subnet not in _subnets(asked):
            return _no_interface(asked, subnet)
    if image and image not in GALLERY_IMAGES:
        gallery = text(asked.machine, "spec", "image", "computeGallery", "gallery")
        version = text(asked.machine, "spec", "image", "computeGallery", "version")
        return _no_machine(
            asked,
            "404 Not Found",
            "GalleryImageNotFound",
            f"The gallery image /CommunityGalleries/{gallery}/Images/{image}/Versions/{version} is"
            f" not available in {region} region. Please contact image owner to replicate to this"
            " region, or change your requested region.",
        )
    if size.regions and region not in size.regions:
        return _no_machine(
            asked,
            "409 Conflict",
            "SkuNotAvailable",
            f"The requested VM size for resource 'Following SKUs have failed for Capacity"
            f" Restrictions: {name}' is currently not available in location '{region}'. Please try"
            " another size or deploy to a different location or different zone.",
        )
    return _over_quota(asked, size, region)


def _subnets(asked: Asked) -> list[str]:
    """Return the subnets of the cluster's network, as named or by default."""
    named = [text(one, "name") for one in items(asked.cluster, "spec", "networkSpec", "subnets")]
    return named or [f"{name_of(asked.cluster)}-node-subnet"]


def _over_quota(asked: Asked, size: Size, region: str) -> Refusal | None:
    limits, wanted = QUOTAS.get(region, {}), int(size.cpu)
    if not exceeded(limits, asked.used, _needs(asked)):
        return None
    used = asked.used.get(size.quota, 0)
    return _no_machine(
        asked,
        "409 Conflict",
        "OperationNotAllowed",
        f"Operation could not be completed as it results in exceeding approved {size.quota} Cores"
        f" quota. Additional details - Deployment Model: Resource Manager, Location: {region},"
        f" Current Limit: {limits[size.quota]}, Current Usage: {used}, Additional Required:"
        f" {wanted}, (Minimum) New Limit Required: {used + wanted}.",
    )


def _unknown(name: str, region: str) -> Refusal:
    """Return what a size that is not there comes to: a terminal error, and no condition."""
    cause = (
        f"failed to get VM SKU {name} in compute api: reconcile error that cannot be recovered"
        f" occurred: resource sku with name '{name}' and category 'virtualMachines' not found in"
        f" location '{region}'. Object will not be requeued"
    )
    fields: Manifest = {
        "failureReason": "InvalidConfiguration",
        "failureMessage": cause,
    }
    event = ("SKUNotFound", f"failed to initialize machine cache: {cause}")
    return Refusal("", "InvalidConfiguration", cause, event=event, fields=fields)


def _no_machine(asked: Asked, status: str, code: str, message: str) -> Refusal:
    path = _path(asked, "Microsoft.Compute/virtualMachines", asked.name)
    return _failed(asked, "VMRunning", "virtualmachine", asked.name, path, (status, code, message))


def _no_interface(asked: Asked, subnet: str) -> Refusal:
    nic = f"{asked.name}-nic"
    network = text(asked.cluster, "spec", "networkSpec", "vnet", "name")
    network = network or f"{name_of(asked.cluster)}-vnet"
    wanted = f"{_path(asked, 'Microsoft.Network/virtualNetworks', network)}/subnets/{subnet}"
    path = _path(asked, "Microsoft.Network/networkInterfaces", nic)
    message = (
        f"Resource {wanted} referenced by resource {path} was not found. Please make sure that the"
        " referenced resource exists, and that both resources are in the same region."
    )
    said = ("400 Bad Request", "InvalidResourceReference", message)
    return _failed(asked, "NetworkInterfacesReady", "interfaces", nic, path, said)


def _failed(
    asked: Asked, step: str, service: str, name: str, path: str, said: tuple[str, str, str]
) -> Refusal:
    error = _said(f"PUT https://management.azure.com{path}", *said)
    cause = (
        f"failed to create or update resource {_group(asked)}/{name} (service: {service}): {error}"
    )
    message = f"{service} failed to create or update. err: {cause}"
    event = (
        "ReconcileError",
        "failed to reconcile AzureMachine: failed to reconcile AzureMachine service"
        f" {service}: {cause}",
    )
    return Refusal(step, "Failed", message, event=event)


def _bootstrap_failed(asked: Asked) -> Refusal | None:
    """Return what the extension that watches the bootstrap tells, where it is wanted.

    azure/scope/machine.go VMExtensionSpecs, azure/services/vmextensions.
    """
    if dig(asked.machine, "spec", "disableVMBootstrapExtension") is not False:
        return None
    extension = "CAPZ.Linux.Bootstrapping"
    path = _path(asked, "Microsoft.Compute/virtualMachines", f"{asked.name}/extensions/{extension}")
    message = (
        f"VM has reported a failure when processing extension '{extension}' (publisher"
        " 'Microsoft.Azure.ContainerUpstream' and type 'CAPZ.Linux.Bootstrapping'). Error message:"
        " 'Enable failed: failed to execute command: command terminated with exit status=1'."
    )
    said = ("409 Conflict", "VMExtensionProvisioningError", message)
    return _failed(asked, "BootstrapSucceeded", "vmextensions", extension, path, said)


AZURE = Cloud(
    "azure",
    "kubernetes-sigs/cluster-api-provider-azure v1.26, api/v1beta1",
    Kind("AzureCluster", contract="v1beta1", templated=True),
    Kind("AzureMachine", contract="v1beta1", templated=True),
    cluster_steps=(
        Step("ResourceGroupReady"),
        Step("VNetReady"),
        Step("SecurityGroupsReady"),
        Step("RouteTablesReady"),
        Step("PublicIPsReady"),
        Step("NATGatewaysReady"),
        Step("SubnetsReady"),
        Step("LoadBalancersReady"),
        Step("NetworkInfrastructureReady"),
    ),
    machine_steps=(
        Step("NetworkInterfacesReady"),
        Step("DisksReady"),
        Step("VMRunning"),
        Step("BootstrapSucceeded"),
    ),
    region_of=_region,
    size_of=_size,
    provider_id=lambda asked: (
        f"azure://{_path(asked, 'Microsoft.Compute/virtualMachines', asked.name)}"
    ),
    waits=("WaitingForClusterInfrastructure", "WaitingForBootstrapData"),
    waits_for_endpoint="Creating",
    needs_of=_needs,
    refuses_cluster=_refuses_cluster,
    refuses_machine=_refuses_machine,
    bootstrap_failed=_bootstrap_failed,
    balances=True,
    others=(Kind(_IDENTITY),),
)
