"""Each check of an upgrade, on real moments of Clusters and what is changed in them."""

from dataclasses import replace

import pytest

from clusterwright.tools.cluster_api.estate import MACHINE
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.upgrade_checks.allowed import hops
from clusterwright.tools.cluster_api.upgrade_checks.apis import METRIC
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status
from clusterwright.tools.cluster_api.upgrade_checks.checking import checks
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene, Used
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.manifest import Json, Manifest, items
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.moment import moment, snapshot_of
from tests.tools.kubernetes.analyzers.cluster import make

CORE = Ref("Provider", "cluster-api", "capi-system", "clusterctl.cluster.x-k8s.io")


def scene(name: str = "train-rest-1", version: str = "v1.37.0", *, workload: bool = True) -> Scene:
    """Return a Cluster at a moment, asked for a version; train runs v1.36.3."""
    estate, cluster = moment(name)
    read = snapshot_of("train-workload") if workload else None
    goal = Version.asked(version)
    unread = "" if workload else "it does not answer"
    return Scene(Parts.of(estate, cluster), version, goal, workload=read, unread=unread)


def made(one: Scene) -> dict[str, Check]:
    return {check.name: check for check in checks(one)}


def status(one: Scene, name: str) -> Status:
    return made(one)[name].status


def listing(*versions: str, **spec: Json) -> Manifest:
    return make("ClusterClass", "gpu", spec={"kubernetesVersions": list(versions), **spec})


def test_all_of_a_cluster_at_rest_is_told() -> None:
    told = made(scene())
    assert {name: one.status for name, one in told.items()} == {
        "version": Status.PASSED,
        "paused": Status.PASSED,
        "under way": Status.PASSED,
        "machines": Status.PASSED,
        "version skew": Status.PASSED,
        "control plane": Status.NOT_CHECKED,
        "Cluster API": Status.NOT_CHECKED,
        "images": Status.NOT_CHECKED,
        "capacity": Status.PASSED,
        "webhooks": Status.PASSED,
        "disruption budgets": Status.BLOCK,
        "pods": Status.WARN,
        "removed APIs": Status.PASSED,
    }


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("v1.36.4", Status.PASSED),
        ("1.37.0", Status.PASSED),
        ("v1.36.3", Status.WARN),
        ("v1.36.2", Status.BLOCK),
        ("v1.35.9", Status.BLOCK),
        ("v1.38.0", Status.BLOCK),
        ("v2.0.0", Status.BLOCK),
    ],
)
def test_a_version_may_be_the_next_minor_and_never_older(version: str, found: Status) -> None:
    assert status(scene(version=version), "version") is found


def test_a_skipped_minor_is_named() -> None:
    assert "skips 1.37" in made(scene(version="v1.38.1"))["version"].said


def test_a_class_that_lists_versions_takes_these_alone_and_chains_them() -> None:
    listed = listing("v1.36.3", "v1.37.0", "v1.37.2", "v1.38.1")
    one = replace(scene(version="v1.38.1"), made_from=listed)
    assert hops(one) == ("v1.37.2", "v1.38.1")
    assert status(one, "version") is Status.PASSED
    other = replace(scene(version="v1.37.1"), made_from=listed)
    assert status(other, "version") is Status.BLOCK
    assert "v1.37.2" in made(other)["version"].do
    gap = replace(scene(version="v1.38.1"), made_from=listing("v1.36.3", "v1.38.1"))
    assert status(gap, "version") is Status.BLOCK


def test_what_an_extension_plans_is_not_foretold() -> None:
    external = {"external": {"generateUpgradePlanExtension": "plan"}}
    one = replace(scene(version="v1.39.0"), made_from=listing(upgrade=external))
    assert hops(one) == ()
    assert status(one, "version") is Status.PASSED


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("train-rest-1", Status.PASSED),
        ("train-scale-1", Status.WARN),
        ("memory-upgrade-1", Status.BLOCK),
        ("train-create-3", Status.BLOCK),
        ("train-delete-1", Status.BLOCK),
    ],
)
def test_what_is_under_way_comes_first(name: str, found: Status) -> None:
    assert status(scene(name), "under way") is found


def test_a_pause_and_hooks_and_deferred_pools_are_told() -> None:
    one = scene()
    cluster = one.parts.cluster
    cluster["spec"]["paused"] = True
    hook = "before-upgrade.hook.cluster.cluster.x-k8s.io/backup"
    cluster["metadata"]["annotations"] = {hook: ""}
    (pool,) = items(cluster, "spec", "topology", "workers", "machineDeployments")
    pool["metadata"] = {"annotations": {"topology.cluster.x-k8s.io/defer-upgrade": ""}}
    told = made(one)
    assert told["paused"].status is Status.BLOCK
    assert told["hooks"].status is Status.BLOCK
    assert "backup" in told["hooks"].said
    assert told["deferred pools"].status is Status.WARN
    cluster["metadata"]["annotations"] = {
        "runtime.cluster.x-k8s.io/pending-hooks": "AfterClusterUpgrade"
    }
    assert status(one, "hooks") is Status.BLOCK


