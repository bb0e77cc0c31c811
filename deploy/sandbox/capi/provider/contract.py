"""How a provider tells Cluster API what it did: ownership, finalizers, status, conditions.

Rules: Cluster API book, "Developer guide", "Provider contracts" for InfraCluster, InfraMachine,
BootstrapConfig and ControlPlane.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from clusterwright.deploy.sandbox.capi.definition import Contract
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    condition,
    items,
    mapping,
    number,
    text,
    texts,
    truth,
)

FINALIZER = "provider.sandbox.clusterwright.io"
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"
PAUSED = "cluster.x-k8s.io/paused"
_CAPI = "cluster.x-k8s.io/"


@dataclass(frozen=True, slots=True)
class Told:
    """One condition to be told."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str = ""
    message: str = ""
    severity: str = "Warning"
    """In the contract v1beta1 only: Error, Warning or Info."""


def met(type_: str, reason: str = "") -> Told:
    """Return a condition that is met."""
    return Told(type_, "True", reason)


def owner(manifest: Manifest, kind: str) -> str:
    """Return the name of the Cluster API object of a kind that owns this one."""
    for one in items(manifest, "metadata", "ownerReferences"):
        if one.get("kind") == kind and text(one, "apiVersion").startswith(_CAPI):
            return text(one, "name")
    return ""


def leaving(manifest: Manifest) -> bool:
    """Return whether an object is being deleted."""
    return bool(text(manifest, "metadata", "deletionTimestamp"))


def is_provisioned(one: Manifest) -> bool:
    """Return whether an infrastructure object says so, in either contract."""
    return truth(one, "status", "ready") or truth(one, "status", "initialization", "provisioned")


def hold(api: Api, manifest: Manifest) -> None:
    """See that an object does not go before we let it."""
    found = texts(manifest, "metadata", "finalizers")
    if FINALIZER not in found:
        _finalizers(api, manifest, [*found, FINALIZER])


def let_go(api: Api, manifest: Manifest) -> None:
    """Let an object go, as far as we are concerned."""
    found = texts(manifest, "metadata", "finalizers")
    if FINALIZER in found:
        _finalizers(api, manifest, [one for one in found if one != FINALIZER])


def tell(
    api: Api,
    manifest: Manifest,
    status: Manifest,
    conditions: Sequence[Told] = (),
    contract: Contract = "v1beta2",
) -> None:
    """Write a status where it differs from what is there."""
    if conditions:
        status = status | {
            "conditions": [_condition(manifest, one, contract) for one in conditions]
        }
    if not _holds(status, manifest.get("status", {})):
        manifest["status"] = api.patch(manifest, {"status": status}, status=True).get("status", {})


def _finalizers(api: Api, manifest: Manifest, wanted: Sequence[str]) -> None:
    version = text(manifest, "metadata", "resourceVersion")
    change = {"metadata": {"finalizers": list(wanted), "resourceVersion": version}}
    manifest["metadata"] = api.patch(manifest, change)["metadata"]


def _condition(manifest: Manifest, one: Told, contract: Contract) -> Manifest:
    before = condition(manifest, one.type)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    since = text(before, "lastTransitionTime") if text(before, "status") == one.status else now
    found: Manifest = {"type": one.type, "status": one.status, "lastTransitionTime": since}
    if contract == "v1beta1":
        if one.status == "False":
            found["severity"] = one.severity
        if one.status != "True":
            found |= {"reason": one.reason, "message": one.message}
        return found
    return found | {
        "reason": one.reason,
        "message": one.message,
        "observedGeneration": number(manifest, "metadata", "generation"),
    }


def _holds(wanted: Json, found: Json) -> bool:
    if isinstance(wanted, dict) and isinstance(found, dict):
        there = mapping(found)
        return all(_holds(value, there.get(key)) for key, value in mapping(wanted).items())
    return wanted == found
