"""BareMetalHosts: registered, inspected, taken by machines, provisioned.

States: metal3-io/baremetal-operator, docs/baremetalhost-states.md; one a round, without delays.
"""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud
from clusterwright.deploy.sandbox.capi.clouds.metal3 import (
    HOST_ANNOTATION,
    free_host,
    host_of,
    inspection_error,
    provisioning_error,
    registration_error,
)
from clusterwright.deploy.sandbox.capi.provider.contract import (
    hold,
    leaving,
    let_go,
    met,
    tell,
)
from clusterwright.deploy.sandbox.capi.provider.world import World
from clusterwright.tools.manifest import Manifest, dig, name_of, namespace_of, number, text

_EVENTS = {
    "registration error": "RegistrationError",
    "inspection error": "InspectionError",
    "provisioning error": "ProvisioningError",
}
"""The reasons of events by errorType: internal/controller/metal3.io/baremetalhost_controller.go."""
_NEXT = {
    "": "registering",
    "registering": "inspecting",
    "inspecting": "preparing",
    "preparing": "available",
    "provisioning": "provisioned",
    "deprovisioning": "available",
}


def host(world: World, one: Manifest) -> None:
    """Bring a host one state further, or say why it cannot get there."""
    if leaving(one):
        let_go(world.api, one)
        return
    hold(world.api, one)
    state = text(one, "status", "provisioning", "state")
    kind, error = _error(world, one, state)
    if error:
        _tell_error(world, one, state, kind, error)
        return
    following = _following(one, state)
    changes = following != state or text(one, "status", "errorMessage")
    if changes or not text(one, "status", "operationalStatus"):
        _tell_state(world, one, following)


def taken(world: World, cloud: Cloud, asked: Asked) -> bool:
    """See that a machine has a host; return whether the host is provisioned for it."""
    found = host_of(asked)
    if not found:
        found = free_host(asked)
        reference = {
            "apiVersion": text(asked.machine, "apiVersion"),
            "kind": text(asked.machine, "kind"),
            "name": asked.name,
            "namespace": asked.namespace,
        }
        image = dig(asked.machine, "spec", "image")
        spec = {"consumerRef": reference, "image": image, "online": True}
        world.api.patch(found, {"spec": spec})
        where = f"{namespace_of(found)}/{name_of(found)}"
        world.api.patch(asked.machine, {"metadata": {"annotations": {HOST_ANNOTATION: where}}})
    steps = [met(step.type, step.reason) for step in cloud.machine_steps]
    tell(world.api, asked.machine, {}, [met("Ready", "Ready"), *steps])
    return text(found, "status", "provisioning", "state") == "provisioned"


def release(world: World, asked: Asked) -> None:
    """Give the host of a machine back."""
    found = host_of(asked)
    if found and text(found, "spec", "consumerRef", "name") == asked.name:
        world.api.patch(found, {"spec": {"consumerRef": None, "image": None, "online": False}})


def _error(world: World, one: Manifest, state: str) -> tuple[str, str]:
    """Return the type and the text of a host's error; nothing when it is well."""
    if state in {"provisioned", "deprovisioning"}:
        return "", ""
    error = registration_error(one, world.store.find)
    if error:
        return "registration error", error
    match state:
        case "inspecting":
            return "inspection error", inspection_error(one)
        case "provisioning":
            return "provisioning error", provisioning_error(one)
        case _:
            return "", ""


def _following(one: Manifest, state: str) -> str:
    consumed = bool(text(one, "spec", "consumerRef", "name"))
    if state == "available" and consumed:
        return "provisioning"
    if state in {"provisioned", "provisioning"} and not consumed:
        return "deprovisioning"
    return _NEXT.get(state, state)


def _tell_error(world: World, one: Manifest, state: str, kind: str, error: str) -> None:
    status: Manifest = {
        "operationalStatus": "error",
        "errorType": kind,
        "errorMessage": error,
        "errorCount": number(one, "status", "errorCount") or 1,
        "poweredOn": False,
        "provisioning": {"state": state or "registering", "ID": _id(one)},
    }
    tell(world.api, one, status)
    world.events.warn(one, _EVENTS[kind], error)


def _tell_state(world: World, one: Manifest, state: str) -> None:
    status: Manifest = {
        "operationalStatus": "OK",
        "errorType": None,
        "errorMessage": "",
        "errorCount": 0,
        "poweredOn": state in {"provisioning", "provisioned"},
        "provisioning": {"state": state, "ID": _id(one)},
    }
    tell(world.api, one, status)


def _id(one: Manifest) -> str:
    return text(one, "metadata", "uid")
