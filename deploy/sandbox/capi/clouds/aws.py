"""A simulated AWS: sizes of EC2, invented regions' limits, the words of CAPA v2.11.

Conditions and reasons: kubernetes-sigs/cluster-api-provider-aws, api/v1beta2/conditions_consts.go;
where they are told: controllers/awsmachine_controller.go, pkg/cloud/scope/session.go,
pkg/cloud/services/network/{network,vpc,subnets}.go, pkg/cloud/services/ec2/{instances,ami}.go.
Codes and texts of EC2: "Error codes" in its API reference; their spelling is aws-sdk-go-v2's.
"""

from collections.abc import Sequence

from clusterwright.deploy.sandbox.capi.clouds.cloud import (
    REVOKED,
    Asked,
    Cloud,
    Refusal,
    Step,
    made_up,
    uuid_of,
)
from clusterwright.deploy.sandbox.capi.clouds.hardware import A100, H100, T4, Size, exceeded
from clusterwright.deploy.sandbox.capi.clouds.identity import allowed, revoked
from clusterwright.deploy.sandbox.capi.definition import INFRASTRUCTURE, Kind
from clusterwright.tools.manifest import Manifest, items, text

REGIONS = ("us-east-1", "us-west-2", "eu-central-1", "eu-north-1", "ap-south-1")
SIZES = {
    "t3.large": Size("2", "8Gi", quota="standard"),
    "m6i.2xlarge": Size("8", "32Gi", quota="standard"),
    "g4dn.xlarge": Size("4", "16Gi", 1, T4, quota="G"),
    "g4dn.12xlarge": Size("48", "192Gi", 4, T4, quota="G"),
    "p4d.24xlarge": Size("96", "1152Gi", 8, A100, ("us-east-1", "us-west-2"), "P"),
    "p5.48xlarge": Size("192", "2048Gi", 8, H100, ("us-east-1", "us-west-2"), "P"),
}
QUOTAS = {
    "us-east-1": {"VPCs": 20, "standard": 256, "G": 768, "P": 768},
    "us-west-2": {"VPCs": 20, "standard": 256, "G": 768, "P": 192},
    "eu-central-1": {"VPCs": 20, "standard": 256, "G": 8, "P": 0},
    "eu-north-1": {"VPCs": 20, "standard": 256, "G": 768, "P": 192},
    "ap-south-1": {"VPCs": 1, "standard": 256, "G": 768, "P": 192},
}
"""VPCs, and vCPUs of each bucket of instance types."""
IMAGES = ("ami-0simulated000001", "ami-0simulated000002")
"""What `spec.ami.id` of a machine may name."""
VPCS = {"vpc-0simulated000001": ("subnet-0simulated00001", "subnet-0simulated00002")}
"""VPCs that are there already, with their subnets; in every region."""
SECRETS = "capa-system"
"""The namespace in which the original looks for the Secrets of identities."""
_VERSION = "v1beta2"
_IDENTITIES = ("AWSClusterControllerIdentity", "AWSClusterStaticIdentity", "AWSClusterRoleIdentity")


def _kind(name: str, *, contract: bool = True) -> Kind:
    return Kind(
        name,
        version=_VERSION,
        contract="v1beta1" if contract else None,
        templated=contract,
        namespaced=contract,
    )


def _region(asked: Asked) -> str:
    return text(asked.cluster, "spec", "region")


def _size(asked: Asked) -> Size:
    return SIZES[text(asked.machine, "spec", "instanceType")]


def _needs(asked: Asked) -> dict[str, int]:
    size = SIZES.get(text(asked.machine, "spec", "instanceType"))
    return {size.quota: int(size.cpu)} if size else {}


def _said(asked: Asked, operation: str, status: int, code: str, message: str) -> str:
    service = "STS" if operation == "AssumeRole" else "EC2"
    return (
        f"operation error {service}: {operation}, https response error StatusCode: {status},"
        f" RequestID: {uuid_of(asked)}, api error {code}: {message}"
    )


