"""What a change of a Cluster API object puts at risk, and what proves that it worked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Met, Pending, Scene, Step
from clusterwright.tools.kubernetes.changes.workload_cluster import (
    check_quorum,
    manned,
    reconciled,
    risks,
)
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLUSTER = Ref("Cluster", "train", "default", "cluster.x-k8s.io")
SCENE = Scene("test", NOW, {}, Snapshot("test", NOW, {}))
BEFORE: Manifest = {"spec": {"topology": {"version": "v1.35.2", "controlPlane": {"replicas": 1}}}}


def patch(topology: Json, ref: Ref = CLUSTER) -> Step:
    return Step("patch", Write(Verb.PATCH, ref, {"spec": {"topology": topology}}), before=BEFORE)


def told(step: Step) -> list[Risk]:
    return [risk for risk, _ in risks(SCENE, step)]


def test_an_upgrade_and_a_variable_put_every_machine_at_risk() -> None:
    assert told(patch({"version": "v1.36.3"})) == [Risk.HIGH]
    assert told(patch({"variables": [{"name": "accelerator", "value": "H100"}]})) == [Risk.HIGH]
    assert told(patch({"controlPlane": {"replicas": 3}})) == [Risk.MEDIUM]


def test_what_a_cluster_is_made_of_is_not_changed_lightly() -> None:
    for spec in (
        {"topology": {"classRef": {"name": "other"}}},
        {"infrastructureRef": {"name": "other"}},
        {"controlPlaneRef": None},
        {"controlPlaneEndpoint": {"host": "elsewhere.test"}},
    ):
        step = Step("patch", Write(Verb.PATCH, CLUSTER, {"spec": spec}), before=MADE_OF)
        assert told(step) == [Risk.HIGH]
    paused = Write(Verb.PATCH, CLUSTER, {"spec": {"paused": True}})
    assert told(Step("patch", paused, before=MADE_OF)) == [Risk.MEDIUM]


MADE_OF: Manifest = {
    "spec": {
        "topology": {"classRef": {"name": "gpu"}},
        "controlPlaneRef": {"name": "train"},
        "infrastructureRef": {"name": "train"},
        "controlPlaneEndpoint": {"host": "train.test"},
    }
}
POOLS: Manifest = {
    "spec": {
        "topology": {
            "workers": {
                "machineDeployments": [
                    {"class": "a", "name": "gpu", "replicas": 4},
                    {"class": "a", "name": "cpu", "replicas": 1},
                ]
            }
        }
    }
}


@pytest.mark.parametrize(
    ("workers", "reasons"),
    [
        (None, ["pool gpu of {} goes", "pool cpu of {} goes"]),
        ({"machineDeployments": None}, ["pool gpu of {} goes", "pool cpu of {} goes"]),
        (
            {"machineDeployments": [{"class": "a", "name": "gpu", "replicas": 0}]},
            ["4 of 4 machines of pool gpu of {} go", "pool cpu of {} goes"],
        ),
    ],
)
def test_machines_that_go_with_a_patch_are_of_high_risk(workers: Json, reasons: list[str]) -> None:
    body = {"spec": {"topology": {"workers": workers}}}
    found = list(risks(SCENE, Step("patch", Write(Verb.PATCH, CLUSTER, body), before=POOLS)))
    assert found[0] == (Risk.MEDIUM, f"machines of {CLUSTER} may come, go or be replaced")
    assert found[1:] == [
        (Risk.HIGH, f"{one.format(CLUSTER)}, and what runs on {'it' if 'goes' in one else 'them'}")
        for one in reasons
    ]


def test_fewer_machines_of_a_pool_without_a_topology_are_of_high_risk() -> None:
    pool = Ref("MachineDeployment", "gpu", "default", "cluster.x-k8s.io")
    fewer = Write(Verb.PATCH, pool, {"spec": {"replicas": 1}})
    assert told(Step("patch", fewer, before={"spec": {"replicas": 3}})) == [Risk.MEDIUM, Risk.HIGH]
    assert told(Step("patch", fewer, before={"spec": {"replicas": 0}})) == [Risk.MEDIUM]


@pytest.mark.parametrize(
    ("name", "value", "risk"),
    [
        ("cluster.x-k8s.io/remediate-machine", "", [Risk.HIGH]),
        ("cluster.x-k8s.io/delete-machine", "yes", [Risk.MEDIUM]),
        ("controlplane.cluster.x-k8s.io/skip-coredns", "", [Risk.MEDIUM]),
        ("cluster.x-k8s.io/kept", "as it was", []),
        ("notcluster.x-k8s.io/a", "b", []),
        ("team", "shop", []),
    ],
)
def test_an_annotation_that_controllers_act_on_is_judged(
    name: str, value: str, risk: list[Risk]
) -> None:
    before: Manifest = {"metadata": {"annotations": {"cluster.x-k8s.io/kept": "as it was"}}}
    body = {"metadata": {"annotations": {name: value}}}
    machine = Ref("Machine", "a", "default", "cluster.x-k8s.io")
    assert told(Step("patch", Write(Verb.PATCH, machine, body), before=before)) == risk


def test_annotations_that_are_all_taken_away_are_judged_too() -> None:
    before: Manifest = {"metadata": {"annotations": {"cluster.x-k8s.io/paused": ""}}}
    step = Step(
        "patch", Write(Verb.PATCH, CLUSTER, {"metadata": {"annotations": None}}), before=before
    )
    assert told(step) == [Risk.MEDIUM]


def test_other_values_of_a_cluster_deployment_may_replace_machines() -> None:
    ref = Ref("ClusterDeployment", "train", "default", "k0rdent.mirantis.com")
    before: Manifest = {"spec": {"config": {"workersNumber": 2}}}
    write = Write(Verb.PATCH, ref, {"spec": {"config": {"workersNumber": 3}}})
    assert told(Step("patch", write, before=before)) == [Risk.HIGH]
    same = Write(Verb.PATCH, ref, {"metadata": {"labels": {"a": "b"}}})
    assert told(Step("patch", same, before=before)) == []


def test_what_stays_as_it_is_puts_nothing_at_risk() -> None:
    assert told(patch({"version": "v1.35.2"})) == []
    assert told(patch({}, Ref("Deployment", "cart", "shop"))) == []


def test_to_delete_a_cluster_or_what_makes_its_machines_is_of_high_risk() -> None:
    machine = Ref("AWSMachine", "a", "default", "infrastructure.cluster.x-k8s.io")
    for ref in (CLUSTER, machine):
        assert told(Step("delete", Write(Verb.DELETE, ref, {}), before={})) == [Risk.HIGH]


@pytest.mark.parametrize("members", [2, 4])
def test_an_even_control_plane_is_refused_with_what_would_do(members: int) -> None:
    with pytest.raises(RefusedError, match="odd") as raised:
        check_quorum(patch({"controlPlane": {"replicas": members}}))
    assert str(members + 1) in raised.value.hint


def test_an_even_control_plane_is_left_to_whoever_knows_that_its_etcd_is_elsewhere() -> None:
    check_quorum(replace(patch({"controlPlane": {"replicas": 2}}), risks=()))
    ref = Ref("KubeadmControlPlane", "train", "default", "controlplane.cluster.x-k8s.io")
    external = {"clusterConfiguration": {"etcd": {"external": {"endpoints": ["https://a"]}}}}
    plane = {"spec": {"replicas": 1, "kubeadmConfigSpec": external}}
    write = Write(Verb.PATCH, ref, {"spec": {"replicas": 2}})
    check_quorum(Step("scale", write, before=plane))
    with pytest.raises(RefusedError, match="odd"):
        check_quorum(Step("scale", write, before={"spec": {"replicas": 1}}))


@pytest.mark.parametrize("members", [0, 1, 3, 5, None, "2"])
def test_any_other_number_is_left_to_the_api_server(members: Json) -> None:
    check_quorum(patch({"controlPlane": {"replicas": members}}))


def cluster(generation: int = 2, **conditions: str) -> Manifest:
    found = [
        {"type": kind, "status": status, "observedGeneration": 2, "reason": "Because"}
        for kind, status in conditions.items()
    ]
    return {"metadata": {"generation": generation}, "status": {"conditions": found}}


def test_a_cluster_is_proven_when_it_is_available_and_nothing_moves_any_more() -> None:
    judge = reconciled(CLUSTER).judge
    done = cluster(Available="True", RollingOut="False", TopologyReconciled="True")
    assert judge(done, ()) == Met()
    rolling = judge(cluster(Available="True", RollingOut="True"), ())
    assert rolling == Pending("RollingOut is True: Because")
    assert isinstance(judge(cluster(Available="False"), ()), Pending)
    assert isinstance(judge(cluster(), ()), Pending)


def test_conditions_that_do_not_tell_of_the_change_prove_nothing() -> None:
    assert isinstance(
        reconciled(CLUSTER).judge(cluster(generation=3, Available="True"), ()), Pending
    )


def test_a_paused_cluster_is_as_it_was_asked_to_be() -> None:
    assert reconciled(CLUSTER).judge({"spec": {"paused": True}}, ()) == Met()


def deployment(wanted: int, **status: int) -> Manifest:
    counted = {"observedGeneration": 2, **status}
    metadata = {"generation": 2}
    return {"metadata": metadata, "spec": {"replicas": wanted}, "status": counted}


@pytest.mark.parametrize("up_to_date", ["upToDateReplicas", "updatedReplicas"])
def test_a_pool_is_proven_by_its_machines_in_either_api(up_to_date: str) -> None:
    judge = manned(Ref("MachineDeployment", "gpu", "default", "cluster.x-k8s.io")).judge
    counts = {"replicas": 2, "readyReplicas": 2, up_to_date: 2}
    assert judge(deployment(2, **counts), ()) == Met()
    assert judge(deployment(1, **counts), ()) == Pending("gpu: 2 of 1 machines there")
    unseen = judge(deployment(2, **counts, observedGeneration=1), ())
    assert unseen == Pending("the controller of gpu has not seen the change yet")
