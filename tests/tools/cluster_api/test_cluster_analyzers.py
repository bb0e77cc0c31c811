"""Clusters: pauses, hooks, versions, deletions, classes, resource sets, providers, orphans."""

import pytest

from clusterwright.tools.finding import AbsenceEvidence, Severity
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
INITIALIZED = told("ControlPlaneInitialized", "True", "Initialized")


def plane(*conditions: Manifest, replicas: int = 3, version: str = "v1.36.3") -> Manifest:
    spec = {"replicas": replicas, "version": version}
    status = {"replicas": replicas}
    kind = "KubeadmControlPlane"
    return layer(kind, "train-cp", *conditions, group=PLANE, spec=spec, status=status)


def classy(*conditions: Manifest, **spec: Json) -> Manifest:
    topology: Manifest = {
        "classRef": {"name": "gpu"},
        "version": "v1.36.3",
        "controlPlane": {"replicas": 3},
        "workers": {"machineDeployments": [{"name": "gpu", "replicas": 2}]},
        **spec.pop("topology", {}),
    }
    reference = refer("KubeadmControlPlane", "train-cp", PLANE)
    return cluster(INITIALIZED, *conditions, topology=topology, controlPlaneRef=reference, **spec)


def pool(replicas: int = 2, *conditions: Manifest, **metadata: Json) -> Manifest:
    labels = {"topology.cluster.x-k8s.io/deployment-name": "gpu"}
    return make(
        "MachineDeployment",
        "train-gpu",
        api=CORE,
        namespace="default",
        metadata={"labels": labels, **metadata},
        spec={"clusterName": "train", "replicas": replicas},
        status={"replicas": replicas, "conditions": list(conditions)},
    )


def test_a_pause_with_nothing_to_do_is_on_purpose() -> None:
    assert conclude(classy(paused=True), plane(), pool()) == []


@pytest.mark.parametrize(
    ("topology", "says"),
    [
        ({"version": "v1.37.0"}, "train-cp: version v1.37.0 asked, v1.36.3 there"),
        ({"controlPlane": {"replicas": 5}}, "train-cp: replicas 5 asked, 3 there"),
        (
            {"workers": {"machineDeployments": [{"name": "gpu", "replicas": 8}]}},
            "train-gpu: replicas 8 asked, 2 there",
        ),
        (
            {"workers": {"machineDeployments": [{"name": "new"}]}},
            "pool new is asked for and does not exist",
        ),
    ],
)
def test_a_pause_that_holds_a_change_names_the_change(topology: Manifest, says: str) -> None:
    finding = only(conclude(classy(paused=True, topology=topology), plane(), pool()))
    assert finding.code == "cluster/paused-with-changes"
    assert finding.title == f"It is paused, and a change waits: “{says}”"
    assert finding.evidence[0].model_dump()["path"] == "$.spec.paused"
    assert conclude(classy(topology=topology), plane(), pool()) == []


def test_a_cluster_without_topology_that_is_paused_is_judged_by_its_pools() -> None:
    one = cluster(paused=True)
    assert conclude(one, pool()) == []
    waiting = pool()
    waiting["spec"]["replicas"] = 5
    assert codes(conclude(one, waiting)) == ["cluster/paused-with-changes"]
    waiting["spec"]["replicas"] = 0
    assert codes(conclude(one, waiting)) == ["cluster/paused-with-changes"]


def test_a_hook_that_blocks_for_long_is_told_and_a_short_or_deferred_one_is_not() -> None:
    message = (
        "Cluster is upgrading to v1.36.3\n  * Following hooks are blocking upgrade:"
        " BeforeClusterUpgrade: waiting for the backup"
    )

    def held(reason: str, seconds: float, said: str = message) -> list[str]:
        one = told("TopologyReconciled", "False", reason, said, seconds=seconds)
        return codes(conclude(classy(one), plane(), pool()))

    assert held("ClusterUpgrading", 900) == ["cluster/hook-blocking"]
    assert held("LifecycleHookBlocking", 900, "hook AfterControlPlaneUpgrade is blocking") == [
        "cluster/hook-blocking"
    ]
    assert held("ClusterUpgrading", 300) == []
    assert held("ClusterUpgrading", 9000, "Cluster is upgrading to v1.36.3") == []
    assert held("MachineDeploymentsUpgradeDeferred", 9000, "deferred") == []
    assert held("MachineDeploymentsUpgradePending", 9000, "pending") == []


def test_a_hook_is_named_in_the_title() -> None:
    said = "Following hooks are blocking Cluster topology creation: BeforeClusterCreate: no budget"
    one = told("TopologyReconciled", "False", "ClusterCreating", said, seconds=900)
    finding = only(conclude(classy(one), plane(), pool()))
    assert finding.title.endswith("“Cluster topology creation: BeforeClusterCreate: no budget”")


def versions(workers: str, own: str, *more: Manifest) -> list[str]:
    labels = {"cluster.x-k8s.io/control-plane": ""}
    of_plane = machine(name="cp-1", metadata={"labels": labels}, version=own)
    worker = machine(*more, name="gpu-1", version=workers)
    return codes(conclude(cluster(INITIALIZED), of_plane, worker))