def _refuses_cluster(asked: Asked) -> Refusal | None:
    return _identity(asked) or _network(asked)


def _identity(asked: Asked) -> Refusal | None:
    kind = text(asked.cluster, "spec", "identityRef", "kind")
    name = text(asked.cluster, "spec", "identityRef", "name")
    if kind not in _IDENTITIES[1:]:
        return None
    identity = asked.find(f"{INFRASTRUCTURE}/{_VERSION}", kind, "", name)
    if not identity:
        return _no_principal(f'{kind}.{INFRASTRUCTURE} "{name}" not found')
    secret = text(identity, "spec", "secretRef")
    if kind == _IDENTITIES[1] and not asked.find("v1", "Secret", SECRETS, secret):
        return _no_principal(f'Secret "{secret}" not found')
    if not allowed(asked, identity):
        message = f"Namespace is not permitted to use {kind}: {name}"
        forbidden = Refusal("PrincipalUsageAllowed", "PrincipalUsageUnauthorized", message)
        return _no_principal(message, forbidden)
    return _rejected(asked, kind, identity)


def _no_principal(message: str, *also: Refusal) -> Refusal:
    reason = "PrincipalCredentialRetrievalFailed"
    return Refusal("PrincipalCredentialRetrieved", reason, message, also=also)


def _rejected(asked: Asked, kind: str, identity: Manifest) -> Refusal | None:
    """Return what a role that may not be assumed, or a wrong key, comes to."""
    role = text(identity, "spec", "roleARN")
    if REVOKED in role:
        who = "arn:aws:sts::000000000000:assumed-role/simulated/capa"
        message = f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {role}"
        said = _said(asked, "AssumeRole", 403, "AccessDenied", message)
        reason = "CredentialProviderBuildFailed"
        return Refusal("PrincipalCredentialRetrieved", reason, said, status="Unknown")
    secret = asked.find("v1", "Secret", SECRETS, text(identity, "spec", "secretRef"))
    if kind == _IDENTITIES[1] and revoked(secret):
        message = "AWS was not able to validate the provided access credentials"
        said = _said(asked, "DescribeVpcs", 401, "AuthFailure", message)
        return _no_vpc(
            f"failed to describe VPC resources by name: failed to query ec2 for VPCs: {said}"
        )
    return None


def _network(asked: Asked) -> Refusal | None:
    vpc = text(asked.cluster, "spec", "network", "vpc", "id")
    if not vpc:
        if not exceeded(QUOTAS.get(_region(asked), {}), asked.used, {"VPCs": 1}):
            return None
        message = "The maximum number of VPCs has been reached."
        said = _said(asked, "CreateVpc", 400, "VpcLimitExceeded", message)
        return _no_vpc(f"failed to create new managed VPC: failed to create vpc: {said}")
    if vpc not in VPCS:
        return _no_vpc(
            ".spec.vpc.id is set but VPC resource is missing in AWS; failed to describe VPC"
            f' resources. (might be in creation process): could not find vpc "{vpc}"'
        )
    for one in items(asked.cluster, "spec", "network", "subnets"):
        subnet, cidr = text(one, "id"), text(one, "cidrBlock")
        if subnet not in VPCS[vpc]:
            return Refusal(
                "SubnetsReady",
                "SubnetsReconciliationFailed",
                f"using unmanaged vpc and subnet {subnet} (cidr {cidr}) specified"
                f" but it doesn't exist in vpc {vpc}",
                "Warning",
            )
    return None


def _no_vpc(message: str) -> Refusal:
    return Refusal("VpcReady", "VpcReconciliationFailed", message, "Warning")


