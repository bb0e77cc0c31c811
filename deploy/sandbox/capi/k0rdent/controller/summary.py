"""How k0rdent sums up conditions (k0rdent/kcm internal/util/conditions)."""

from datetime import UTC, datetime, timedelta

from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import (
    FAILED,
    PROGRESSING,
    Told,
    ill,
    well,
)
from clusterwright.tools.manifest import Manifest, condition, instant, items, text

_CLUSTER = (
    "InfrastructureReady",
    "ControlPlaneInitialized",
    "ControlPlaneAvailable",
    "ControlPlaneMachinesReady",
    "WorkersAvailable",
    "WorkerMachinesReady",
    "RemoteConnectionProbe",
)
_PATIENCE = timedelta(minutes=30)


def of_cluster(cluster: Manifest) -> Told:
    """Return the condition CAPIClusterSummary of a Cluster (capi.go)."""
    if text(cluster, "metadata", "deletionTimestamp"):
        said = text(condition(cluster, "Deleting"), "message")
        return ill("CAPIClusterSummary", f"* Deleting: {said}", "Deleting")
    found = [condition(cluster, kind) for kind in _CLUSTER]
    bad = [
        f"* {kind}: {text(one, 'message') or text(one, 'reason') or 'Condition not yet reported'}"
        for kind, one in zip(_CLUSTER, found, strict=True)
        if text(one, "status") != "True"
    ]
    if bad:
        return ill("CAPIClusterSummary", "\n".join(bad), "IssuesReported")
    return Told("CAPIClusterSummary", "True", "InfoReported")


def ready(conditions: list[Manifest]) -> Told:
    """Return the condition Ready of a ClusterDeployment (ready_condition.go)."""
    deleting = next((one for one in conditions if text(one, "type") == "Deleting"), None)
    if deleting is not None and text(deleting, "status") == "True":
        return ill("Ready", text(deleting, "message"), "Deleting")
    errors, warnings, unknown = list[str](), list[str](), list[str]()
    for one in conditions:
        if text(one, "type") in {"Ready", "Deleting", "Paused"}:
            continue
        message = text(one, "message")
        if text(one, "status") == "Unknown":
            unknown.append(message)
        elif text(one, "status") == "False":
            _weigh(one, message, errors, warnings)
    if errors:
        return ill("Ready", ". ".join(errors))
    if warnings:
        return Told("Ready", "False", PROGRESSING, ". ".join(warnings))
    if unknown or not conditions:
        return Told("Ready", "Unknown", PROGRESSING, ". ".join(unknown))
    return well("Ready", "Object is ready")


def _weigh(one: Manifest, message: str, errors: list[str], warnings: list[str]) -> None:
    match text(one, "type"):
        case "CAPIClusterSummary":
            since = instant(one, "lastTransitionTime")
            if since is not None and datetime.now(UTC) - since > _PATIENCE:
                errors.append(
                    "Cluster is not ready. Check the provider logs for more details.\n" + message
                )
            else:
                warnings.append(message)
        case "ServicesInReadyState":
            warnings.append(f"{message} Services are ready.")
        case _:
            if message:
                errors.append(message)


def services(kind: str, ready_ones: int, total: int) -> Told:
    """Return a condition that counts, as "1/2"."""
    count = f"{ready_ones}/{total}"
    return well(kind, count) if ready_ones >= total else ill(kind, count)


def has(manifest: Manifest, kind: str) -> bool:
    """Return whether a condition was ever told."""
    return any(one.get("type") == kind for one in items(manifest, "status", "conditions"))


__all__ = ["FAILED", "has", "of_cluster", "ready", "services"]