def test_nodes_newer_than_their_api_server_or_far_behind_it_are_told() -> None:
    assert versions("v1.36.1", "v1.35.9") == ["cluster/version-skew"]
    assert versions("v1.31.0", "v1.35.9") == ["cluster/version-skew"]
    assert versions("v1.32.0", "v1.35.9") == []
    assert versions("v1.35.0", "v1.35.9") == []
    assert versions("v1.36.3+k0s.0", "v1.36.3+k0s.2") == []
    assert versions("", "v1.35.9") == []


def test_machines_that_a_rollout_replaces_are_no_skew() -> None:
    replaced = told("UpToDate", "False", "NotUpToDate", "version v1.31.0, v1.35.9 required")
    assert versions("v1.31.0", "v1.35.9", replaced) == []


def test_a_cluster_that_is_deleted_while_it_is_paused_never_goes() -> None:
    one = cluster(paused=True)
    one["metadata"]["deletionTimestamp"] = ago(900)
    finding = only(conclude(one))
    assert finding.code == "cluster/deletion-blocked"
    assert "paused" in finding.title
    one["metadata"]["deletionTimestamp"] = ago(60)
    assert conclude(one) == []


def test_a_cluster_that_waits_for_a_machine_that_does_not_go_is_told_as_that_machine() -> None:
    whole = cluster(told("Deleting", "True", "WaitingForWorkersDeletion", "* Machines: gpu-1"))
    whole["metadata"]["deletionTimestamp"] = ago(1200)
    drains = told("Deleting", "True", "DrainingNode", "Drain not completed yet: * Pod a/b: budget")
    held = machine(drains, name="gpu-1", metadata={"deletionTimestamp": ago(1100)}, node="n-1")
    finding = only(conclude(whole, held))
    assert finding.code == "machine/deletion-blocked"
    assert ("$.status.nodeRef.name", "n-1") in {
        (one.path, one.value) for one in finding.evidence if one.type == "field"
    }


def gpu_class(*conditions: Manifest, **status: Json) -> Manifest:
    whole = {"conditions": list(conditions), **status}
    return make("ClusterClass", "gpu", api=CORE, namespace="default", status=whole)


def test_a_class_whose_variables_are_not_known_is_told_with_its_clusters() -> None:
    failed = told("VariablesReady", "False", "VariableDiscoveryFailed", "no answer")
    finding = only(conclude(gpu_class(failed), classy(), plane(), pool()))
    assert finding.code == "class/variables-unknown"
    assert finding.members == (ref("Cluster", "train"),)
    conflict: Manifest = {"name": "accelerator", "definitionsConflict": True}
    told_ready = told("VariablesReady", "True", "VariablesReady")
    finding = only(conclude(gpu_class(told_ready, variables=[conflict])))
    assert finding.code == "class/variables-unknown"
    assert "accelerator" in finding.title
    assert conclude(gpu_class(told_ready, variables=[{"name": "accelerator"}])) == []


def test_templates_of_an_old_version_are_worth_knowing() -> None:
    old = told("RefVersionsUpToDate", "False", "RefVersionsNotUpToDate", "* T x: current: a")
    finding = only(conclude(gpu_class(old)))
    assert (finding.code, finding.severity) == ("class/templates-outdated", Severity.INFO)
    assert conclude(gpu_class(told("RefVersionsUpToDate", "True", "UpToDate"))) == []


def resource_set(reason: str, *, seconds: float = 600, **labels: str) -> Manifest:
    said = told("ResourcesApplied", "False", reason, "ConfigMap cni not found", seconds=seconds)
    return make(
        "ClusterResourceSet",
        "cni",
        api="addons.cluster.x-k8s.io/v1beta2",
        namespace="default",
        spec={"clusterSelector": {"matchLabels": labels}},
        status={"conditions": [said]},
    )


def test_resources_that_are_not_applied_to_a_cluster_that_serves_are_told() -> None:
    serves = cluster(INITIALIZED)
    serves["metadata"]["labels"] = {"cni": "yes"}
    finding = only(conclude(resource_set("NotApplied", cni="yes"), serves))
    assert finding.code == "resourceset/not-applied"
    assert finding.members == (ref("Cluster", "train"),)
    starting = cluster(told("ControlPlaneInitialized", "False", "NotInitialized"))
    starting["metadata"]["labels"] = {"cni": "yes"}
    assert conclude(resource_set("NotApplied", cni="yes"), starting) == []
    assert conclude(resource_set("NotApplied", cni="no"), serves) == []
    assert conclude(resource_set("NotApplied", seconds=10, cni="yes"), serves) == []


