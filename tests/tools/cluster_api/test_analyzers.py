from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.objects import (
    CORE,
    NO_CAPACITY,
    aws_machine,
    cluster,
    conclude,
    layer,
    machine,
    ref,
    refer,
    told,
)
from tests.tools.kubernetes.analyzers.cluster import ago, make, only

READY = told("Ready", "True", "Ready")


def refused(name: str = "train-gpu-1") -> Manifest:
    failed = ("InstanceProvisionFailed", NO_CAPACITY)
    return aws_machine(
        told("Ready", "False", *failed, severity="Error"),
        told("InstanceReady", "False", *failed, severity="Error"),
        name=name,
    )


def test_what_a_cloud_refuses_is_told_in_its_own_words_once_for_a_pool() -> None:
    machines = [machine(name=f"train-gpu-{i}") for i in (1, 2)]
    finding = only(conclude(*machines, refused(), refused("train-gpu-2")))
    assert finding.code == "machine/no-capacity"
    assert finding.subject == ref("MachineDeployment", "train-gpu")
    assert finding.members == (ref("Machine", "train-gpu-1"), ref("Machine", "train-gpu-2"))
    assert "InsufficientInstanceCapacity" in finding.title
    about = {str(one.ref).partition("/")[0] for one in finding.evidence}
    assert about == {"AWSMachine.infrastructure.cluster.x-k8s.io"}


def test_a_machine_that_is_only_waiting_is_silent() -> None:
    info = told("InstanceReady", "False", "InstanceProvisionStarted", severity="Info")
    waits = told("Ready", "False", "WaitingForBootstrapData", severity="Warning")
    assert conclude(machine(), aws_machine(info, waits)) == []


def test_an_infrastructure_object_that_does_not_exist_is_named() -> None:
    kind = "AWSMachine.infrastructure.cluster.x-k8s.io"
    finding = only(conclude(machine(), served=(kind,)))
    assert finding.code == "machine/not-created"
    assert finding.evidence[0].ref.kind == "AWSMachine"


def test_an_infrastructure_kind_that_was_not_read_proves_nothing() -> None:
    assert conclude(machine()) == []


def test_a_machine_without_a_node_is_told_after_five_minutes() -> None:
    def provisioned(seconds: float, node: str = "") -> list[Manifest]:
        made = told("InfrastructureReady", "True", "Ready", seconds=seconds)
        health = ("True", "NodeHealthy") if node else ("Unknown", "NodeDoesNotExist")
        missing = told("NodeHealthy", *health)
        one = machine(made, missing, providerID="aws:///us-east-1a/i-1", node=node)
        return [one, aws_machine(READY, ready=True)]

    finding = only(conclude(*provisioned(600)))
    assert finding.code == "machine/node-missing"
    assert finding.evidence[0].ref == ref("Machine", "train-gpu-1")
    assert conclude(*provisioned(100)) == []
    assert conclude(*provisioned(600, node="train-gpu-1")) == []


def test_a_physical_machine_may_take_longer_to_boot() -> None:
    def provisioned(seconds: float) -> list[Manifest]:
        made = told("InfrastructureReady", "True", "Ready", seconds=seconds)
        named = refer("Metal3Machine", "train-gpu-1")
        one = machine(made, providerID="metal3://a/b/c", infrastructureRef=named)
        return [one, layer("Metal3Machine", "train-gpu-1", READY, status={"ready": True})]

    assert conclude(*provisioned(900)) == []
    assert only(conclude(*provisioned(1500))).code == "machine/node-missing"


def test_a_deletion_that_a_hook_holds_names_the_hook() -> None:
    hook = "pre-terminate.delete.hook.machine.cluster.x-k8s.io/backup"

    def deleted(seconds: float) -> Manifest:
        metadata = {"deletionTimestamp": ago(seconds), "annotations": {hook: ""}}
        return machine(told("Deleting", "True", "WaitingForPreTerminateHook"), metadata=metadata)

    finding = only(conclude(deleted(400)))
    assert finding.code == "machine/deletion-blocked"
    assert finding.title == f"Deleted, but held by the hook {hook}"
    assert conclude(deleted(60)) == []


def test_a_drain_that_does_not_end_says_what_the_controller_says() -> None:
    message = "Drain not completed yet: * Pod default/train: cannot evict pod: disruption budget"
    metadata = {"deletionTimestamp": ago(900)}
    one = machine(told("Deleting", "True", "DrainingNode", message), metadata=metadata)
    assert "disruption budget" in only(conclude(one)).title


