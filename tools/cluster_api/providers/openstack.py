"""Cluster API Provider OpenStack: what its conditions and the words of Nova and Neutron mean."""

from datetime import timedelta

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

OPENSTACK = Provider(
    "Cluster API Provider OpenStack",
    ("OpenStack",),
    "kubernetes-sigs/cluster-api-provider-openstack v0.15.0-beta.0,"
    " api/v1beta2/conditions_consts.go, pkg/scope/provider.go,"
    " pkg/cloud/services/compute/instance.go, controllers/openstackserver_controller.go; words of"
    " Nova: openstack/nova, nova/exception.py",
    (
        Row(
            Fault.CREDENTIAL,
            "Correct the clouds.yaml Secret or OpenStackClusterIdentity of spec.identityRef.",
            reasons=any_of("OpenStackAuthenticationFailed"),
            whole=True,
        ),
        Row(
            Fault.CREDENTIAL,
            "Correct the clouds.yaml Secret or OpenStackClusterIdentity of spec.identityRef.",
            words=(
                "authentication failed",
                "authentication err",
                "auth option failed",
                "the request you have made requires authentication",
                "unable to get identityref",
                "did not contain key",
                "policy doesn't allow",
            ),
            whole=True,
        ),
        Row(
            Fault.QUOTA,
            "Have the project's quota that the message names raised.",
            words=("quota exceeded", "quota_exceeded", "overquota", "exceeded for resources"),
        ),
        Row(
            Fault.CAPACITY,
            "Ask for another availability zone or flavor: no host has room for it.",
            words=("no valid host was found", "not enough hosts available", "novalidhost"),
        ),
        Row(
            Fault.IMAGE,
            "Name an image that exists in this project (spec.image).",
            words=(
                "no images were found",
                "too many images were found",
                "image id, filter, and reference are all nil",
                "imagenotfound",
                "image not found",
            ),
        ),
        Row(
            Fault.SIZE,
            "Name a flavor that exists (spec.flavor).",
            words=("no flavors were found", "flavor could not be found", "flavornotfound"),
        ),
        Row(
            Fault.NETWORK,
            "See the network, port or floating IP that the message names.",
            reasons=any_of(
                "NetworkCreateFailed",
                "SubnetCreateFailed",
                "RouterCreateFailed",
                "SecurityGroupCreateFailed",
                "APIEndpointConfigFailed",
                "FloatingIPError",
                "LoadBalancerMemberError",
                "PortCreateFailed",
                "UnableToFindFloatingIPNetwork",
            ),
        ),
        Row(
            Fault.NETWORK,
            "See the network, subnet or port that the message names.",
            words=(
                "no network configured",
                "creating ports",
                "failed to find network",
                "failed to find router",
                "failed to reconcile external network",
            ),
        ),
        Row(
            Fault.GONE,
            "Find who deleted the server; delete the Machine to have a new one.",
            reasons=any_of("InstanceDeleted", "InstanceNotFound"),
        ),
        Row(
            Fault.PROGRESS,
            "See the server's state and console in the project.",
            reasons=any_of("InstanceNotReady"),
            patience=timedelta(minutes=15),
        ),
    ),
)
