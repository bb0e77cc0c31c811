"""Cluster API Provider Azure: what its conditions and Azure's error codes mean."""

from datetime import timedelta

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

AZURE = Provider(
    "Cluster API Provider Azure",
    ("Azure",),
    "kubernetes-sigs/cluster-api-provider-azure v1.26.0, api/v1beta1/consts.go,"
    " azure/scope/machine.go (UpdatePutStatus), azure/scope/identity.go, controllers/helpers.go,"
    " azure/services/resourceskus/cache.go, azure/scope/machinepoolmachine.go; error codes: Azure"
    " Resource Manager, 'Troubleshoot common Azure deployment errors'",
    (
        Row(
            Fault.CREDENTIAL,
            "Correct the AzureClusterIdentity of the AzureCluster, or its role assignments.",
            words=(
                "aadsts",
                "authorizationfailed",
                "linkedauthorizationfailed",
                "invalidauthenticationtoken",
                "authenticationfailed",
                "invalid_client",
                "unauthorized_client",
                "does not have authorization to perform action",
                "failed to create credential",
                "failed to retrieve azureclusteridentity",
                "subscriptionnotfound",
            ),
            whole=True,
        ),
        Row(
            Fault.CREDENTIAL,
            "Let the identity be used in this namespace: its spec.allowedNamespaces.",
            reasons=any_of("NamespaceNotAllowedByIdentity"),
            whole=True,
        ),
        Row(
            Fault.CREDENTIAL,
            "Create the user-assigned identity that the machine's template names.",
            reasons=any_of("UserAssignedIdentityMissing"),
        ),
        Row(
            Fault.QUOTA,
            "Have the quota that the message names raised for this subscription and region.",
            words=(
                "quotaexceeded",
                "cores quota",
                "exceeding approved",
                "publicipcountlimitreached",
                "resourcequotaexceeded",
                "maxstorageaccountscountpersubscriptionexceeded",
            ),
        ),
        Row(
            Fault.SIZE,
            "Name a VM size that exists in this location.",
            words=(
                "resource sku with name",
                "vm size should be",
                "is not supported for vm type",
                "does not support ephemeral os",
                "does not support confidential computing",
                "does not support ultra disks",
            ),
        ),
        Row(
            Fault.CAPACITY,
            "Ask for another zone, region or size.",
            words=(
                "skunotavailable",
                "capacity restrictions",
                "zonalallocationfailed",
                "allocationfailed",
                "overconstrainedallocationrequest",
                "overconstrainedzonalallocationrequest",
            ),
        ),
        Row(
            Fault.IMAGE,
            "Name an image that exists and may be used in this location (spec.image).",
            words=(
                "platformimagenotfound",
                "imagenotfound",
                "galleryimagenotfound",
                "marketplacepurchaseeligibilityfailed",
                "resourcepurchasevalidationfailed",
                "image was not found",
            ),
        ),
        Row(
            Fault.BOOTSTRAP,
            "Read the boot diagnostics and cloud-init's log on the machine.",
            reasons=any_of("BootstrapFailed"),
        ),
        Row(
            Fault.PROGRESS,
            "See the operation in Azure's activity log.",
            reasons=any_of(
                "VMCreating",
                "VMUpdating",
                "Updating",
                "BootstrapInProgress",
                "ScaleSetCreating",
                "ScaleSetUpdating",
                "ScaleSetScalingUp",
                "ScaleSetScalingDown",
                "ScaleSetModelOutOfDate",
            ),
            patience=timedelta(minutes=20),
        ),
        Row(
            Fault.PROGRESS,
            "Nothing: it is being removed.",
            reasons=any_of("VMDeleting", "ScaleSetDeleting", "Deleting", "Deleted"),
            patience=timedelta(hours=1),
        ),
        Row(
            Fault.NETWORK,
            "See the part of the network that the condition names.",
            conditions=any_of(
                "NetworkInfrastructureReady",
                "VNetReady",
                "VnetPeeringReady",
                "SecurityGroupsReady",
                "RouteTablesReady",
                "PublicIPsReady",
                "NATGatewaysReady",
                "SubnetsReady",
                "LoadBalancersReady",
                "PrivateDNSZoneReady",
                "PrivateDNSLinkReady",
                "PrivateDNSRecordReady",
                "BastionHostReady",
                "InboundNATRulesReady",
                "NetworkInterfacesReady",
                "PrivateEndpointsReady",
            ),
            reasons=any_of("Failed"),
        ),
    ),
)
