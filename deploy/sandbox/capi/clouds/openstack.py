"""A simulated OpenStack: flavors, one small region, the words of CAPO v0.15.

Conditions and reasons: kubernetes-sigs/cluster-api-provider-openstack, api/v1beta2/
conditions_consts.go; where they are told: controllers/openstack{cluster,machine,server}_
controller.go, pkg/scope/provider.go, pkg/cloud/services/compute/instance.go. Texts of Nova and
Neutron as the services answer; their spelling is that of gophercloud's ErrUnexpectedResponseCode.
"""

from collections.abc import Sequence

import yaml

from clusterwright.deploy.sandbox.capi.clouds.cloud import (
    REVOKED,
    Asked,
    Cloud,
    Refusal,
    Step,
    uuid_of,
)
from clusterwright.deploy.sandbox.capi.clouds.hardware import A100, H100, T4, Size, exceeded
from clusterwright.deploy.sandbox.capi.clouds.identity import secret_text
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import Json, items, mapping, name_of, text

REGIONS = ("RegionOne", "RegionTwo")
SIZES = {
    "m1.large": Size("4", "8Gi", quota="cores"),
    "g1.xlarge.t4": Size("8", "32Gi", 1, T4, quota="cores"),
    "g2.8xlarge.a100": Size("64", "512Gi", 4, A100, ("RegionOne",), "cores"),
    "g3.16xlarge.h100": Size("128", "1024Gi", 8, H100, ("RegionOne",), "cores"),
}
QUOTAS = {"RegionOne": {"cores": 512}, "RegionTwo": {"cores": 80}}
"""Cores of the project."""
NETWORKS = ("tenant-network",)
EXTERNAL_NETWORKS = ("public",)
IMAGES = ("ubuntu-2404-kube",)
"""What filters by name find."""


def _region(asked: Asked) -> str:
    return text(asked.cluster, "spec", "identityRef", "region")


def _flavor(asked: Asked) -> str:
    return text(asked.machine, "spec", "flavor", "filter", "name")


def _needs(asked: Asked) -> dict[str, int]:
    size = SIZES.get(_flavor(asked))
    return {size.quota: int(size.cpu)} if size else {}


def _refuses_cluster(asked: Asked) -> Refusal | None:
    return _identity(asked) or _network(asked)


def _identity(asked: Asked) -> Refusal | None:
    reference = mapping(asked.cluster, "spec", "identityRef")
    name, cloud = text(reference, "name"), text(reference, "cloudName")
    secret = asked.find("v1", "Secret", asked.namespace, name) if name else {}
    if not secret:
        return _no_client(f'secrets "{name}" not found')
    clouds = secret_text(secret, "clouds.yaml")
    if not clouds:
        return _no_client(f"OpenStack credentials secret {name} did not contain key clouds.yaml")
    found: Json = mapping(_yaml(clouds), "clouds", cloud)
    if REVOKED in str(found):
        url = text(found, "auth", "auth_url")
        said = (
            f"Expected HTTP response code [200 201] when accessing [POST {url}/auth/tokens], but"
            ' got 401 instead: {"error":{"code":401,"message":"The request you have made requires'
            ' authentication.","title":"Unauthorized"}}'
        )
        return _no_client(f"providerClient authentication err: {said}")
    return None


def _yaml(spelled: str) -> Json:
    try:
        return yaml.safe_load(spelled)
    except yaml.YAMLError:
        return {}


def _no_client(message: str) -> Refusal:
    told = f"Failed to create OpenStack client scope: {message}"
    step, reason = "OpenStackAuthenticationSucceeded", "OpenStackAuthenticationFailed"
    return Refusal(step, reason, told)


def _network(asked: Asked) -> Refusal | None:
    external = text(asked.cluster, "spec", "externalNetwork", "filter", "name")
    if external and external not in EXTERNAL_NETWORKS:
        cause = "failed to get external network: filter matched no resources"
        message = f"Failed to reconcile external network: {cause}"
        return _no_network("NetworkCreateFailed", message)
    network = text(asked.cluster, "spec", "network", "filter", "name")
    managed = items(asked.cluster, "spec", "managedSubnets")
    if network and not managed and network not in NETWORKS:
        message = "Failed to find network: filter matched no resources"
        return _no_network("OpenStackError", message)
    return None


