"""Clusters that a cloud refuses as such, what surrounds them, and how that is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from clusterwright.tools.manifest import Json, Manifest, name_of
from tests.deploy.sandbox.capi.asked import asked, message, told


@dataclass(frozen=True, slots=True)
class RefusedCluster:
    """A cluster, and what its infrastructure says."""

    cluster: Manifest
    condition: str
    """Type=Status/Reason; empty: the original has none for it."""
    words: str

    @property
    def name(self) -> str:
        return name_of(self.cluster)

    def shown(self, infrastructure: Manifest, events: str) -> bool:
        if not self.condition:
            name = f"/{name_of(infrastructure)} "
            return any(name in line and self.words in line for line in events.splitlines())
        kind, _, value = self.condition.partition("=")
        return told(infrastructure).get(kind) == value and self.words in message(
            infrastructure, kind
        )


def _refused(
    name: str, of: str, condition: str, words: str, variables: Mapping[str, Json]
) -> RefusedCluster:
    return RefusedCluster(asked(name, of, variables=variables), condition, words)


def _identity(kind: str, version: str, name: str, spec: Manifest) -> Manifest:
    namespace = {} if kind.startswith("AWS") else {"namespace": "default"}
    return {
        "apiVersion": f"infrastructure.cluster.x-k8s.io/{version}",
        "kind": kind,
        "metadata": {"name": name, **namespace},
        "spec": spec,
    }


def _secret(namespace: str, name: str, data: Mapping[str, str]) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(data)}


_KEY = {"AccessKeyID": "simulated", "SecretAccessKey": "revoked"}
_CLOUDS = "clouds: {openstack: {auth: {auth_url: 'https://keystone.test/v3', password: revoked}}}"
OBJECTS: tuple[Manifest, ...] = (
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "capa-system"}},
    _secret("capa-system", "revoked", _KEY),
    _secret("default", "revoked", {"clientSecret": "revoked", "credentials": "revoked"}),
    _secret("default", "revoked-clouds", {"clouds.yaml": _CLOUDS}),
    _secret("default", "revoked-vcenter", {"username": "someone", "password": "revoked"}),
    _identity(
        "AWSClusterStaticIdentity",
        "v1beta2",
        "others",
        {"secretRef": "revoked", "allowedNamespaces": {"list": ["others"]}},
    ),
    _identity(
        "AWSClusterStaticIdentity",
        "v1beta2",
        "revoked",
        {"secretRef": "revoked", "allowedNamespaces": {}},
    ),
    _identity(
        "AWSClusterRoleIdentity",
        "v1beta2",
        "revoked",
        {"roleARN": "arn:aws:iam::000000000000:role/revoked", "allowedNamespaces": {}},
    ),
    _identity(
        "AzureClusterIdentity", "v1beta1", "others", {"allowedNamespaces": {"list": ["others"]}}
    ),
    _identity(
        "AzureClusterIdentity",
        "v1beta1",
        "revoked",
        {
            "type": "ServicePrincipal",
            "tenantID": "tenant",
            "clientID": "client",
            "clientSecret": {"name": "revoked", "namespace": "default"},
            "allowedNamespaces": {},
        },
    ),
)
_ROLE = "AWSClusterRoleIdentity"
_UNREACHABLE = "VCenterAvailable=False/VCenterUnreachable"
_UNAUTHENTICATED = "OpenStackAuthenticationSucceeded=False/OpenStackAuthenticationFailed"
REFUSED = (
    _refused(
        "aws-missing",
        "aws-gpu",
        "PrincipalCredentialRetrieved=False/PrincipalCredentialRetrievalFailed",
        '"gone" not found',
        {"identityName": "gone"},
    ),
    _refused(
        "aws-others",
        "aws-gpu",
        "PrincipalUsageAllowed=False/PrincipalUsageUnauthorized",
        "Namespace is not permitted to use AWSClusterStaticIdentity: others",
        {"identityName": "others"},
    ),
    _refused(
        "aws-revoked",
        "aws-gpu",
        "VpcReady=False/VpcReconciliationFailed",
        "AuthFailure",
        {"identityName": "revoked"},
    ),
    _refused(
        "aws-role",
        "aws-gpu",
        "PrincipalCredentialRetrieved=Unknown/CredentialProviderBuildFailed",
        "is not authorized to perform: sts:AssumeRole",
        {"identityName": "revoked", "identityKind": _ROLE},
    ),
    _refused(
        "aws-network",
        "aws-gpu",
        "VpcReady=False/VpcReconciliationFailed",
        'could not find vpc "vpc-0gone"',
        {"vpcID": "vpc-0gone"},
    ),
    _refused(
        "azure-missing",
        "azure-gpu",
        "",
        "failed to retrieve AzureClusterIdentity external object",
        {"identityName": "gone"},
    ),
    _refused(
        "azure-others",
        "azure-gpu",
        "NetworkInfrastructureReady=False/NamespaceNotAllowedByIdentity",
        "",
        {"identityName": "others"},
    ),
    _refused(
        "azure-revoked",
        "azure-gpu",
        "NetworkInfrastructureReady=False/Failed",
        "AADSTS7000215",
        {"identityName": "revoked"},
    ),
    _refused(
        "os-missing", "openstack-gpu", _UNAUTHENTICATED, '"gone" not found', {"credentials": "gone"}
    ),
    _refused(
        "os-revoked",
        "openstack-gpu",
        _UNAUTHENTICATED,
        "Unauthorized",
        {"credentials": "revoked-clouds"},
    ),
    _refused(
        "os-network",
        "openstack-gpu",
        "NetworkReady=False/OpenStackError",
        "Failed to find network",
        {"network": "gone"},
    ),
    _refused(
        "os-outside",
        "openstack-gpu",
        "NetworkReady=False/NetworkCreateFailed",
        "Failed to reconcile external network",
        {"externalNetwork": "gone"},
    ),
    _refused(
        "vs-missing", "vsphere-gpu", _UNREACHABLE, '"gone" not found', {"credentials": "gone"}
    ),
    _refused(
        "vs-revoked",
        "vsphere-gpu",
        _UNREACHABLE,
        "Cannot complete login",
        {"credentials": "revoked-vcenter"},
    ),
    _refused("vs-server", "vsphere-gpu", _UNREACHABLE, "no such host", {"server": "gone.example"}),
)
