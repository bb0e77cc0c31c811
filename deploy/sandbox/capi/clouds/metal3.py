"""Simulated bare metal: hosts that machines take, the words of Metal3.

Conditions and reasons of machines: metal3-io/cluster-api-provider-metal3, api/v1beta2/
metal3machine_types.go and baremetal/metal3machine_manager.go (Associate, chooseHost). States and
errors of hosts: metal3-io/baremetal-operator, apis/metal3.io/v1alpha1/baremetalhost_types.go,
internal/controller/metal3.io/baremetalhost_controller.go, pkg/provisioner/ironic; what they say is
what Ironic says.
"""

from collections.abc import Sequence

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud, Find, Refusal, Step
from clusterwright.deploy.sandbox.capi.clouds.hardware import Size
from clusterwright.deploy.sandbox.capi.clouds.identity import revoked, secret_text
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import (
    Manifest,
    labels_of,
    name_of,
    namespace_of,
    strings,
    text,
)

HOST = Kind("BareMetalHost", "metal3.io", "v1alpha1")
HOST_ANNOTATION = "metal3.io/BareMetalHost"
"""On a machine: namespace and name of the host that it has taken."""
_PAUSED, _UNHEALTHY = "baremetalhost.metal3.io/paused", "capm3.metal3.io/unhealthy"
BMC_NETWORK, BOOT_NETWORK = "192.0.2.", "52:54:00:"
"""How the addresses of BMCs and of network cards start that answer."""
IMAGES = (
    "http://images.sandbox.example/ubuntu-2404-kube-v1.35.qcow2",
    "http://images.sandbox.example/ubuntu-2404-kube-v1.36.qcow2",
)
"""What `spec.image.url` of a machine may name."""


def host_of(asked: Asked) -> Manifest:
    """Return the host that a machine has taken; an empty one while it has none."""
    taken = strings(asked.machine, "metadata", "annotations").get(HOST_ANNOTATION, "")
    for host in asked.hosts:
        consumer = text(host, "spec", "consumerRef", "name")
        if f"{namespace_of(host)}/{name_of(host)}" == taken or consumer == asked.name:
            return host
    return {}


def free_host(asked: Asked) -> Manifest:
    """Return a host that the machine may take, as `chooseHost` would; an empty one if none."""
    wanted = strings(asked.machine, "spec", "hostSelector", "matchLabels")
    for host in asked.hosts:
        annotations = strings(host, "metadata", "annotations")
        labels = labels_of(host)
        taken = text(host, "spec", "consumerRef", "name")
        broken = text(host, "status", "errorMessage") or text(host, "metadata", "deletionTimestamp")
        if taken or broken or _PAUSED in annotations or _UNHEALTHY in annotations:
            continue
        available = text(host, "status", "provisioning", "state") in {"ready", "available"}
        if available and all(labels.get(k) == v for k, v in wanted.items()):
            return host
    return {}


def _refuses_machine(asked: Asked) -> Refusal | None:
    if host_of(asked) or free_host(asked):
        return None
    cause = (
        "failed to associate the Metal3Machine to a BareMetalHost: no available host found."
        " Requeuing. Object will be requeued after 30s"
    )
    return Refusal("AssociateBareMetalHost", "AssociateBareMetalHostFailed", cause)


def _size(asked: Asked) -> Size:
    """Return the hardware of a host: GPUs as its labels say, the rest of a usual GPU server."""
    labels = labels_of(host_of(asked))
    count = labels.get("accelerator-count", "0")
    gpus = int(count) if count.isdecimal() else 0
    return Size("96", "1024Gi", gpus, labels.get("accelerator", ""))


def registration_error(host: Manifest, find: Find) -> str:
    """Return why a host's BMC cannot be used; an empty text when it can."""
    address, named = (
        text(host, "spec", "bmc", "address"),
        text(host, "spec", "bmc", "credentialsName"),
    )
    if not named:
        return "No BMC CredentialsName defined The BMC secret reference is empty"
    if not address:
        return "Empty BMC address Missing BMC connection detail 'Address'"
    secret = find("v1", "Secret", namespace_of(host), named)
    if not secret:
        where = f"{namespace_of(host)}/{named}"
        return f"BMC CredentialsName secret doesn't exist The BMC secret {where} does not exist"
    missing = [key for key in ("username", "password") if not secret_text(secret, key)]
    if missing:
        detail = "detail" if missing[0] == "username" else "details"
        said = f"Missing BMC connection {detail} '{missing[0]}' in credentials"
        return f"Validation error with BMC credentials: {said}"
    return _power_state(host, address, rejected=revoked(secret))


def _power_state(host: Manifest, address: str, *, rejected: bool) -> str:
    place = address.partition("://")[2]
    node = text(host, "metadata", "uid")
    if not place.startswith(BMC_NETWORK):
        return (
            f"Failed to get power state for node {node}. Error: Redfish exception occurred. Error:"
            f" Unable to connect to https://{place}. Error: No route to host"
        )
    if rejected:
        return (
            f"Failed to get power state for node {node}. Error: HTTP GET https://{place} returned"
            " code 401. Base.1.0.GeneralError: Invalid username or password"
        )
    return ""


def inspection_error(host: Manifest) -> str:
    """Return why a host does not come up for inspection; an empty text when it does."""
    mac = text(host, "spec", "bootMACAddress")
    return "" if mac.startswith(BOOT_NETWORK) else "timeout reached while inspecting the node"


def provisioning_error(host: Manifest) -> str:
    """Return why an image does not get onto a host; an empty text when it does."""
    url, checksum = text(host, "spec", "image", "url"), text(host, "spec", "image", "checksum")
    if not url or url in IMAGES:
        return ""
    info = f"url: {url}, checksum: {checksum}" if checksum else f"url: {url}"
    cause = (
        f"Validation of image href {url} failed, reason: Got HTTP code 404 instead of 200 in"
        " response to HEAD request."
    )
    return f"Image provisioning failed ({info}): {cause}"


def _provider_id(asked: Asked) -> str:
    return f"metal3://{asked.namespace}/{name_of(host_of(asked))}/{asked.name}"


def _contracted(names: Sequence[str]) -> list[Kind]:
    return [Kind(one, version="v1beta2", contract="v1beta2", templated=True) for one in names]


_CLUSTER, _MACHINE = _contracted(("Metal3Cluster", "Metal3Machine"))
METAL3 = Cloud(
    "metal3",
    "metal3-io/cluster-api-provider-metal3 v1.13, api/v1beta2",
    _CLUSTER,
    _MACHINE,
    cluster_steps=(Step("BaremetalInfrastructureReady", "Ready"),),
    machine_steps=(
        Step("AssociateBareMetalHost", "AssociateBareMetalHostSuccess"),
        Step("AssociateMetal3MachineMetaData", "AssociateMetal3MachineMetaDataSuccess"),
    ),
    region_of=lambda _: "",
    size_of=_size,
    provider_id=_provider_id,
    waits=("WaitingForClusterInfrastructureReady", "WaitingForBootstrapData"),
    ready="summary",
    refuses_machine=_refuses_machine,
    takes_hosts=True,
    others=(HOST,),
)
