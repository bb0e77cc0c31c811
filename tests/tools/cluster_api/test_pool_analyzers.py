"""Pools, control planes and nodes: what keeps them from growing, starting or being replaced."""

import pytest

from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.objects import (
    CORE,
    cluster,
    codes,
    conclude,
    layer,
    machine,
    ref,
    refer,
    told,
)
from tests.tools.kubernetes.analyzers.cluster import ago, make, only

PLANE = "controlplane.cluster.x-k8s.io"
MIN = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size"
MAX = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size"
RUNS = told("InfrastructureReady", "True", "Ready", seconds=900)
MADE = layer("AWSMachine", "gpu-1", status={"ready": True})


def of_pool(kind: str, name: str, *conditions: Manifest, **more: Json) -> Manifest:
    status: Manifest = {"conditions": list(conditions), **more.pop("status", {})}
    spec: Manifest = {"clusterName": "train", "replicas": 3, **more.pop("spec", {})}
    metadata = more.pop("metadata", {})
    return make(
        kind, name, api=CORE, namespace="default", metadata=metadata, spec=spec, status=status
    )


def machine_set(*conditions: Manifest, **more: Json) -> Manifest:
    owner = {"apiVersion": CORE, "kind": "MachineDeployment", "name": "gpu", "controller": True}
    more["metadata"] = {"ownerReferences": [owner], **more.get("metadata", {})}
    return of_pool("MachineSet", "gpu-abc", *conditions, **more)


def blocked(*reasons: str, seconds: float = 600) -> Manifest:
    lines = "\n".join(f"* {one}" for one in reasons)
    message = f"Scaling up from 1 to 3 replicas is blocked because:\n{lines}"
    return told("ScalingUp", "True", "ScalingUp", message, seconds=seconds)


SKEW = 'MachineSet version (1.37.0) is higher ("KubernetesVersionSkew" preflight check failed)'
UNSTABLE = 'KubeadmControlPlane is upgrading ("ControlPlaneIsStable" preflight check failed)'


def test_a_check_that_an_upgrade_resolves_has_half_an_hour_and_others_have_a_minute() -> None:
    finding = only(conclude(machine_set(blocked(SKEW))))
    assert finding.code == "pool/scale-up-blocked"
    assert finding.subject == ref("MachineDeployment", "gpu")
    assert "KubernetesVersionSkew" in finding.title
    assert conclude(machine_set(blocked(SKEW, seconds=30))) == []
    assert conclude(machine_set(blocked(UNSTABLE))) == []
    assert codes(conclude(machine_set(blocked(UNSTABLE, seconds=2400)))) == [
        "pool/scale-up-blocked"
    ]


def test_a_control_plane_that_waits_for_its_own_health_is_told_elsewhere() -> None:
    waits = blocked("waiting for etcd cluster to become healthy", seconds=9000)
    one = layer("KubeadmControlPlane", "cp", waits, group=PLANE, spec={"replicas": 3})
    whole = cluster(controlPlaneRef=refer("KubeadmControlPlane", "cp", PLANE))
    assert conclude(whole, one) == []


def test_the_older_style_says_why_no_machine_is_created() -> None:
    def older(reason: str, message: str, **more: Json) -> list[str]:
        said = told("MachinesCreated", "False", reason, message, severity="Error", **more)
        in_status = conclude(machine_set(said))
        deprecated: Manifest = {"deprecated": {"v1beta1": {"conditions": [said]}}}
        assert codes(conclude(machine_set(status=deprecated))) == codes(in_status)
        return codes(in_status)

    denied = "admission webhook denied the request"
    assert older("MachineCreationFailed", denied) == ["pool/machine-refused"]
    assert older("PreflightCheckFailed", SKEW) == ["pool/scale-up-blocked"]
    assert older("MachineCreationFailed", denied, seconds=10) == []
    assert older("SomethingElse", denied) == []


def test_a_template_is_missing_only_if_it_is_when_it_is_read_again() -> None:
    template = {"infrastructureRef": refer("AWSMachineTemplate", "gpu")}
    spec: Manifest = {"template": {"spec": template}}
    one = machine_set(blocked("AWSMachineTemplate does not exist"), spec=spec)
    finding = only(conclude(one))
    assert finding.code == "pool/template-missing"
    assert finding.title == "Its AWSMachineTemplate gpu does not exist"
    assert conclude(one, there=(layer("AWSMachineTemplate", "gpu"),)) == []


