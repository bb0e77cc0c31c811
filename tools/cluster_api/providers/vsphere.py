"""Cluster API Provider vSphere: what its conditions and vCenter's words mean."""

from datetime import timedelta

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

VSPHERE = Provider(
    "Cluster API Provider vSphere",
    ("VSphere",),
    "kubernetes-sigs/cluster-api-provider-vsphere v1.17.0-rc.2,"
    " api/govmomi/v1beta1/condition_consts.go, api/govmomi/v1beta2/*_types.go,"
    " pkg/services/govmomi/service.go, pkg/services/govmomi/vcenter/clone.go,"
    " pkg/services/govmomi/template/template.go; words of vCenter: vSphere Web Services API, faults"
    " InvalidLogin, NoPermission, InsufficientResourcesFault",
    (
        Row(
            Fault.CREDENTIAL,
            "Correct the Secret or VSphereClusterIdentity that the VSphereCluster names.",
            reasons=any_of("SecretNotAvailable", "SecretInUse", "SecretAlreadyInUse"),
            whole=True,
        ),
        Row(
            Fault.CREDENTIAL,
            "Correct the Secret or VSphereClusterIdentity that the VSphereCluster names.",
            words=(
                "incorrect user name or password",
                "invalidlogin",
                "permission to perform this operation was denied",
                "nopermission",
                "notauthenticated",
            ),
            whole=True,
        ),
        Row(
            Fault.IMAGE,
            "Upload the template that the message names, or name one that exists.",
            words=("unable to find template",),
        ),
        Row(
            Fault.CAPACITY,
            "Free resources, or name another resource pool, host or datastore.",
            words=(
                "insufficient resources",
                "insufficient disk space",
                "insufficientresourcesfault",
                "no host is compatible",
                "no compatible datastores found",
                "nocompatiblehost",
            ),
        ),
        Row(
            Fault.NETWORK,
            "See the network that the message names, and that vCenter can be reached.",
            reasons=any_of("VCenterUnreachable", "IPAddressInvalid", "IPAddressClaimNotFound"),
        ),
        Row(
            Fault.NETWORK,
            "Name a network that exists in this datacenter.",
            words=("unable to find network",),
        ),
        Row(
            Fault.SIZE,
            "Name a folder, resource pool, datastore and storage policy that exist.",
            words=(
                "unable to get folder",
                "unable to get resource pool",
                "unable to get datastore",
                "unable to get storageprofileid",
                "unable to get default datastore",
            ),
        ),
        Row(
            Fault.GONE,
            "Find who deleted the VM; delete the Machine to have a new one.",
            reasons=any_of("NotFoundByBIOSUUID"),
        ),
        Row(
            Fault.GONE,
            "Find who took PCI devices (GPUs) off the VM; delete the Machine to have a new one.",
            conditions=any_of("PCIDevicesDetached"),  # set on a VM that runs without them
        ),
        Row(
            Fault.PROGRESS,
            "See whether the address pool of the machine has addresses left.",
            reasons=any_of("WaitingForIPAddress", "IPAddressClaimsBeingCreated"),
            patience=timedelta(minutes=10),
        ),
        Row(
            Fault.PROGRESS,
            "See the VM's task and console in vCenter.",
            reasons=any_of("Cloning", "WaitingForClone", "PoweringOn", "Provisioning"),
            patience=timedelta(minutes=20),
        ),
    ),
)
