"""Simulated machines that are reached over SSH and taken from pools, in k0smotron's words.

k0sproject/k0smotron, api/infrastructure/v1beta2/remote_machine_types.go (conditions) and
internal/controller/infrastructure/{remote_machine_controller,ssh_provisioner}.go (what they say).
"""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud, Refusal, Step
from clusterwright.deploy.sandbox.capi.clouds.hardware import Size
from clusterwright.deploy.sandbox.capi.clouds.identity import revoked
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import (
    Manifest,
    labels_of,
    mapping,
    name_of,
    number,
    text,
    truth,
)

POOLED = Kind("PooledRemoteMachine", version="v1beta2")
SSH_NETWORK = "192.0.2."
"""How the addresses of machines start that answer."""
_STEP = "BootstrapExecSucceeded"


def pooled_of(asked: Asked) -> Manifest:
    """Return the machine of a pool that is reserved for what is asked; an empty one if none is."""
    for one in asked.hosts:
        if text(one, "status", "machineRef", "name") == asked.name and _reserved(one):
            return one
    return {}


def free_pooled(asked: Asked) -> Manifest:
    """Return the first free machine of the wanted pool; an empty one if there is none."""
    pool = text(asked.machine, "spec", "pool")
    free = [one for one in asked.hosts if text(one, "spec", "pool") == pool and not _reserved(one)]
    return free[0] if free else {}


def _reserved(one: Manifest) -> bool:
    return truth(one, "status", "reserved")


def _refuses_machine(asked: Asked) -> Refusal | None:
    if text(asked.machine, "spec", "pool") and not pooled_of(asked):
        return _not_tried("free pooled machine not found")
    address = text(asked.machine, "spec", "address")
    key = text(asked.machine, "spec", "sshKeyRef", "name")
    secret = asked.find("v1", "Secret", asked.namespace, key)
    if not secret:
        return _not_tried(f'secrets "{key}" not found')
    target = f"{address}:{number(asked.machine, 'spec', 'port')}"
    if not address.startswith(SSH_NETWORK):
        return _not_provisioned(
            f"failed to connect to host: dial tcp {target}: connect: no route to host"
        )
    if revoked(secret):
        return _not_provisioned(
            "failed to connect to host: ssh: handshake failed: ssh: unable to authenticate,"
            " attempted methods [none publickey], no supported methods remain"
        )
    return None


def _not_tried(message: str) -> Refusal:
    """Return an error before the bootstrap: its condition is not reported yet."""
    said = f"* {_STEP}: Condition {_STEP} not yet reported"
    fields = _failure(message)
    return Refusal("Ready", "NotYetReported", said, status="Unknown", fields=fields, first=True)


def _not_provisioned(message: str) -> Refusal:
    said = "Check the bootstrap logs for more details"
    ready = Refusal("Ready", "InternalError", f"* {_STEP}: {said}")
    fields = _failure(f"failed to provision RemoteMachine: {message}")
    return Refusal(_STEP, "InternalError", said, fields=fields, also=(ready,))


def _failure(message: str) -> Manifest:
    return {
        "deprecated": {"v1beta1": {"failureReason": "ProvisionFailed", "failureMessage": message}}
    }


def _bootstrap_failed(_asked: Asked) -> Refusal | None:
    return _not_provisioned("failed to run command: Process exited with status 1")


def _size(asked: Asked) -> Size:
    """Return the hardware of a machine: GPUs as the labels of its pooled machine say."""
    labels = labels_of(pooled_of(asked)) or labels_of(asked.machine)
    count = labels.get("accelerator-count", "0")
    gpus = int(count) if count.isdecimal() else 0
    return Size("32", "256Gi", gpus, labels.get("accelerator", ""))


def details(pooled: Manifest) -> Manifest:
    """Return what a machine takes over from the one of its pool."""
    found = mapping(pooled, "spec", "machine")
    return {key: found[key] for key in ("address", "port", "user", "sshKeyRef") if key in found}


def reservation(asked: Asked) -> Manifest:
    """Return the status of a machine of a pool that is reserved for what is asked."""
    reference = {"name": name_of(asked.machine), "namespace": asked.namespace}
    return {"reserved": True, "machineRef": reference}


REMOTE = Cloud(
    "remote",
    "k0sproject/k0smotron v2.1, api/infrastructure/v1beta2",
    Kind("RemoteCluster", version="v1beta2", contract="v1beta2", templated=True),
    Kind("RemoteMachine", version="v1beta2", contract="v1beta2", templated=True),
    cluster_steps=(),
    machine_steps=(Step(_STEP, _STEP),),
    region_of=lambda _: "",
    size_of=_size,
    provider_id=lambda asked: (
        f"remote-machine://{text(asked.machine, 'spec', 'address')}"
        f":{number(asked.machine, 'spec', 'port')}"
    ),
    waits=("", ""),
    ready="own",
    refuses_machine=_refuses_machine,
    bootstrap_failed=_bootstrap_failed,
    takes="pooled",
    others=(POOLED,),
)