def test_a_template_that_nobody_needs_yet_is_worth_knowing() -> None:
    spec: Manifest = {"template": {"spec": {"infrastructureRef": refer("AWSMachineTemplate", "g")}}}
    message = "Scaling up would be blocked because AWSMachineTemplate does not exist"
    said = told("ScalingUp", "False", "NotScalingUp", message)
    assert only(conclude(machine_set(said, spec=spec))).severity is Severity.INFO


def sized(replicas: int, least: str = "1", most: str = "8") -> list[str]:
    metadata = {"annotations": {MIN: least, MAX: most}}
    spec: Manifest = {"replicas": replicas}
    return codes(conclude(of_pool("MachineDeployment", "gpu", spec=spec, metadata=metadata)))


def test_a_size_outside_of_the_autoscalers_bounds_is_told() -> None:
    assert sized(12) == ["pool/outside-autoscaler-bounds"]
    assert sized(0) == ["pool/outside-autoscaler-bounds"]
    assert sized(4, "9", "3") == ["pool/outside-autoscaler-bounds"]
    assert sized(8) == []
    assert sized(0, "0") == []  # scaled to zero on purpose
    assert sized(12, "x") == []
    assert conclude(of_pool("MachineDeployment", "gpu", spec={"replicas": 0})) == []


def rolling(seconds: float, machine_age: float, *said: Manifest, **spec: Json) -> list[str]:
    turns = told(
        "RollingOut", "True", "RollingOut", "Rolling out 2 not up-to-date", seconds=seconds
    )
    one = of_pool("MachineDeployment", "gpu", turns, spec=spec, status={"upToDateReplicas": 1})
    well = told("NodeHealthy", "True", "NodeHealthy")
    of = machine(well, *said, name="gpu-1", pool="gpu", node="n-1")
    of["metadata"]["creationTimestamp"] = ago(machine_age)
    ready = layer("AWSMachine", "gpu-1", status={"ready": True})
    return codes(conclude(one, of, ready))


def test_a_rollout_that_stands_still_is_told_and_one_that_moves_is_not() -> None:
    assert rolling(7200, 7200) == ["pool/rollout-stuck"]
    assert rolling(1800, 7200) == []
    assert rolling(7200, 300) == []
    assert rolling(7200, 7200, rollout={"strategy": {"type": "OnDelete"}}) == []
    assert rolling(7200, 7200, strategy={"type": "OnDelete"}) == []
    paused = of_pool("MachineDeployment", "gpu", told("RollingOut", "True", seconds=9000))
    paused["spec"]["paused"] = True
    assert conclude(paused) == []


def test_a_machine_that_has_no_api_server_to_join_is_not_late() -> None:
    starting = cluster(told("ControlPlaneInitialized", "False", "NotInitialized"))
    one = machine(RUNS, name="gpu-1", pool="gpu", providerID="aws:///i-1")
    assert conclude(starting, one, MADE) == []


def started(*conditions: Manifest, seconds: float = 2400) -> list[Manifest]:
    initialized = told(
        "ControlPlaneInitialized", "False", "NotInitialized", "Waiting for the first"
    )
    ready = told("InfrastructureReady", "True", "Ready", seconds=seconds)
    reference = refer("KubeadmControlPlane", "cp", PLANE)
    says = told("Available", "False", "NotAvailable", "Control plane not yet initialized")
    labels = {"cluster.x-k8s.io/control-plane": ""}
    one = machine(name="cp-1", metadata={"labels": labels})
    return [
        cluster(initialized, ready, controlPlaneRef=reference),
        layer("KubeadmControlPlane", "cp", says, group=PLANE),
        one,
        layer("AWSMachine", "cp-1", *conditions, status={"ready": not conditions}),
    ]


