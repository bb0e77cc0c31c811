"""Edges from what is in workload clusters to the machines and pools that findings are about."""

from copy import deepcopy

import pytest

from clusterwright.tools.cluster_api.across import Across, Workload
from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.kubernetes.brief import brief
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.objects import (
    CORE,
    NO_CAPACITY,
    aws_machine,
    cluster,
    examine,
    machine,
    ref,
    snapshot_of,
    told,
)
from tests.tools.cluster_api.test_odd_objects import ODD, places
from tests.tools.kubernetes.analyzers.cluster import make

GPU, CPU = ref("MachineDeployment", "train-gpu"), ref("MachineDeployment", "train-cpu")
CAPI = "capi:default/train"
DEVICE: Json = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}


def pool(name: str, **annotations: str) -> Manifest:
    told = {f"capacity.cluster-autoscaler.kubernetes.io/{k}": v for k, v in annotations.items()}
    metadata: Manifest = {"annotations": dict(told)}
    spec: Manifest = {"clusterName": "train", "replicas": 1}
    return make(
        "MachineDeployment", name, api=CORE, namespace="default", metadata=metadata, spec=spec
    )


def pending(name: str, owner: str = "", **spec: Json) -> Manifest:
    refused = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    owners: list[Json] = [
        {"kind": "ReplicaSet", "name": owner, "apiVersion": "apps/v1", "controller": True}
    ]
    return make(
        "Pod",
        name,
        namespace="ml",
        metadata={"ownerReferences": owners} if owner else {},
        spec={"containers": [{"name": "main"}], **spec},
        status={"phase": "Pending", "conditions": [refused]},
    )


FAILED = told("InstanceReady", "False", "InstanceProvisionFailed", NO_CAPACITY, severity="Error")
OBJECTS = (
    cluster(),
    machine(told("InfrastructureReady", "False", "NotReady")),
    aws_machine(FAILED),
)


def edges(
    workload: Workload | None, *objects: Manifest, management: str | None = None
) -> dict[Ref, tuple[Relation, ...]]:
    snapshot = snapshot_of(*objects)
    read = {Ref.of(objects[0]): workload} if workload else {}
    return Across(estate_of(snapshot), management, read).joins(examine(snapshot))


def waits(pod: str, target: Ref = GPU, cluster: str = CAPI) -> Relation:
    return Relation(
        source=Ref("Pod", pod, "ml"), edge=Edge.WAITS_FOR, target=target, source_cluster=cluster
    )


def test_a_pod_waits_for_the_pool_whose_node_would_take_it() -> None:
    gpu = pool("train-gpu", **{"gpu-type": "nvidia.com/gpu", "gpu-count": "1"})
    asks = pending("train-1", containers=[{"name": "main", **DEVICE}])
    assert edges(Workload([asks]), *OBJECTS, gpu) == {GPU: (waits("train-1"),)}


def test_a_pod_that_the_pools_node_would_not_take_stays_apart() -> None:
    asks = pending("train-1", containers=[{"name": "main", **DEVICE}])
    assert edges(Workload([asks]), *OBJECTS, pool("train-gpu")) == {}


def test_a_pod_of_a_pool_that_gets_its_machines_stays_apart() -> None:
    wants = pending("web-1", nodeSelector={"node-role.kubernetes.io/cpu": ""})
    gpu, cpu = pool("train-gpu"), pool("train-cpu")
    cpu["spec"] = {
        "clusterName": "train",
        "template": {"metadata": {"labels": {"node-role.kubernetes.io/cpu": ""}}},
    }
    assert edges(Workload([wants]), *OBJECTS, gpu, cpu) == {}


def test_of_the_pods_of_one_owner_the_first_one_is_told() -> None:
    pods = [pending(f"train-{i}", "train") for i in range(1, 4)]
    found = edges(Workload([*pods, pending("alone")]), *OBJECTS, pool("train-gpu"))
    assert found == {GPU: (waits("train-1"), waits("alone"))}


def test_there_are_ten_edges_of_pods_at_most() -> None:
    pods = [pending(f"train-{i}") for i in range(100)]
    assert len(edges(Workload(pods), *OBJECTS, pool("train-gpu"))[GPU]) == 10


def test_a_workload_cluster_is_named_with_the_management_cluster_that_was_named() -> None:
    found = edges(Workload([pending("train-1")]), *OBJECTS, pool("train-gpu"), management="prod/eu")
    assert found == {GPU: (waits("train-1", cluster="capi:prod/eu/default/train"),)}


def test_a_node_hangs_on_its_machine_and_that_on_its_pool() -> None:
    sick = machine(told("NodeHealthy", "False", "NodeNotReady", "down"), node="ip-10-0-0-1")
    own = Ref.of(sick)
    assert edges(None, cluster(), sick) == {
        GPU: (
            Relation(
                source=Ref("Node", "ip-10-0-0-1"),
                edge=Edge.PROVISIONED_BY,
                target=own,
                source_cluster=CAPI,
            ),
            Relation(source=own, edge=Edge.OWNED_BY, target=GPU),
        )
    }


def test_a_finding_names_all_of_its_own_machines_in_its_edges_to_their_pool() -> None:
    """An answer cuts its members to the first: this is how each is tied to its Node."""

    def sick(name: str, reason: str) -> Manifest:
        return machine(told("NodeHealthy", "False", reason, "down"), name=name, node=f"ip-{name}")

    machines = [sick("a", "NodeNotReady"), sick("b", "DiskPressure"), sick("c", "NodeNotReady")]
    findings = examine(snapshot_of(cluster(), *machines))
    assert {
        tuple(ref.name for ref in one.members): tuple(
            edge.source.name for edge in brief(one).relations if edge.source.kind == "Machine"
        )
        for one in findings
    } == {("a", "c"): ("a", "c"), ("b",): ("b",)}


def test_clusters_are_read_whose_pools_get_no_machines_and_that_answer() -> None:
    def wanted(*objects: Manifest) -> list[str]:
        snapshot = snapshot_of(*objects)
        across = Across(estate_of(snapshot), None)
        return [str(Ref.of(one)) for one in across.wanted(examine(snapshot))]

    short = (*OBJECTS[1:], pool("train-gpu"))
    assert wanted(cluster(), *short) == ["Cluster.cluster.x-k8s.io/default/train"]
    assert wanted(cluster(told("RemoteConnectionProbe", "False", "ProbeFailed")), *short) == []
    assert wanted(cluster(), pool("train-gpu")) == []


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("number", range(6))
def test_odd_objects_break_no_edge(number: int, odd: Json) -> None:
    def objects() -> list[Manifest]:
        gpu = pool("train-gpu", cpu="8", taints="a=b:NoSchedule", labels="a=b", maxPods="1")
        node = make("Node", "n1", namespace="", status={"allocatable": {"cpu": "4"}})
        asks = pending("train-1", "train", nodeSelector={"a": "b"}, tolerations=[{"key": "a"}])
        return [*deepcopy(OBJECTS), gpu, asks, node]

    for path in places(objects()[number]):
        if path[0] in {"kind", "apiVersion"} or path[:2] == ("metadata", "name"):
            continue  # the API server sees to these
        found = objects()
        holder: Json = found[number]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = odd
        *managed, pod, node = found
        edges(Workload([pod], [node]), *managed)
