"""The kinds of k0rdent, and of Flux as far as it uses them (k0rdent/kcm, api/v1beta1)."""

GROUP, HELM = "k0rdent.mirantis.com", "helm.toolkit.fluxcd.io"
DEPLOYMENT = f"ClusterDeployment.{GROUP}"
TEMPLATE, SERVICE_TEMPLATE = f"ClusterTemplate.{GROUP}", f"ServiceTemplate.{GROUP}"
PROVIDER_TEMPLATE = f"ProviderTemplate.{GROUP}"
CHAIN, SERVICE_CHAIN = f"ClusterTemplateChain.{GROUP}", f"ServiceTemplateChain.{GROUP}"
MULTI_CLUSTER_SERVICE, SERVICE_SET = f"MultiClusterService.{GROUP}", f"ServiceSet.{GROUP}"
CREDENTIAL, MANAGEMENT = f"Credential.{GROUP}", f"Management.{GROUP}"
PROVIDER_INTERFACE = f"ProviderInterface.{GROUP}"
RELEASE = f"HelmRelease.{HELM}"
RELEASE_NAME = f"{HELM}/name"
"""The label with the name of the release that made something (fluxcd/helm-controller)."""
KINDS = (
    DEPLOYMENT,
    TEMPLATE,
    SERVICE_TEMPLATE,
    PROVIDER_TEMPLATE,
    CHAIN,
    SERVICE_CHAIN,
    MULTI_CLUSTER_SERVICE,
    SERVICE_SET,
    CREDENTIAL,
    MANAGEMENT,
)
MADE_FROM = (TEMPLATE, CHAIN, DEPLOYMENT, CREDENTIAL, MANAGEMENT, PROVIDER_INTERFACE)
"""What tells what clusters can be made from, and with what."""
SYSTEM = "kcm-system"
"""Where k0rdent runs, unless it was installed otherwise: the templates of a MultiClusterService."""