def sick(machine: Manifest, kind: str = "Ready") -> None:
    for one in items(machine, "status", "conditions"):
        if one["type"] == kind:
            one.update(status="False", reason="NotReady", message="the kubelet stopped")


def test_unhealthy_machines_of_the_control_plane_block_and_workers_warn() -> None:
    one = scene()
    sick(one.parts.estate.of(MACHINE, one.parts.cluster)[0])
    assert status(one, "machines") is Status.WARN
    other = scene("memory-upgrade-1")
    sick(other.parts.control_machines[0])
    assert status(other, "machines") is Status.BLOCK


def kubelets(one: Scene, version: str) -> Scene:
    assert one.workload is not None
    for node in one.workload.of_kind("Node"):
        node["status"]["nodeInfo"] = {"kubeletVersion": version}
    return one


@pytest.mark.parametrize(
    ("kubelet", "found"),
    [
        ("v1.34.0", Status.PASSED),
        ("v1.33.9", Status.BLOCK),
        ("v1.37.9", Status.PASSED),
        ("v1.38.0", Status.BLOCK),
    ],
)
def test_kubelets_are_three_minors_older_at_most_and_never_newer(
    kubelet: str, found: Status
) -> None:
    assert status(kubelets(scene(version="v1.37.0"), kubelet), "version skew") is found


def test_etcd_must_be_whole() -> None:
    one = scene("memory-rest-1")
    assert status(one, "control plane") is Status.PASSED
    sick(one.parts.control_machines[0], "EtcdMemberHealthy")
    told = made(one)["control plane"]
    assert told.status is Status.BLOCK
    assert "1 of 3 members" in told.said


def released(version: str, *, goal: str, name: str = "memory-rest-1") -> Scene:
    return replace(scene(name, goal), release=(CORE, Version.asked(version)))


@pytest.mark.parametrize(
    ("release", "goal", "found"),
    [
        ("v1.14.2", "v1.36.3", Status.PASSED),
        ("v1.12.7", "v1.36.3", Status.WARN),
        ("v1.12.8", "v1.36.3", Status.PASSED),
        ("v1.13.9", "v1.37.0", Status.WARN),
        ("v1.11.11", "v1.34.0", Status.NOT_CHECKED),
    ],
)
def test_a_release_of_cluster_api_supports_some_versions(
    release: str, goal: str, found: Status
) -> None:
    assert status(released(release, goal=goal), "Cluster API") is found


@pytest.mark.parametrize(
    ("release", "goal", "found"),
    [
        ("v1.13.1", "v1.36.1", Status.BLOCK),
        ("v1.13.2", "v1.36.1", Status.PASSED),
        ("v1.12.7", "v1.35.5", Status.BLOCK),
        ("v1.12.7", "v1.35.4", Status.PASSED),
        ("v1.10.9", "v1.33.12", Status.BLOCK),
        ("v1.14.0", "v1.36.1", Status.PASSED),
    ],
)
def test_kubeadm_needs_a_binding_since_some_patches(release: str, goal: str, found: Status) -> None:
    assert status(released(release, goal=goal), "kubeadm") is found


def test_without_kubeadm_there_is_no_trap() -> None:
    assert "kubeadm" not in made(scene())


def webhook(name: str = "judge", **fields: Json) -> Manifest:
    rule = {"operations": ["CREATE"], "resources": ["pods"]}
    hook = {
        "name": f"{name}.test",
        "failurePolicy": "Fail",
        "clientConfig": {"service": {"name": name, "namespace": "default"}},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}},
        "rules": [rule],
        **fields,
    }
    return make("ValidatingWebhookConfiguration", name, namespace="", webhooks=[hook])


def with_objects(one: Scene, kind: str, *objects: Manifest) -> Scene:
    assert one.workload is not None
    more = [*one.workload.of_kind(kind), *objects]
    return replace(one, workload=one.workload.holding(kind, *more))


def test_a_webhook_that_must_answer_and_cannot_blocks() -> None:
    kind = "ValidatingWebhookConfiguration"
    dead = made(with_objects(scene(), kind, webhook()))["webhooks"]
    assert dead.status is Status.BLOCK
    assert dead.objects == (Ref("ValidatingWebhookConfiguration", "judge"),)
    ignored = with_objects(scene(), kind, webhook(failurePolicy="Ignore"))
    assert status(ignored, "webhooks") is Status.PASSED
    service = make("Service", "judge", namespace="default", spec={"selector": {"app": "serve"}})
    answered = with_objects(with_objects(scene(), kind, webhook()), "Service", service)
    assert status(answered, "webhooks") is Status.PASSED