def test_infrastructure_that_nothing_owns_or_names_is_an_orphan() -> None:
    served = ("Machine.cluster.x-k8s.io", "Cluster.cluster.x-k8s.io")
    lost = layer("AWSMachine", "old-1", status={"ready": True}, age=3600)
    finding = only(conclude(lost, served=served))
    assert finding.code == "infrastructure/orphaned"
    assert conclude(layer("AWSMachine", "new-1", age=60), served=served) == []
    assert conclude(layer("AWSMachineTemplate", "t", age=3600), served=served) == []
    pooled = layer("PooledRemoteMachine", "spare", age=3600)
    assert conclude(pooled, served=served) == []  # it waits to be taken
    assert conclude(lost) == []  # Machines were not read
    owned = layer("AWSMachine", "old-1", age=3600, spec={"providerID": "aws:///i-1"})
    owner = {"apiVersion": CORE, "kind": "Machine", "name": "old-1", "controller": True}
    owned["metadata"]["ownerReferences"] = [owner]
    finding = only(conclude(owned, served=served))
    assert isinstance(finding.evidence[0], AbsenceEvidence)
    assert conclude(owned, served=served, there=(machine(name="old-1"),)) == []


def test_infrastructure_that_was_deleted_and_stays_without_an_owner_is_told() -> None:
    served = ("Machine.cluster.x-k8s.io", "Cluster.cluster.x-k8s.io")
    stuck = layer("AWSMachine", "old-1", age=7200)
    stuck["metadata"] |= {
        "deletionTimestamp": ago(3600),
        "finalizers": ["awsmachine.infrastructure.cluster.x-k8s.io"],
    }
    finding = only(conclude(stuck, served=served))
    assert "awsmachine.infrastructure.cluster.x-k8s.io" in finding.title


def provider(name: str, kind: str, version: str) -> Manifest:
    return make(
        "Provider",
        name,
        api="clusterctl.cluster.x-k8s.io/v1alpha3",
        namespace="capi-system",
        providerName="kubeadm",
        type=kind,
        version=version,
    )


def test_a_control_plane_provider_that_stalls_an_upgrade_is_named() -> None:
    def upgrading(has: str, wanted: str, running: str = "v1.35.4") -> list[str]:
        labels = {"cluster.x-k8s.io/control-plane": ""}
        of_plane = machine(name="cp-1", metadata={"labels": labels}, version=running)
        installed = provider("control-plane-kubeadm", "ControlPlaneProvider", has)
        whole = classy(topology={"version": wanted})
        return codes(conclude(whole, plane(version=wanted), pool(), of_plane, installed))

    assert upgrading("v1.13.1", "v1.36.1") == ["provider/too-old-for-kubernetes"]
    assert upgrading("v1.10.4", "v1.35.5") == ["provider/too-old-for-kubernetes"]
    assert upgrading("v1.13.2", "v1.36.1") == []
    assert upgrading("v1.14.2", "v1.36.1") == []
    assert upgrading("v1.13.1", "v1.36.0") == []
    assert upgrading("v1.13.1", "v1.36.2", "v1.36.1") == []


def test_kinds_that_are_dropped_next_are_worth_knowing() -> None:
    one = layer("DockerMachine", "m-1", status={"ready": True})
    finding = only(conclude(one))
    assert (finding.code, finding.severity) == ("provider/kind-deprecated", Severity.INFO)
    assert conclude(layer("DevMachine", "m-1", status={"ready": True})) == []


def test_a_kind_that_no_provider_serves_is_told_when_its_definition_is_absent() -> None:
    one = cluster(infrastructureRef=refer("AWSCluster", "train"))
    other = ("AzureCluster.infrastructure.cluster.x-k8s.io",)
    finding = only(conclude(one, served=other))
    assert finding.code == "provider/not-installed"
    assert finding.subject.name == "awsclusters.infrastructure.cluster.x-k8s.io"
    definition = make(
        "CustomResourceDefinition",
        finding.subject.name,
        api="apiextensions.k8s.io/v1",
        namespace="",
    )
    assert conclude(one, served=other, there=(definition,)) == []


def test_a_kind_without_a_contract_is_told_with_its_labels() -> None:
    said = told(
        "TopologyReconciled",
        "False",
        "ReconcileFailed",
        'cannot find any versions matching contract versions "[v1beta2]" for CRD'
        " awsclusters.infrastructure.cluster.x-k8s.io as contract version label(s) are either"
        " missing or empty",
    )
    one = cluster(said, infrastructureRef=refer("AWSCluster", "train"))
    finding = only(conclude(one))
    assert finding.code == "provider/contract-skew"
    definition = make(
        "CustomResourceDefinition",
        "awsclusters.infrastructure.cluster.x-k8s.io",
        api="apiextensions.k8s.io/v1",
        namespace="",
        metadata={"labels": {"cluster.x-k8s.io/v1alpha4": "v1alpha4"}},
    )
    shown = only(conclude(one, there=(definition,))).evidence[0].model_dump()
    assert shown["value"] == "cluster.x-k8s.io/v1alpha4=v1alpha4"
    well = told("TopologyReconciled", "True", "ReconcileSucceeded")
    assert conclude(cluster(well, infrastructureRef=refer("AWSCluster", "train"))) == []
