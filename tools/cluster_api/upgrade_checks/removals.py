"""API versions of Kubernetes that a release no longer serves.

Sources: k8s.io/api v0.36.3, APILifecycleRemoved in each zz_generated.prerelease-lifecycle.go (which
says of releases to come what is planned); for kinds that are no longer compiled, and those of
other modules, the Kubernetes documentation, "Deprecated API Migration Guide". Kinds that are never
stored (reviews, evictions) are left out: the metric of the API server tells of these.
"""

from dataclasses import dataclass

_TABLE: dict[int, dict[str, str]] = {
    22: {
        "admissionregistration.k8s.io/v1beta1": "MutatingWebhookConfiguration "
        "ValidatingWebhookConfiguration",
        "apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
        "apiregistration.k8s.io/v1beta1": "APIService",
        "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
        "coordination.k8s.io/v1beta1": "Lease",
        "extensions/v1beta1": "Ingress",
        "networking.k8s.io/v1beta1": "Ingress IngressClass",
        "rbac.authorization.k8s.io/v1beta1": "ClusterRole ClusterRoleBinding Role RoleBinding",
        "scheduling.k8s.io/v1beta1": "PriorityClass",
        "storage.k8s.io/v1beta1": "CSIDriver CSINode StorageClass VolumeAttachment",
    },
    24: {
        "storage.k8s.io/v1alpha1": "CSIStorageCapacity VolumeAttachment",
    },
    25: {
        "autoscaling/v2beta1": "HorizontalPodAutoscaler",
        "batch/v1beta1": "CronJob",
        "discovery.k8s.io/v1beta1": "EndpointSlice",
        "events.k8s.io/v1beta1": "Event",
        "node.k8s.io/v1beta1": "RuntimeClass",
        "policy/v1beta1": "PodDisruptionBudget PodSecurityPolicy",
    },
    26: {
        "autoscaling/v2beta2": "HorizontalPodAutoscaler",
        "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
    },
    27: {
        "storage.k8s.io/v1beta1": "CSIStorageCapacity",
    },
    29: {
        "flowcontrol.apiserver.k8s.io/v1beta2": "FlowSchema PriorityLevelConfiguration",
    },
    32: {
        "admissionregistration.k8s.io/v1alpha1": "ValidatingAdmissionPolicy "
        "ValidatingAdmissionPolicyBinding",
        "flowcontrol.apiserver.k8s.io/v1beta3": "FlowSchema PriorityLevelConfiguration",
    },
    34: {
        "admissionregistration.k8s.io/v1beta1": "ValidatingAdmissionPolicy "
        "ValidatingAdmissionPolicyBinding",
    },
    35: {
        "storage.k8s.io/v1alpha1": "VolumeAttributesClass",
    },
    37: {
        "certificates.k8s.io/v1alpha1": "ClusterTrustBundle",
        "networking.k8s.io/v1beta1": "IPAddress ServiceCIDR",
        "storage.k8s.io/v1beta1": "VolumeAttributesClass",
    },
    38: {
        "admissionregistration.k8s.io/v1alpha1": "MutatingAdmissionPolicy "
        "MutatingAdmissionPolicyBinding",
        "coordination.k8s.io/v1alpha2": "LeaseCandidate",
        "resource.k8s.io/v1beta1": "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
    },
    39: {
        "coordination.k8s.io/v1beta1": "LeaseCandidate",
        "resource.k8s.io/v1alpha3": "DeviceTaintRule",
        "resource.k8s.io/v1beta2": "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
    },
    40: {
        "admissionregistration.k8s.io/v1beta1": "MutatingAdmissionPolicy "
        "MutatingAdmissionPolicyBinding",
        "certificates.k8s.io/v1beta1": "ClusterTrustBundle",
    },
    41: {
        "certificates.k8s.io/v1beta1": "PodCertificateRequest",
        "storagemigration.k8s.io/v1beta1": "StorageVersionMigration",
    },
    42: {
        "resource.k8s.io/v1alpha3": "ResourcePoolStatusRequest",
        "resource.k8s.io/v1beta2": "DeviceTaintRule",
    },
}
"""By minor of Kubernetes 1.x: what it no longer serves, group/version with the kinds."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A group and version of which a minor release no longer serves some kinds."""

    minor: int
    group: str
    version: str
    kinds: tuple[str, ...]

    @property
    def api_version(self) -> str:
        """As objects carry it."""
        return f"{self.group}/{self.version}"


def removed(after: int, until: int) -> tuple[Removal, ...]:
    """Return what stops being served after one minor of Kubernetes 1.x, until another."""
    return tuple(
        Removal(minor, api.partition("/")[0], api.partition("/")[2], tuple(kinds.split()))
        for minor, apis in _TABLE.items()
        if after < minor <= until
        for api, kinds in apis.items()
    )