def test_a_webhook_that_judges_the_system_too_is_a_warning() -> None:
    url = {"url": "https://judge.test"}
    wide = webhook(clientConfig=url, namespaceSelector={})
    assert (
        status(with_objects(scene(), "ValidatingWebhookConfiguration", wide), "webhooks")
        is Status.WARN
    )


def test_a_budget_that_lets_no_pod_go_blocks_with_its_nodes() -> None:
    told = made(scene())["disruption budgets"]
    assert told.objects[0] == Ref("PodDisruptionBudget", "serve", "default")
    assert {one.kind for one in told.objects[1:]} == {"Pod"}
    assert "train-gpu-w797r" in told.said
    one = scene()
    assert one.workload is not None
    one.workload.of_kind("PodDisruptionBudget")[0]["status"]["disruptionsAllowed"] = 1
    assert status(one, "disruption budgets") is Status.PASSED


def test_a_drain_with_a_deadline_ends_whatever_a_budget_says() -> None:
    one = scene()
    for machine in one.parts.estate.of(MACHINE, one.parts.cluster):
        machine["spec"]["deletion"] = {"nodeDrainTimeoutSeconds": 300}
    told = made(one)["disruption budgets"]
    assert told.status is Status.WARN
    assert "after 300 s" in told.said
    for machine in one.parts.estate.of(MACHINE, one.parts.cluster):
        machine["spec"] |= {"deletion": {}, "nodeDrainTimeout": "5m0s"}  # of the API v1beta1
    assert "after 300 s" in made(one)["disruption budgets"].said


def test_pods_that_nothing_replaces_and_data_on_nodes_are_told() -> None:
    told = made(scene())["pods"]
    assert told.objects == (Ref("Pod", "notebook", "default"),)
    one = scene()
    assert one.workload is not None
    for pod in one.workload.of_kind("Pod"):
        pod["metadata"]["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "a", "controller": True}
        ]
    assert status(one, "local data") is Status.WARN
    assert "pods" not in made(one)


def surge(one: Scene, value: Json) -> Scene:
    (pool,) = one.parts.pools
    assert pool.manifest is not None
    rolling = {"maxSurge": value, "maxUnavailable": 1}
    pool.manifest["spec"]["rollout"] = {
        "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}
    }
    return one


def test_without_surge_the_gpus_of_a_node_must_be_free_elsewhere() -> None:
    told = made(surge(scene(), 0))["capacity of pool gpu"]
    assert told.status is Status.WARN
    assert "1 nvidia.com/gpu" in told.said
    assert status(surge(scene(), "34%"), "capacity") is Status.PASSED
    free = surge(scene(), 0)
    assert free.workload is not None
    for node in free.workload.of_kind("Node"):
        node["status"]["allocatable"]["nvidia.com/gpu"] = "4"
    assert status(free, "capacity") is Status.PASSED


def test_machines_that_are_replaced_by_hand_are_told() -> None:
    one = scene()
    (pool,) = one.parts.pools
    assert pool.manifest is not None
    pool.manifest["spec"]["strategy"] = {"type": "OnDelete"}
    pool.manifest["spec"].pop("rollout", None)
    assert status(one, "capacity of pool gpu") is Status.NOT_CHECKED


def test_removed_apis_that_are_asked_for_block_and_stored_ones_warn() -> None:
    asked = Used("networking.k8s.io", "v1beta1", "servicecidrs", METRIC)
    told = made(replace(scene(), used=[asked]))["removed APIs"]
    assert told.status is Status.BLOCK
    assert "servicecidrs of networking.k8s.io/v1beta1" in told.said
    ref = Ref("ServiceCIDR", "kubernetes")
    stored = replace(asked, resource="ServiceCIDR", how="stored", objects=(ref,))
    told = made(replace(scene(), used=[stored]))["removed APIs"]
    assert (told.status, told.objects) == (Status.WARN, (ref,))
    unseen = replace(scene(), unseen=["the metric was not read"])
    assert status(unseen, "removed APIs") is Status.NOT_CHECKED


def test_a_workload_cluster_that_was_not_read_is_told_once() -> None:
    told = made(scene(workload=False))
    assert told["workload cluster"].status is Status.NOT_CHECKED
    assert "it does not answer" in told["workload cluster"].said
    assert not {"webhooks", "disruption budgets", "pods", "removed APIs"} & set(told)


def test_kinds_that_were_not_read_are_not_passed() -> None:
    one = scene()
    assert one.workload is not None
    few = {"Node": one.workload.of_kind("Node")}
    one = replace(one, workload=Snapshot("test", one.workload.now, few))
    assert status(one, "webhooks") is Status.NOT_CHECKED
    assert status(one, "disruption budgets and pods") is Status.NOT_CHECKED
