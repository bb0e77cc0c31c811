"""Objects as they are told in the style v1beta1, made from those that are told in v1beta2.

Types, reasons and counters as in api/core/v1beta2/v1beta1_condition_consts.go and the fields
`deprecated.v1beta1` of api/core/v1beta2 (v1.14).
"""

from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.manifest import Manifest, items, mapping, text, truth
from clusterwright.tools.snapshot import Snapshot

_COMPONENTS = ("APIServer", "ControllerManager", "Scheduler", "Etcd")
_TYPES: dict[str, dict[str, str]] = {
    "Cluster": {
        "Available": "Ready",
        "InfrastructureReady": "InfrastructureReady",
        "ControlPlaneInitialized": "ControlPlaneInitialized",
        "ControlPlaneAvailable": "ControlPlaneReady",
        "TopologyReconciled": "TopologyReconciled",
    },
    "Machine": {
        "Ready": "Ready",
        "BootstrapConfigReady": "BootstrapReady",
        "InfrastructureReady": "InfrastructureReady",
        "NodeHealthy": "NodeHealthy",
        "HealthCheckSucceeded": "HealthCheckSucceeded",
        "EtcdMemberHealthy": "EtcdMemberHealthy",
        **{f"{one}PodHealthy": f"{one}PodHealthy" for one in _COMPONENTS},
    },
    "MachineDeployment": {"Available": "Available"},
    "MachineSet": {"MachinesReady": "MachinesReady"},
    "KubeadmControlPlane": {
        "Available": "Available",
        "CertificatesAvailable": "CertificatesAvailable",
        "EtcdClusterHealthy": "EtcdClusterHealthy",
        "ControlPlaneComponentsHealthy": "ControlPlaneComponentsHealthy",
    },
}
_REASONS = {"ReconcileFailed": "TopologyReconcileFailed"}
_ERRORS = frozenset(_REASONS.values())


def older(estate: Estate, cluster: Manifest) -> tuple[Estate, Manifest]:
    """Return what was read, and its Cluster, with every status in the style v1beta1."""
    read = estate.snapshot
    objects = {kind: [_older(one) for one in found] for kind, found in read.objects.items()}
    again = Snapshot(read.cluster, read.now, objects)
    of_kind = f"Cluster.{text(cluster, 'apiVersion').partition('/')[0]}"
    named = [one for one in again.of_kind(of_kind) if one["metadata"] == cluster["metadata"]]
    return Estate(again), named[0]


def _older(one: Manifest) -> Manifest:
    status = dict(mapping(one, "status"))
    kinds = _TYPES.get(text(one, "kind"))
    if kinds is None:
        return one
    more = {"KubeadmControlPlane": _changes, "Machine": _steps}.get(text(one, "kind"))
    changes = more(status) if more else []
    if "conditions" in status:
        status["conditions"] = [
            _condition(told, kinds[text(told, "type")])
            for told in items(status, "conditions")
            if text(told, "type") in kinds
        ] + changes
    if "upToDateReplicas" in status:
        status["updatedReplicas"] = status.pop("upToDateReplicas")
    done = mapping(status, "initialization")
    status.pop("initialization", None)
    if text(one, "kind") == "Cluster":
        status["infrastructureReady"] = truth(done, "infrastructureProvisioned")
        status["controlPlaneReady"] = truth(done, "controlPlaneInitialized")
    return {**one, "status": status}


_STEPS = {
    "WaitingForPreDrainHook": ("PreDrainDeleteHookSucceeded", "WaitingExternalHook"),
    "DrainingNode": ("DrainingSucceeded", "Draining"),
    "WaitingForVolumeDetach": ("VolumeDetachSucceeded", "WaitingForVolumeDetach"),
    "WaitingForPreTerminateHook": ("PreTerminateDeleteHookSucceeded", "WaitingExternalHook"),
}


def _steps(status: Manifest) -> list[Manifest]:
    """Return the step that the deletion of a Machine is at, which is False meanwhile."""
    return [
        {**one, "type": _STEPS[one["reason"]][0], "status": "False", "severity": "Info"}
        | {"reason": _STEPS[one["reason"]][1]}
        for one in items(status, "conditions")
        if one["type"] == "Deleting" and text(one, "reason") in _STEPS
    ]


def _changes(status: Manifest) -> list[Manifest]:
    """Return what a control plane says of its changes, which is False while there are any."""
    there = {text(one, "type"): one for one in items(status, "conditions")}
    found: list[Manifest] = []
    for kind, older, reason in (
        ("ScalingUp", "Resized", "ScalingUp"),
        ("ScalingDown", "Resized", "ScalingDown"),
        ("RollingOut", "MachinesSpecUpToDate", "RollingUpdateInProgress"),
    ):
        told = there.get(kind)
        if told is not None and told["status"] == "True":
            more = {"type": older, "status": "False", "reason": reason, "severity": "Warning"}
            found.append({**told, **more})
    return found


def _condition(told: Manifest, kind: str) -> Manifest:
    if told["status"] == "True":
        kept = {key: told[key] for key in ("status", "lastTransitionTime") if key in told}
        return {"type": kind, **kept}
    reason = _REASONS.get(text(told, "reason"), text(told, "reason"))
    severity = (
        "Error" if reason in _ERRORS else "Info" if kind == "TopologyReconciled" else "Warning"
    )
    return {**told, "type": kind, "reason": reason, "severity": severity}