def test_a_control_plane_that_does_not_come_up_is_told_unless_something_below_says_why() -> None:
    finding = only(conclude(*started()))
    assert finding.code == "controlplane/not-initialized"
    assert finding.members == (ref("Machine", "cp-1"),)
    assert conclude(*started(seconds=600)) == []
    failed = told("InstanceReady", "False", "InstanceProvisionFailed", "found no AMIs")
    assert codes(conclude(*started(failed))) == ["machine/image-missing"]


def hosted(status: str, seconds: float) -> list[str]:
    initialized = told("ControlPlaneInitialized", "True", "Initialized")
    said = told("Available", status, "KubeSystemNamespaceNotAccessible", "timeout", seconds=seconds)
    one = layer("K0smotronControlPlane", "cp", said, group=PLANE)
    reference = refer("K0smotronControlPlane", "cp", PLANE)
    return codes(conclude(cluster(initialized, controlPlaneRef=reference), one))


def test_a_hosted_control_plane_that_is_lost_is_told() -> None:
    assert hosted("False", 600) == ["controlplane/component-unhealthy"]
    assert hosted("False", 120) == []
    assert hosted("True", 600) == []


def expiring(days: float, *, renews: bool = False) -> list[tuple[str, Severity, str]]:
    labels = {"cluster.x-k8s.io/control-plane": ""}
    owner = {"apiVersion": f"{PLANE}/v1beta2", "kind": "KubeadmControlPlane", "name": "cp"}
    metadata: Manifest = {"labels": labels, "ownerReferences": [owner]}
    one = machine(name="cp-1", metadata=metadata)
    one["status"]["certificatesExpiryDate"] = ago(-days * 86_400)
    before = {"rollout": {"before": {"certificatesExpiryDays": 14}}} if renews else {}
    of = layer("KubeadmControlPlane", "cp", group=PLANE, spec=before)
    return [(found.code, found.severity, found.title) for found in conclude(one, of)]


def test_certificates_are_told_three_weeks_before_they_end() -> None:
    code = "controlplane/certificate-expiring"
    title = "Certificates of the control plane end"
    assert expiring(12.5) == [(code, Severity.WARNING, f"{title} in 12 days")]
    assert expiring(1.5) == [(code, Severity.CRITICAL, f"{title} in 1 days")]
    assert expiring(-1) == [(code, Severity.CRITICAL, f"{title} already")]
    assert expiring(30) == []
    assert expiring(12.5, renews=True) == []
    assert expiring(2.5, renews=True) == [(code, Severity.CRITICAL, f"{title} in 2 days")]


def late(*conditions: Manifest, nodes: list[Manifest] | None = None) -> list[str]:
    one = machine(RUNS, *conditions, name="gpu-1", pool="gpu", providerID="aws:///i-1")
    return codes(conclude(cluster(), one, MADE, nodes=nodes))


def test_a_node_that_joined_without_a_provider_id_needs_a_cloud_controller_manager() -> None:
    taint = {"key": "node.cloudprovider.kubernetes.io/uninitialized", "effect": "NoSchedule"}
    raw = make("Node", "ip-1", namespace="", spec={"taints": [taint]})
    named = make("Node", "ip-2", namespace="", spec={"providerID": "aws:///i-2"})
    ours = make("Node", "ip-3", namespace="", spec={"providerID": "aws:///i-1"})
    assert late(nodes=[raw, named]) == ["machine/node-uninitialized"]
    assert late(nodes=[named]) == ["machine/node-missing"]
    assert late(nodes=[]) == ["machine/node-missing"]
    assert late(nodes=None) == ["machine/node-missing"]  # the cluster does not answer
    assert late(nodes=[ours, raw]) == []  # it joined meanwhile


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"checks": {"nodeStartupTimeoutSeconds": 1800}}, []),
        ({"checks": {"nodeStartupTimeoutSeconds": 600}}, ["machine/node-missing"]),
        ({"checks": {"nodeStartupTimeoutSeconds": 0}}, []),  # switched off
        ({"nodeStartupTimeout": "20m0s"}, []),
        ({"nodeStartupTimeout": "0h10m0s"}, ["machine/node-missing"]),
        ({}, ["machine/node-missing"]),  # the default is ten minutes
    ],
)
def test_a_machine_younger_than_its_health_check_allows_is_silent(
    spec: Manifest, expected: list[str]
) -> None:
    of = {"clusterName": "train", "selector": {"matchLabels": {"pool": "gpu"}}, **spec}
    check = make("MachineHealthCheck", "gpu", api=CORE, namespace="default", spec=of)
    labels = {"cluster.x-k8s.io/deployment-name": "gpu", "pool": "gpu"}
    metadata: Manifest = {"labels": labels}
    one = machine(RUNS, name="gpu-1", providerID="aws:///i-1", metadata=metadata)
    assert codes(conclude(cluster(), check, one, MADE)) == expected