def _no_network(reason: str, message: str) -> Refusal:
    ready = Refusal("Ready", "OpenStackError", message[0].lower() + message[1:])
    return Refusal("NetworkReady", reason, message, also=(ready,))


def _refuses_machine(asked: Asked) -> Refusal | None:
    flavor, region = _flavor(asked), _region(asked)
    image = text(asked.machine, "spec", "image", "filter", "name")
    size = SIZES.get(flavor)
    if image not in IMAGES:
        missing = f"no images were found with the given image filter: name={image}, tags=[]"
        return _unresolved(missing)
    if size is None:
        return _unresolved(f"no flavors were found: name={flavor}")
    for port in items(asked.machine, "spec", "ports"):
        network = text(port, "network", "filter", "name")
        if network and network not in NETWORKS:
            return _unresolved("filter matched no resources")
    limits, needs = QUOTAS.get(region, {}), _needs(asked)
    if exceeded(limits, asked.used, needs):
        return _over_quota(asked, size, limits["cores"])
    if size.regions and region not in size.regions:
        # Nova says "No valid host was found" in the server's fault, which the original passes over.
        return _not_ready("InstanceStateError", "Instance is in ERROR state")
    return None


def _unresolved(message: str) -> Refusal:
    told = f"Failed to resolve server spec: {message}"
    return _not_ready("DependencyFailed", told)


def _not_ready(reason: str, message: str, event: tuple[str, str] = ("", "")) -> Refusal:
    ready = Refusal("Ready", reason, message)
    return Refusal("InstanceReady", reason, message, event=event, also=(ready,))


def _over_quota(asked: Asked, size: Size, limit: int) -> Refusal:
    said = (
        "Expected HTTP response code [200 202] when accessing [POST"
        " https://nova.sandbox.example:8774/v2.1/servers], but got 403 instead:"
        f' {{"forbidden": {{"code": 403, "message": "Quota exceeded for cores: Requested'
        f' {size.cpu}, but already used {asked.used.get("cores", 0)} of {limit} cores"}}}}'
    )
    told = f"error creating Openstack instance: {said}"
    event = ("FailedCreateServer", f"Failed to create server {asked.name}: {said}")
    return _not_ready("InstanceCreateFailed", told, event)


def _refuses_deletion(asked: Asked, left: Sequence[str]) -> Refusal | None:
    """A network stays while ports of load balancers are in it."""
    if not left:
        return None
    network = uuid_of(asked)
    said = (
        "Expected HTTP response code [202 204] when accessing [DELETE"
        f" https://neutron.sandbox.example:9696/v2.0/networks/{network}], but got 409 instead:"
        f' {{"NeutronError": {{"type": "NetworkInUse", "message": "Unable to complete operation on'
        f' network {network}. There are one or more ports still in use on the network.",'
        ' "detail": ""}}'
    )
    named = f"k8s-clusterapi-cluster-{asked.namespace}-{name_of(asked.cluster)}"
    event = ("FailedDeleteNetwork", f"Failed to delete network {named} with id {network}: {said}")
    return Refusal("Ready", "OpenStackError", f"failed to delete network: {said}", event=event)


OPENSTACK = Cloud(
    "openstack",
    "kubernetes-sigs/cluster-api-provider-openstack v0.15, api/v1beta2",
    Kind("OpenStackCluster", version="v1beta2", contract="v1beta2", templated=True),
    Kind("OpenStackMachine", version="v1beta2", contract="v1beta2", templated=True),
    cluster_steps=(
        Step("OpenStackAuthenticationSucceeded", "Ready"),
        Step("NetworkReady", "Ready"),
        Step("RouterReady", "Ready"),
        Step("SecurityGroupsReady", "Ready"),
        Step("APIEndpointReady", "Ready"),
    ),
    machine_steps=(
        Step("OpenStackAuthenticationSucceeded", "Ready"),
        Step("InstanceReady", "Ready"),
    ),
    region_of=_region,
    size_of=lambda asked: SIZES[_flavor(asked)],
    provider_id=lambda asked: f"openstack://{_region(asked)}/{uuid_of(asked)}",
    waits=("WaitingForClusterInfrastructure", "WaitingForBootstrapData"),
    ready="own",
    needs_of=_needs,
    refuses_cluster=_refuses_cluster,
    refuses_machine=_refuses_machine,
    refuses_deletion=_refuses_deletion,
    balances=True,
)
