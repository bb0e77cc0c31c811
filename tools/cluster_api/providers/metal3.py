"""Cluster API Provider Metal3 and its BareMetalHosts: what conditions and error types mean."""

from datetime import timedelta

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

METAL3 = Provider(
    "Cluster API Provider Metal3",
    ("Metal3", "BareMetalHost"),
    "metal3-io/cluster-api-provider-metal3 v1.14.0-rc.0, api/v1beta1/condition_consts.go,"
    " api/v1beta2/metal3machine_types.go, baremetal/metal3machine_manager.go (Associate);"
    " metal3-io/baremetal-operator v0.14.0-rc.0, apis/metal3.io/v1alpha1/baremetalhost_types.go"
    " (ErrorType)",
    (
        Row(
            Fault.HOST,
            "Register another BareMetalHost that fits the hostSelector, or free one.",
            words=("no available host found",),
        ),
        Row(
            Fault.IMAGE,
            "See the URL and checksum of the image that the machine's template names.",
            reasons=any_of("provisioning error"),
            words=("image", "checksum", "download"),
        ),
        Row(
            Fault.CREDENTIAL,
            "Correct the BMC's Secret or address on the BareMetalHost.",
            reasons=any_of("registration error", "provisioned registration error"),
            words=("credentials", "unauthorized", "401", "authentication", "access denied"),
        ),
        Row(
            Fault.HOST,
            "See the BareMetalHost: its BMC, its power, and what Ironic says.",
            reasons=any_of(
                "registration error",
                "provisioned registration error",
                "inspection error",
                "preparation error",
                "provisioning error",
                "power management error",
                "detach error",
                "servicing error",
            ),
        ),
        Row(
            Fault.NETWORK,
            "Name a control plane endpoint that is valid in the Metal3Cluster.",
            reasons=any_of("ControlPlaneEndpointFailed"),
        ),
        Row(
            Fault.BOOTSTRAP,
            "See the Metal3DataTemplate, and the IP pools that it names.",
            reasons=any_of(
                "AssociateM3MetaDataFailed",
                "AssociateMetal3MachineMetaDataFailed",
                "DisassociateM3MetaDataFailed",
            ),
        ),
        Row(
            Fault.PROGRESS,
            "See the Metal3Data of the machine, and whether its IP pools have addresses left.",
            reasons=any_of("WaitingForMetal3Data"),
            patience=timedelta(minutes=10),
        ),
        Row(
            Fault.GONE,
            "Find out who removed the BareMetalHost of the machine.",
            reasons=any_of("MissingBMH"),
        ),
        Row(
            Fault.HOST,
            "See why no BareMetalHost could be taken.",
            reasons=any_of("AssociateBMHFailed", "AssociateBareMetalHostFailed"),
        ),
    ),
)