def test_a_health_check_that_gave_up_on_a_start_is_told_unless_the_machine_is_replaced() -> None:
    message = "Health check failed:\n  * Node failed to report startup in 10m0s"
    check = told("HealthCheckSucceeded", "False", "NodeStartupTimeout", message)
    assert late(check) == ["machine/startup-timeout"]
    now = told("OwnerRemediated", "False", "WaitingForRemediation", seconds=30)
    assert late(check, now) == []
    long = told("OwnerRemediated", "False", "WaitingForRemediation", seconds=1200)
    assert late(check, long) == ["machine/startup-timeout"]


def unwell(*conditions: Manifest, probe: str = "True") -> list[str]:
    reached = told("RemoteConnectionProbe", probe, "Probe")
    initialized = told("ControlPlaneInitialized", "True", "Initialized")
    one = machine(*conditions, name="gpu-1", pool="gpu", node="n-1", providerID="aws:///i-1")
    return codes(conclude(cluster(reached, initialized), one, MADE))


def test_a_node_that_is_not_well_is_told_when_nobody_replaces_its_machine() -> None:
    sick = told("NodeHealthy", "False", "NodeNotHealthy", "* Node.Ready: kubelet stopped")
    assert unwell(sick) == ["machine/node-unhealthy"]
    assert unwell(sick, told("OwnerRemediated", "False", "WaitingForRemediation", seconds=20)) == []
    flake = told("NodeHealthy", "False", "NodeNotHealthy", "* Node.Ready: x", seconds=30)
    assert unwell(flake) == []
    assert unwell(told("NodeHealthy", "True", "NodeHealthy")) == []


def test_nodes_of_a_cluster_that_does_not_answer_are_told_as_that() -> None:
    unknown = told("NodeHealthy", "Unknown", "ConnectionDown", "Remote connection down")
    assert unwell(unknown, probe="False") == ["cluster/unreachable"]


@pytest.mark.parametrize(
    ("reason", "message", "code"),
    [
        ("CannotBeRemediated", "could result in loosing etcd quorum", "remediation-blocked"),
        ("CannotBeRemediated", "already failed 3 times (MaxRetry)", "remediation-exhausted"),
        ("RemediationFailed", "k0s could not leave", "remediation-blocked"),
        ("RemediationDeferred", "waiting for control plane Machine deletion to complete", ""),
        ("WaitingForRemediation", "Waiting for remediation", ""),
    ],
)
def test_an_owner_that_refuses_to_replace_a_machine_is_told(
    reason: str, message: str, code: str
) -> None:
    check = told("HealthCheckSucceeded", "False", "UnhealthyNode", "Health check failed")
    owner = told("OwnerRemediated", "False", reason, message, seconds=120)
    labels = {"cluster.x-k8s.io/control-plane": ""}
    one = machine(check, owner, name="cp-1", metadata={"labels": labels})
    assert codes(conclude(one)) == ([f"controlplane/{code}"] if code else [])


def test_a_worker_that_may_not_be_replaced_is_told_on_its_pool() -> None:
    check = told("HealthCheckSucceeded", "False", "UnhealthyNode", "Health check failed")
    no_template = told(
        "ExternallyRemediated", "False", "RemediationTemplateNotFound", "no template"
    )
    finding = only(conclude(machine(check, no_template, pool="gpu")))
    assert (finding.code, finding.subject.name) == ("pool/remediation-blocked", "gpu")


def test_a_machine_pool_has_no_machines_and_is_silent() -> None:
    well = told("Ready", "True")
    assert conclude(cluster(), of_pool("MachinePool", "mp", well)) == []