def _refuses_machine(asked: Asked) -> Refusal | None:
    name = text(asked.machine, "spec", "instanceType")
    image = text(asked.machine, "spec", "ami", "id")
    subnet = text(asked.machine, "spec", "subnet", "id")
    size, region = SIZES.get(name), _region(asked)
    if subnet and not any(subnet in known for known in VPCS.values()):
        message = (
            f'failed to run machine "{asked.name}", no subnets available matching criteria'
            f" [{{0xc0{made_up(asked, 8)} [{subnet}] {{}}}}]"
        )
        return _not_run(message, ("FailedCreate", message))
    if size is None:
        message = f"Invalid value '{name}' for InstanceType."
        return _refused(asked, 400, "InvalidParameterValue", message)
    if image and image not in IMAGES:
        message = f"The image id '[{image}]' does not exist"
        return _refused(asked, 400, "InvalidAMIID.NotFound", message)
    if size.regions and region not in size.regions:
        return _refused(
            asked,
            500,
            "InsufficientInstanceCapacity",
            f"We currently do not have sufficient {name} capacity in the Availability Zone you"
            f" requested ({region}a). Our system will be working on provisioning additional"
            " capacity.",
        )
    limits = QUOTAS.get(region, {})
    if exceeded(limits, asked.used, _needs(asked)):
        return _refused(
            asked,
            400,
            "VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit of"
            f" {limits[size.quota]} allows for the instance bucket that the specified instance"
            " type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to"
            " request an adjustment to this limit.",
        )
    return None


def _refused(asked: Asked, status: int, code: str, message: str) -> Refusal:
    said = _said(asked, "RunInstances", status, code, message)
    text_ = f"failed to run instance: {said}"
    return _not_run(text_, ("FailedCreate", f"Failed to create instance: {text_}"))


def _not_run(message: str, event: tuple[str, str]) -> Refusal:
    told = f"failed to create AWSMachine instance: {message}"
    return Refusal("InstanceReady", "InstanceProvisionFailed", told, event=event)


def _refuses_deletion(asked: Asked, left: Sequence[str]) -> Refusal | None:
    """Subnets stay while network interfaces of load balancers are in them.

    pkg/cloud/services/network/{network.go DeleteNetwork, subnets.go deleteSubnet}.
    """
    if not left:
        return None
    subnet = f"subnet-{made_up(asked, 17)}"
    message = f"The subnet '{subnet}' has dependencies and cannot be deleted."
    said = _said(asked, "DeleteSubnet", 400, "DependencyViolation", message)
    told = f'failed to delete subnet "{subnet}": {said}'
    event = ("FailedDeleteSubnet", f'Failed to delete managed Subnet "{subnet}": {said}')
    return Refusal("SubnetsReady", "DeletingFailed", told, "Warning", event=event)


AWS = Cloud(
    "aws",
    "kubernetes-sigs/cluster-api-provider-aws v2.11, api/v1beta2",
    _kind("AWSCluster"),
    _kind("AWSMachine"),
    cluster_steps=(
        Step("PrincipalCredentialRetrieved"),
        Step("PrincipalUsageAllowed"),
        Step("VpcReady"),
        Step("SubnetsReady"),
        Step("InternetGatewayReady"),
        Step("NatGatewaysReady"),
        Step("RouteTablesReady"),
        Step("ClusterSecurityGroupsReady"),
        Step("LoadBalancerReady"),
    ),
    machine_steps=(Step("InstanceReady"), Step("SecurityGroupsReady")),
    region_of=_region,
    size_of=_size,
    provider_id=lambda asked: f"aws:///{_region(asked)}a/i-{made_up(asked, 17)}",
    waits=("WaitingForClusterInfrastructure", "WaitingForBootstrapData"),
    waits_for_endpoint="WaitForDNSNameResolve",
    needs_of=_needs,
    cluster_needs={"VPCs": 1},
    refuses_cluster=_refuses_cluster,
    refuses_machine=_refuses_machine,
    refuses_deletion=_refuses_deletion,
    balances=True,
    others=tuple(_kind(name, contract=False) for name in _IDENTITIES),
)
