"""Cluster API Provider AWS: what its conditions and the EC2 API's error codes mean."""

from datetime import timedelta

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

_OTHER_PLACE = "Ask for another availability zone, region or size; or reserve capacity."
AWS = Provider(
    "Cluster API Provider AWS",
    ("AWS", "EKSConfig", "Nodeadm", "ROSA"),
    "kubernetes-sigs/cluster-api-provider-aws v2.11.1, api/v1beta2/conditions_consts.go,"
    " pkg/cloud/awserrors/errors.go, pkg/cloud/scope/session.go, pkg/cloud/services/ec2/ami.go"
    " and instances.go, controllers/awsmachine_controller.go; words of the credential cache of"
    " aws-sdk-go-v2; error codes: EC2 API reference, 'Error codes for the Amazon EC2 API'",
    (
        Row(
            Fault.CREDENTIAL,
            "Correct the identity that the AWSCluster names (spec.identityRef), or what it may do.",
            conditions=any_of("PrincipalCredentialRetrieved"),
            whole=True,
        ),
        Row(
            Fault.CREDENTIAL,
            "Let the identity be used in this namespace: its spec.allowedNamespaces.",
            conditions=any_of("PrincipalUsageAllowed"),
            whole=True,
        ),
        Row(
            Fault.CREDENTIAL,
            "Let the identity pass the instance profile of this pool (iam:PassRole).",
            words=("iam:passrole", "invalid iam instance profile"),
        ),
        Row(
            Fault.CREDENTIAL,
            "Correct the identity that the AWSCluster names (spec.identityRef), or what it may do.",
            words=(
                "authfailure",
                "unauthorizedoperation",
                "accessdenied",
                "invalidclienttokenid",
                "invalidaccesskeyid",
                "signaturedoesnotmatch",
                "unrecognizedclientexception",
                "nocredentialproviders",
                "expiredtoken",
                "failed to retrieve credentials",
                "failed to refresh cached credentials",
            ),
            whole=True,
        ),
        Row(
            Fault.CAPACITY,
            _OTHER_PLACE,
            words=(
                "insufficientinstancecapacity",
                "insufficienthostcapacity",
                "insufficientreservedinstancecapacity",
                "insufficientcapacity",
                "spotmaxpricetoolow",
            ),
        ),
        Row(
            Fault.QUOTA,
            "Have the quota that the message names raised, or use less of it.",
            words=(
                "vcpulimitexceeded",
                "instancelimitexceeded",
                "maxspotinstancecountexceeded",
                "vpclimitexceeded",
                "addresslimitexceeded",
                "natgatewaylimitexceeded",
                "internetgatewaylimitexceeded",
                "subnetlimitexceeded",
                "securitygrouplimitexceeded",
                "toomanyloadbalancers",
                "volumelimitexceeded",
            ),
        ),
        Row(
            Fault.IMAGE,
            "Name an AMI that exists in this region for this Kubernetes version (spec.ami or"
            " spec.imageLookup*).",
            words=("invalidamiid", "found no amis", "failed to find ami", "no images returned"),
        ),
        Row(
            Fault.SIZE,
            "Name an instance type that this region and zone offer.",
            words=(
                "for instancetype",
                "invalidinstancetype",
                "instance type does not exist",
                "requested instance type is not supported",
                "requested configuration is currently not supported",
                "unsupported: your requested instance type",
            ),
        ),
        Row(
            Fault.NETWORK,
            "See the subnet, security group or address that the message names.",
            words=(
                "invalidsubnet",
                "invalidgroup.notfound",
                "insufficientfreeaddressesinsubnet",
                "no subnets available",
                "no public subnets available",
                "post-filtering failed",
            ),
        ),
        Row(
            Fault.PROGRESS,
            "See the instance's console: it is not running yet.",
            reasons=any_of("InstanceNotReady", "InstanceProvisionStarted", "VpcCreationStarted"),
            patience=timedelta(minutes=15),
        ),
        Row(
            Fault.PROGRESS,
            "See the auto scaling group: its instance refresh before this one has not ended.",
            reasons=any_of("InstanceRefreshNotReady"),
            patience=timedelta(hours=2),
        ),
        Row(
            Fault.GONE,
            "Find who stopped or terminated the instance; delete the Machine to have a new one.",
            reasons=any_of("InstanceTerminated", "InstanceStopped", "InstanceNotFound"),
        ),
        Row(
            Fault.PROGRESS,
            "See the load balancer's DNS name: it does not resolve yet.",
            reasons=any_of("WaitForDNSName", "WaitForDNSNameResolve"),
            patience=timedelta(minutes=15),
        ),
        Row(
            Fault.NETWORK,
            "See the load balancer that the message names.",
            conditions=any_of("LoadBalancerReady", "ELBAttached"),
            reasons=any_of("LoadBalancerFailed", "ELBAttachFailed"),
        ),
        Row(
            Fault.NETWORK,
            "See the part of the network that the message names, in the VPC of the cluster.",
            reasons=any_of(
                "VpcReconciliationFailed",
                "SubnetsReconciliationFailed",
                "InternetGatewayFailed",
                "EgressOnlyInternetGatewayFailed",
                "CarrierGatewayFailed",
                "NatGatewaysReconciliationFailed",
                "RouteTableReconciliationFailed",
                "VpcEndpointsReconciliationFailed",
                "SecondaryCidrReconciliationFailed",
                "SecurityGroupReconciliationFailed",
                "SecurityGroupsSyncFailed",
                "BastionHostFailed",
            ),
        ),
    ),
)
