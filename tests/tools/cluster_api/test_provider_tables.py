"""What providers say, in their own words, and what it means.

The messages are those of the sources that each table names: formats of the provider's code with
the error codes and sentences of its cloud.
"""

import pytest

from clusterwright.tools.cluster_api.providers import PROVIDERS, Fault, meaning

Case = tuple[str, str, str, str, Fault | None]
CASES: tuple[Case, ...] = (
    # Cluster API Provider AWS
    (
        "AWSCluster",
        "PrincipalCredentialRetrieved",
        "PrincipalCredentialRetrievalFailed",
        "failed to refresh cached credentials, operation error STS: AssumeRole",
        Fault.CREDENTIAL,
    ),
    (
        "AWSCluster",
        "PrincipalUsageAllowed",
        "PrincipalUsageUnauthorized",
        "Namespace is not permitted to use AWSClusterStaticIdentity: gpu",
        Fault.CREDENTIAL,
    ),
    (
        "AWSCluster",
        "VpcReady",
        "VpcReconciliationFailed",
        "failed to create vpc: UnauthorizedOperation: You are not authorized",
        Fault.CREDENTIAL,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        "failed to run instance: InsufficientInstanceCapacity: We currently do not have sufficient",
        Fault.CAPACITY,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        "failed to run instance: VcpuLimitExceeded: You have requested more vCPU capacity than",
        Fault.QUOTA,
    ),
    (
        "AWSCluster",
        "VpcReady",
        "VpcReconciliationFailed",
        "VpcLimitExceeded: The maximum number of VPCs has been reached.",
        Fault.QUOTA,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        "failed to run instance: InvalidParameterValue: Invalid value 'p9' for InstanceType.",
        Fault.SIZE,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        'failed to find ami: found no AMIs with name "capa-ami-ubuntu-24.04-v1.37.0-*"',
        Fault.IMAGE,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        "failed to run instance: InsufficientFreeAddressesInSubnet: There are not enough free",
        Fault.NETWORK,
    ),
    (
        "AWSCluster",
        "NatGatewaysReady",
        "NatGatewaysReconciliationFailed",
        "failed to create one or more NAT gateways",
        Fault.NETWORK,
    ),
    ("AWSMachine", "InstanceReady", "InstanceTerminated", "", Fault.GONE),
    ("AWSMachine", "InstanceReady", "InstanceNotReady", "", Fault.PROGRESS),
    (
        "AWSMachinePool",
        "InstanceRefreshStarted",
        "InstanceRefreshNotReady",
        "",
        Fault.PROGRESS,
    ),
    ("AWSMachine", "InstanceReady", "InstanceProvisionFailed", "something new", None),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        'failed to run machine "gpu-1" with public IP, no public subnets available in availability',
        Fault.NETWORK,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        'failed to run machine "g-1", found 2 subnets matching criteria but post-filtering failed',
        Fault.NETWORK,
    ),
    (
        "AWSMachine",
        "InstanceReady",
        "InstanceProvisionFailed",
        "operation error EC2: RunInstances, get identity: failed to refresh cached credentials, no",
        Fault.CREDENTIAL,
    ),
    # Cluster API Provider Azure
    (
        "AzureCluster",
        "NetworkInfrastructureReady",
        "NamespaceNotAllowedByIdentity",
        "",
        Fault.CREDENTIAL,
    ),
    (
        "AzureCluster",
        "ResourceGroupReady",
        "Failed",
        "resource group failed to create or update. err: AADSTS7000215: Invalid client secret",
        Fault.CREDENTIAL,
    ),
    (
        "AzureMachine",
        "VMRunning",
        "Failed",
        "virtualmachine failed to create or update. err: Operation could not be completed as it"
        " results in exceeding approved standardNCASv3_T4Family Cores quota.",
        Fault.QUOTA,
    ),
    (
        "AzureMachine",
        "VMRunning",
        "Failed",
        "SkuNotAvailable: The requested VM size for resource 'Following SKUs have failed for"
        " Capacity Restrictions: Standard_ND96isr_H100_v5' is currently not available",
        Fault.CAPACITY,
    ),
    (
        "AzureMachine",
        "failureMessage",
        "InvalidConfiguration",
        "failed to get SKU X in compute api: resource sku with name 'X' and category"
        " 'virtualMachines' not found in location 'eastus'",
        Fault.SIZE,
    ),
    (
        "AzureMachine",
        "VMRunning",
        "Failed",
        "PlatformImageNotFound: The platform image 'x' is not available",
        Fault.IMAGE,
    ),
    ("AzureMachinePoolMachine", "BootstrapSucceeded", "BootstrapFailed", "", Fault.BOOTSTRAP),
    ("AzureMachine", "VMRunning", "VMCreating", "", Fault.PROGRESS),
    ("AzureCluster", "SubnetsReady", "Failed", "subnets failed to create or update", Fault.NETWORK),
    # Cluster API Provider GCP: its words come in events
    (
        "GCPMachine",
        "",
        "GCPMachineReconcile",
        "Reconcile error - googleapi: Error 503: The zone 'projects/p/zones/us-central1-a' does not"
        " have enough resources available to fulfill the request., ZONE_RESOURCE_POOL_EXHAUSTED",
        Fault.CAPACITY,
    ),
    (
        "GCPMachine",
        "",
        "GCPMachineReconcile",
        "Reconcile error - googleapi: Error 403: Quota 'NVIDIA_H100_GPUS' exceeded. Limit: 0.0",
        Fault.QUOTA,
    ),
    (
        "GCPMachine",
        "",
        "GCPMachineReconcile",
        "Reconcile error - googleapi: Error 403: Required 'compute.instances.create' permission",
        Fault.CREDENTIAL,
    ),
    # Cluster API Provider OpenStack
    (
        "OpenStackCluster",
        "OpenStackAuthenticationSucceeded",
        "OpenStackAuthenticationFailed",
        "Failed to create OpenStack client scope",
        Fault.CREDENTIAL,
    ),
    (
        "OpenStackServer",
        "InstanceReady",
        "InstanceCreateFailed",
        "error creating Openstack instance: Quota exceeded for cores, ram: Requested 16",
        Fault.QUOTA,
    ),
    (
        "OpenStackServer",
        "InstanceReady",
        "InstanceStateError",
        "No valid host was found. There are not enough hosts available.",
        Fault.CAPACITY,
    ),
    (
        "OpenStackServer",
        "InstanceReady",
        "InstanceCreateFailed",
        "no flavors were found: name=gpu.h100",
        Fault.SIZE,
    ),
    (
        "OpenStackServer",
        "InstanceReady",
        "InstanceCreateFailed",
        "no images were found with the given image filter: name=ubuntu",
        Fault.IMAGE,
    ),
    ("OpenStackCluster", "RouterReady", "RouterCreateFailed", "Failed to", Fault.NETWORK),
    ("OpenStackMachine", "InstanceReady", "InstanceDeleted", "unexpectedly", Fault.GONE),
    # Cluster API Provider Metal3 and the baremetal-operator
    (
        "Metal3Machine",
        "AssociateBMH",
        "AssociateBMHFailed",
        "no available host found. Requeuing",
        Fault.HOST,
    ),
    (
        "BareMetalHost",
        "errorMessage",
        "registration error",
        "Failed to get power state: Unauthorized",
        Fault.CREDENTIAL,
    ),
    (
        "BareMetalHost",
        "errorMessage",
        "provisioning error",
        "Image provisioning failed: image checksum does not match",
        Fault.IMAGE,
    ),
    ("BareMetalHost", "errorMessage", "power management error", "no answer", Fault.HOST),
    ("Metal3Machine", "Metal3DataReady", "WaitingForMetal3Data", "", Fault.PROGRESS),
    # Cluster API Provider vSphere
    (
        "VSphereCluster",
        "VCenterAvailable",
        "VCenterUnreachable",
        "ServerFaultCode: Cannot complete login due to an incorrect user name or password.",
        Fault.CREDENTIAL,
    ),
    ("VSphereCluster", "VCenterAvailable", "VCenterUnreachable", "i/o timeout", Fault.NETWORK),
    (
        "VSphereVM",
        "VMProvisioned",
        "CloningFailed",
        'unable to find template by name "ubuntu-2404-kube-v1.36.3"',
        Fault.IMAGE,
    ),
    (
        "VSphereVM",
        "VMProvisioned",
        "TaskFailure",
        "The operation could not be completed: insufficient resources to satisfy configured",
        Fault.CAPACITY,
    ),
    ("VSphereVM", "VMProvisioned", "Cloning", "", Fault.PROGRESS),
    (
        "VSphereVM",
        "PCIDevicesDetached",
        "NotFound",
        "PCI devices removed after VM was powered on",
        Fault.GONE,
    ),
    (
        "VSphereClusterIdentity",
        "CredentialsAvailable",
        "SecretNotAvailable",
        'secrets "vc" not found',
        Fault.CREDENTIAL,
    ),
    # kubeadm and k0s
    (
        "KubeadmConfig",
        "DataSecretAvailable",
        "DataSecretGenerationFailed",
        "failed to resolve file",
        Fault.BOOTSTRAP,
    ),
    (
        "KubeadmConfig",
        "DataSecretAvailable",
        "NotAvailable",
        'Failed to prepare spec.files: failed to resolve file source: secrets "mirror" not found',
        Fault.BOOTSTRAP,
    ),
    (
        "KubeadmConfig",
        "DataSecretAvailable",
        "NotAvailable",
        "Waiting for Cluster control plane to be initialized",
        None,
    ),
    ("KubeadmConfig", "CertificatesAvailable", "InternalError", "Please check", Fault.BOOTSTRAP),
    (
        "KubeadmConfig",
        "CertificatesAvailable",
        "CertificatesCorrupted",
        "missing data",
        Fault.BOOTSTRAP,
    ),
    (
        "RemoteMachine",
        "BootstrapExecSucceeded",
        "InternalError",
        "Check the bootstrap logs for more details",
        Fault.BOOTSTRAP,
    ),
    (
        "RemoteMachine",
        "failureMessage",
        "Failed",
        "failed to provision RemoteMachine: failed to connect to host: connection refused",
        Fault.HOST,
    ),
    (
        "KubeadmConfig",
        "DataSecretAvailable",
        "NotAvailable",
        "Failed to prepare spec.files: failed to resolve file source: secret not found: a/b",
        Fault.BOOTSTRAP,
    ),
    (
        "KubeadmConfig",
        "DataSecretAvailable",
        "NotAvailable",
        "Waiting for Cluster status.infrastructureReady to be true",
        None,
    ),
    # a provider without a table
    ("HCloudMachine", "ServerCreateSucceeded", "ServerTypeNotFound", "unknown type", None),
)


@pytest.mark.parametrize(("kind", "condition", "reason", "message", "fault"), CASES)
def test_a_providers_words_are_understood(
    kind: str, condition: str, reason: str, message: str, fault: Fault | None
) -> None:
    row = meaning(kind, condition, reason, message)
    assert (row.fault if row else None) is fault
    if row is not None:
        assert row.do.endswith(".")


def test_every_table_names_its_source_with_a_version_and_a_file() -> None:
    for provider in PROVIDERS:
        assert " v" in provider.source, provider.name
        assert ".go" in provider.source, provider.name


def test_words_are_searched_in_lower_case_and_without_patterns() -> None:
    for provider in PROVIDERS:
        for row in provider.rows:
            assert row.conditions or row.reasons or row.words, row
            assert all(word == word.lower() and len(word) > 2 for word in row.words)
            assert (row.patience is not None) == (row.fault is Fault.PROGRESS), row


def test_a_message_of_any_length_is_searched_at_its_beginning_only() -> None:
    end = "x" * 100_000 + "InsufficientInstanceCapacity"
    assert meaning("AWSMachine", "InstanceReady", "InstanceProvisionFailed", end) is None