def test_a_cluster_that_does_not_go_is_told() -> None:
    one = cluster(told("Deleting", "True", "WaitingForWorkersDeletion", "* MachineDeployments: a"))
    one["metadata"]["deletionTimestamp"] = ago(960)
    assert only(conclude(one)).code == "cluster/deletion-blocked"
    one["metadata"]["deletionTimestamp"] = ago(840)  # a provider may take so long
    assert conclude(one) == []


def test_a_deletion_is_told_by_its_step_where_there_is_no_condition_for_it() -> None:
    def going(reason: str, kind: str, **annotations: str) -> Manifest:
        metadata = {"deletionTimestamp": ago(400), "annotations": annotations}
        step = told(kind, "False", reason, "budget", severity="Info")
        return machine(told("Ready", "True"), step, metadata=metadata)

    drain = only(conclude(going("Draining", "DrainingSucceeded")))
    assert drain.title == "Deleted, but it stays: Draining: “budget”"
    hook = "pre-drain.delete.hook.machine.cluster.x-k8s.io/backup"
    held = going("WaitingExternalHook", "PreDrainDeleteHookSucceeded", **{hook: ""})
    assert only(conclude(held)).title == f"Deleted, but held by the hook {hook}"


def test_a_cluster_that_cannot_be_reached_any_more_is_told_and_one_that_starts_is_not() -> None:
    probe = told("RemoteConnectionProbe", "False", "ProbeFailed", "Remote connection probe failed")
    started = told("ControlPlaneInitialized", "True", "Initialized")
    starting = told("ControlPlaneInitialized", "False", "NotInitialized")
    assert only(conclude(cluster(probe, started))).code == "cluster/unreachable"
    assert conclude(cluster(probe, starting)) == []


def test_a_topology_that_fails_is_told_and_one_that_waits_is_not() -> None:
    failed = told("TopologyReconciled", "False", "ReconcileFailed", "failed to apply patch")
    waits = told("TopologyReconciled", "False", "ControlPlaneUpgradePending", "upgrade pending")
    assert only(conclude(cluster(failed))).code == "cluster/topology-failed"
    assert conclude(cluster(waits)) == []


def test_a_class_that_does_not_exist_is_told_in_both_apis() -> None:
    kind = ("ClusterClass.cluster.x-k8s.io",)
    newer = cluster(topology={"classRef": {"name": "gpu"}})
    older = cluster(topology={"class": "gpu"})
    there = make("ClusterClass", "gpu", api=CORE, namespace="default")
    for one in (newer, older):
        assert only(conclude(one, served=kind)).code == "cluster/class-missing"
        assert conclude(one, there) == []
        assert conclude(one) == []  # the kind was not read


def test_the_infrastructure_of_a_cluster_speaks_for_itself() -> None:
    def made(reason: str, message: str, severity: str) -> list[Manifest]:
        reference = {
            "apiGroup": "infrastructure.cluster.x-k8s.io",
            "kind": "AWSCluster",
            "name": "a",
        }
        said = told("VpcReady", "False", reason, message, severity=severity)
        api = "infrastructure.cluster.x-k8s.io/v1beta2"
        infrastructure = make("AWSCluster", "a", api=api, namespace="default")
        infrastructure["status"] = {"conditions": [said]}
        return [cluster(infrastructureRef=reference), infrastructure]

    finding = only(conclude(*made("VpcReconciliationFailed", "VpcLimitExceeded", "Warning")))
    assert finding.code == "cluster/quota-exceeded"
    assert "VpcLimitExceeded" in finding.title
    finding = only(conclude(*made("VpcReconciliationFailed", "route not found", "Error")))
    assert finding.code == "cluster/network-failed"
    assert only(conclude(*made("Odd", "no", "Error"))).code == "cluster/infrastructure-failed"
    assert conclude(*made("VpcCreationStarted", "", "Info")) == []


def test_a_health_check_that_gave_up_is_told() -> None:
    def check(status: str, reason: str) -> Manifest:
        one = make("MachineHealthCheck", "train", api=CORE, namespace="default")
        one["status"] = {
            "conditions": [told("RemediationAllowed", status, reason)],
            "expectedMachines": 3,
            "currentHealthy": 1,
        }
        return one

    assert only(conclude(check("False", "TooManyUnhealthy"))).code == "pool/remediation-blocked"
    assert conclude(check("True", "RemediationAllowed")) == []
