"""What is told of a Cluster at real moments of its life, and at moments that are made of these."""

from datetime import timedelta

import pytest

from clusterwright.tools.cluster_api.estate import CLUSTER, DEPLOYMENT, MACHINE, POOL, Estate
from clusterwright.tools.cluster_api.phases.operation import Course, course
from clusterwright.tools.cluster_api.phases.phase import Operation, Phase, State
from clusterwright.tools.cluster_api.phases.usual import Limit, Step, limit
from clusterwright.tools.manifest import Json, Manifest, items, name_of
from clusterwright.tools.snapshot import Snapshot
from tests.golden.compare import golden
from tests.tools.cluster_api.moment import NAMES, moment


def told(estate: Estate, cluster: Manifest) -> str:
    found = course(estate, cluster)
    now = estate.snapshot.now
    head = f"{found.operation} {found.version} {'available' if found.available else ''}".rstrip()
    return "\n".join([head, *(one.line(now) for one in found.phases)]) + "\n"


def at(name: str) -> Course:
    return course(*moment(name))


def later(estate: Estate, seconds: float) -> Estate:
    """Return the same objects, read so much later."""
    found = estate.snapshot
    return Estate(Snapshot("test", found.now + timedelta(seconds=seconds), found.objects))


def open_one(found: Course) -> Phase:
    return next(one for one in found.phases if one.open)


@pytest.mark.parametrize("name", NAMES)
def test_golden_moments_are_told_as_they_were(name: str) -> None:
    text = told(*moment(name))
    assert text == golden(f"phases/{name}.txt", text)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("train-create-1", Operation.CREATION),
        ("memory-create-2", Operation.CREATION),
        ("memory-upgrade-1", Operation.UPGRADE),
        ("train-upgrade-1", Operation.UPGRADE),
        ("train-scale-1", Operation.SCALING),
        ("train-delete-1", Operation.DELETION),
        ("train-rest-1", Operation.NONE),
    ],
)
def test_an_operation_is_told_by_what_changes(name: str, operation: Operation) -> None:
    assert at(name).operation is operation


def test_what_a_cloud_refuses_blocks_and_is_told_in_its_words() -> None:
    phase = open_one(at("cloudy-create-1"))
    assert (phase.name, phase.state, phase.counted) == ("pool gpu", State.BLOCKED, "0 of 2")
    assert phase.waits_for is not None
    assert phase.waits_for.ref.kind == "AWSMachine"
    assert phase.waits_for.reason == "InstanceProvisionFailed"
    assert "InsufficientInstanceCapacity" in phase.waits_for.message


def test_what_only_starts_is_never_called_blocked() -> None:
    for name in NAMES:
        if not name.startswith("cloudy"):
            assert all(one.state is not State.BLOCKED for one in at(name).phases), name


def test_a_phase_is_late_when_it_takes_longer_than_its_provider_ever_waited() -> None:
    estate, cluster = moment("cloudy-create-1")
    assert limit("AWSCluster", Step.WORKERS) == Limit(
        1200, "cluster-api-provider-aws test/e2e/data/e2e_conf.yaml"
    )
    assert not open_one(course(later(estate, 1100), cluster)).late
    phase = open_one(course(later(estate, 1300), cluster))
    assert phase.late
    assert phase.limit_seconds == 1200
    assert phase.limit_source == "cluster-api-provider-aws test/e2e/data/e2e_conf.yaml"
    assert "LATE" in phase.line(estate.snapshot.now)


def test_a_provider_that_is_not_in_the_table_is_never_late() -> None:
    estate, cluster = moment("train-create-1")
    phase = open_one(course(later(estate, 90_000), cluster))
    assert (phase.late, phase.limit_seconds) == (False, None)


def test_a_paused_cluster_is_blocked_by_its_pause() -> None:
    estate, cluster = moment("train-create-3")
    cluster["spec"]["paused"] = True
    phase = open_one(course(estate, cluster))
    assert phase.state is State.BLOCKED
    unread, cluster = moment("train-create-1")
    cluster["spec"]["paused"] = True
    waits = open_one(course(unread, cluster)).waits_for
    assert waits is not None
    assert waits.reason == "Paused"


def say(manifest: Manifest, kind: str, **told: Json) -> None:
    for one in items(manifest, "status", "conditions"):
        if one["type"] == kind:
            one.update(told)


def test_a_control_plane_that_tells_no_patch_is_not_upgraded_for_ever() -> None:
    estate, cluster = moment("train-rest-1")
    _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
    assert plane is not None
    plane["spec"]["version"], plane["status"]["version"] = "v1.36", "v1.36"  # as EKS has it
    assert course(estate, cluster).operation is Operation.NONE
    plane["status"]["version"] = "v1.35"
    assert course(estate, cluster).operation is Operation.UPGRADE


def test_a_hook_that_holds_an_upgrade_blocks_it() -> None:
    estate, cluster = moment("train-upgrade-1")
    hook = {"status": "False", "reason": "LifecycleHookBlocking", "message": "BeforeWorkersUpgrade"}
    say(cluster, "TopologyReconciled", **hook)
    phase = open_one(course(estate, cluster))
    assert (phase.name, phase.state) == ("pool gpu", State.BLOCKED)
    assert phase.waits_for is not None
    assert phase.waits_for.reason == "LifecycleHookBlocking"


