"""Cluster API Provider GCP: its machines say little in conditions; the cloud's words are in events.

A GCPMachine has no condition of its own: an error of the Compute Engine API is an event
`GCPMachineReconcile` on it, and an instance in a state that it should not have is a
`failureMessage`.
"""

from datetime import timedelta

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

GCP = Provider(
    "Cluster API Provider GCP",
    ("GCP",),
    "kubernetes-sigs/cluster-api-provider-gcp v1.12.0, api/v1beta1/conditions_consts.go,"
    " exp/api/v1beta1/conditions_consts.go, controllers/gcpmachine_controller.go,"
    " controllers/gcpcluster_controller.go; error codes: Compute Engine, 'Troubleshooting VM"
    " creation' and 'Troubleshooting resource availability'",
    (
        Row(
            Fault.CREDENTIAL,
            "Correct the service account's key or its roles in the project.",
            words=(
                "invalid_grant",
                "permission_denied",
                "required 'compute.",
                'required "compute.',
                "could not find default credentials",
                "api has not been used in project",
                "accessnotconfigured",
            ),
            whole=True,
        ),
        Row(
            Fault.CAPACITY,
            "Ask for another zone, region or machine type; or reserve capacity.",
            words=(
                "resource_pool_exhausted",
                "does not have enough resources available",
                "insufficientcapacity",
                "resource_availability",
            ),
        ),
        Row(
            Fault.QUOTA,
            "Have the quota that the message names raised for this project and region.",
            words=("quota_exceeded", "quotaexceeded", "quota '"),
        ),
        Row(
            Fault.SIZE,
            "Name a machine type and accelerators that this zone offers.",
            words=(
                "machinetypes/",
                "machine type with name",
                "acceleratortypes/",
                "unsupported_operation",
            ),
        ),
        Row(
            Fault.IMAGE,
            "Name an image or image family that exists and may be used in this project.",
            words=("/images/", "was not found in image family"),
        ),
        Row(
            Fault.NETWORK,
            "See the network, subnetwork or address that the message names.",
            words=("/subnetworks/", "/networks/", "ip_space_exhausted", "ip_in_use"),
        ),
        Row(
            Fault.PROGRESS,
            "See the operation in the project.",
            reasons=any_of(
                "GKEControlPlaneCreating",
                "GKEControlPlaneCreated",
                "GKEControlPlaneUpdated",
                "GKEMachinePoolCreating",
                "GKEMachinePoolCreated",
                "GKEMachinePoolUpdated",
                "GKEControlPlaneRequiresAtLeastOneNodePool",
                "ManagedInstanceGroupDeletionInProgress",
            ),
            patience=timedelta(minutes=30),
        ),
    ),
)