def test_a_drain_that_a_budget_holds_is_told_at_once_and_blocks_after_ten_minutes() -> None:
    estate, cluster = moment("train-scale-1")
    phase = open_one(course(estate, cluster))
    assert phase.state is State.UNDER_WAY
    assert phase.old == 2
    assert phase.waits_for is not None
    assert "disruption budget" in phase.waits_for.message
    assert open_one(course(later(estate, 700), cluster)).state is State.BLOCKED


def test_a_hook_of_somebody_else_blocks_a_deletion_after_five_minutes() -> None:
    estate, cluster = moment("memory-delete-1")
    for one in estate.of(MACHINE, cluster):
        hook = {"status": "True", "reason": "WaitingForPreTerminateHook", "message": "backup"}
        say(one, "Deleting", **hook)
    assert open_one(course(estate, cluster)).state is State.UNDER_WAY
    phase = open_one(course(later(estate, 400), cluster))
    assert (phase.name, phase.state) == ("control plane gone", State.BLOCKED)


def test_a_cluster_that_was_available_once_is_not_being_created() -> None:
    estate, cluster = moment("train-rest-1")
    since = estate.snapshot.now.isoformat()
    say(cluster, "Available", status="False", reason="NotAvailable", lastTransitionTime=since)
    found = course(estate, cluster)
    assert (found.operation, found.available) == (Operation.NONE, False)


def test_the_counters_of_the_older_api_tell_of_a_rollout() -> None:
    estate, cluster = moment("train-rest-1")
    cluster["status"]["conditions"] = [
        one for one in cluster["status"]["conditions"] if one["type"] == "Available"
    ]
    (pool,) = estate.of(DEPLOYMENT, cluster)
    del pool["status"]["upToDateReplicas"]
    pool["status"] |= {"conditions": [], "updatedReplicas": 1}
    for machine in estate.of(MACHINE, cluster)[:2]:
        say(machine, "UpToDate", status="False", reason="NotUpToDate")
    found = course(estate, cluster)
    assert found.operation is Operation.ROLLOUT
    assert [one.name for one in found.phases] == ["pool gpu", "available"]
    assert open_one(found).counted == "1 of 3, 2 to go"


def test_a_pool_that_is_still_to_be_made_is_told() -> None:
    estate, cluster = moment("train-create-1")
    found = course(estate, cluster)
    assert found.phases[-2].name == "pool gpu"
    assert found.phases[-2].counted == "0 of 2"


def test_of_many_pools_those_in_trouble_and_the_end_are_told() -> None:
    estate, cluster = moment("train-rest-1")
    (made,) = estate.of(DEPLOYMENT, cluster)
    pools: list[Manifest] = []
    for number in range(60):
        name = f"pool-{number:02d}"
        labels = {**made["metadata"]["labels"], "topology.cluster.x-k8s.io/deployment-name": name}
        metadata = {**made["metadata"], "name": name, "labels": labels}
        trouble = {"spec": {**made["spec"], "replicas": 2 if number == 59 else 0}}
        pools.append({**made, **trouble, "metadata": metadata})
    _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
    assert plane is not None
    plane["status"]["version"] = "v1.35.2"
    none: dict[str, list[Manifest]] = {DEPLOYMENT: pools, MACHINE: []}
    objects = {**estate.snapshot.objects, **none}
    found = course(Estate(Snapshot("test", estate.snapshot.now, objects)), cluster)
    names = [one.name for one in found.phases]
    assert len(names) == 40
    assert "pool pool-59" in names
    assert names[-2:] == ["24 more", "available"]
    assert found.phases[-2].state is State.DONE


def test_a_cluster_without_topology_has_its_version_from_its_control_plane() -> None:
    estate, cluster = moment("memory-upgrade-1")
    del cluster["spec"]["topology"]
    found = course(estate, cluster)
    assert (found.operation, found.version) == (Operation.UPGRADE, "v1.36.3")
    assert found.phases[0].name == "control plane machines"


def test_a_machine_pool_without_machines_is_upgraded_when_its_nodes_are() -> None:
    """It counts all replicas as ready and up to date, whatever they run."""
    estate, cluster = moment("train-rest-1")
    (made,) = estate.of(DEPLOYMENT, cluster)
    versions = [{"version": "v1.35.2", "replicas": 2}, {"version": "v1.36.3", "replicas": 1}]
    status = {"replicas": 3, "readyReplicas": 3, "upToDateReplicas": 3, "versions": versions}
    labels = {**made["metadata"]["labels"], "topology.cluster.x-k8s.io/pool-name": "gpu"}
    pool = {**made, "kind": "MachinePool", "status": status}
    pool["metadata"] = {**made["metadata"], "labels": labels}
    _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
    assert plane is not None
    plane["status"]["version"] = "v1.35.2"
    none: dict[str, list[Manifest]] = {DEPLOYMENT: [], MACHINE: []}
    objects = {**estate.snapshot.objects, **none, POOL: [pool]}
    changed = Estate(Snapshot("test", estate.snapshot.now, objects))
    found = course(changed, cluster)
    assert found.operation is Operation.UPGRADE
    phase = next(one for one in found.phases if one.name.startswith("pool"))
    assert phase.counted.startswith("1 of 3")
    assert phase.state is not State.DONE


def test_moments_are_what_their_names_say() -> None:
    for name in NAMES:
        estate, cluster = moment(name)
        assert name_of(cluster) == name.partition("-")[0]
        assert estate.snapshot.of_kind(CLUSTER) == [cluster]
