"""Workloads that queues do not admit, by the reasons of Kueue, KAI and Volcano."""

import pytest

from clusterwright.tools.finding import Edge, Severity
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import codes, condition, found, only, thing
from tests.tools.gpu.funnel.fleet import Fleet, ago

API = "kueue.x-k8s.io/v1beta2"
WORKLOAD = "Workload.kueue.x-k8s.io/research/job-train"
JOB = {"apiVersion": "batch/v1", "kind": "Job", "name": "train", "controller": True}


def workload(*conditions: Manifest, name: str = "job-train", **more: Json) -> Manifest:
    spec = {"queueName": "team", "active": True, **more.pop("spec", {})}
    status = {"conditions": list(conditions), **more}
    metadata = {"ownerReferences": [JOB]}
    return thing("Workload", name, API, namespace="research", metadata=metadata, spec=spec,
                 status=status)  # fmt: skip


def reserved(reason: str, said: str = "as it is", *, minutes: int = 60) -> Manifest:
    told = condition("QuotaReserved", "False", reason, said)
    return {**told, "lastTransitionTime": ago(minutes=minutes)}


def kueue(*workloads: Manifest, active: Manifest | None = None, local: str = "team") -> Fleet:
    """A cluster with a queue, and workloads in it."""
    fleet = Fleet({"LocalQueue.kueue.x-k8s.io": [], "ClusterQueue.kueue.x-k8s.io": []})
    known = {"LocalQueue.kueue.x-k8s.io": [local_queue(local)], "ClusterQueue.kueue.x-k8s.io": [
        thing("ClusterQueue", "gpus", API, status={"conditions": [
            active or condition("Active", "True", "Ready")]})],
        "Workload.kueue.x-k8s.io": list(workloads)}  # fmt: skip
    fleet.objects.update(known)
    return fleet


def local_queue(name: str) -> Manifest:
    return thing("LocalQueue", name, API, namespace="research", spec={"clusterQueue": "gpus"})


@pytest.mark.parametrize(
    ("reason", "code", "severity"),
    [
        ("NoMatchingFlavor", "queue/no-flavor", Severity.WARNING),
        ("ExceedsMaxQuota", "queue/quota-exceeded", Severity.WARNING),
        ("WaitingForQuota", "queue/waits-for-quota", Severity.INFO),
        ("WaitingForPreemptedWorkloads", "queue/waits-for-quota", Severity.INFO),
        ("WaitingForPodsReady", "queue/waits-for-pods", Severity.WARNING),
        ("TopologyPlacementFailed", "queue/topology-unmet", Severity.WARNING),
        ("Misconfigured", "queue/misconfigured", Severity.WARNING),
    ],
)
def test_a_reason_of_kueue_is_a_code(reason: str, code: str, severity: Severity) -> None:
    finding = only(found(kueue(workload(reserved(reason)))))
    assert (finding.code, str(finding.subject)) == (code, WORKLOAD)
    assert finding.severity is severity
    assert [(one.edge, str(one.target)) for one in finding.relations] == [
        (Edge.OWNED_BY, "Job/research/train")
    ]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (
            "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu"
            " in flavor h100, 1 more needed",
            "queue/waits-for-quota",
        ),
        (
            "couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in"
            " flavor h100, request > maximum capacity (16 > 8)",
            "queue/quota-exceeded",
        ),
        (
            "couldn't assign flavors to pod set main: flavor h100 doesn't match node affinity",
            "queue/no-flavor",
        ),
    ],
)
def test_older_versions_are_understood_by_their_words(said: str, code: str) -> None:
    assert codes(found(kueue(workload(reserved("Pending", said))))) == {WORKLOAD: code}


@pytest.mark.parametrize(
    "one",
    [
        workload(reserved("WaitingForQuota", minutes=5)),
        workload(reserved("WaitingForPodsReady", minutes=2)),
        workload(reserved("PendingEvaluation")),
        workload(reserved("Suspended")),
        workload(reserved("ExceedsMaxQuota"), condition("Admitted", "True")),
        workload(reserved("ExceedsMaxQuota"), condition("Finished", "True")),
        workload(reserved("ExceedsMaxQuota"), spec={"active": False}),
        workload(condition("QuotaReserved", "True"), condition("Evicted", "True", "Preempted")),
        workload(condition("Evicted", "True", "Deactivated", "The workload is deactivated")),
        workload(reserved("Pending", "something new")),
    ],
    ids=lambda one: str(one["status"]["conditions"][-1]["reason"]),
)
def test_a_workload_that_waits_its_turn_or_was_held_back_is_silent(one: Manifest) -> None:
    assert found(kueue(one)) == []


def test_workloads_that_wait_for_one_reason_are_one_finding() -> None:
    fleet = kueue(*(workload(reserved("ExceedsMaxQuota"), name=f"job-{i}") for i in range(3)))
    assert len(only(found(fleet)).members) == 3


def test_a_queue_that_is_not_there_is_told_with_the_nearest() -> None:
    finding = only(found(kueue(workload(reserved("Inadmissible")), local="teams")))
    assert finding.code == "queue/missing"
    assert finding.title == 'LocalQueue "team" of the workload does not exist; there is teams'


def test_a_queue_that_admits_nothing_is_told_with_who_waits() -> None:
    bad = condition("Active", "False", "FlavorNotFound", "references missing ResourceFlavor(s): x")
    finding = only(
        found(kueue(workload(reserved("Pending", "ClusterQueue x inactive")), active=bad))
    )
    assert (finding.code, finding.subject.name) == ("queue/inactive", "gpus")
    assert finding.title == (
        "It admits nothing, FlavorNotFound, and a workload waits:"
        " “references missing ResourceFlavor(s): x”"
    )
    assert [(str(one.source), one.edge) for one in finding.relations] == [
        ("Job/research/train", Edge.LIMITED_BY)
    ]
    ready = thing("ClusterQueue", "gpus", API, status={"conditions": [condition("Active", "True")]})
    now: dict[str, Manifest | None] = {"ClusterQueue.kueue.x-k8s.io/gpus": ready}
    assert found(kueue(active=bad), now=now) == []


def test_a_queue_that_was_stopped_matters_only_to_who_waits() -> None:
    stopped = condition("Active", "False", "Stopped", "is stopped")
    assert found(kueue(active=stopped)) == []
    finding = only(found(kueue(workload(reserved("Pending", "x")), active=stopped)))
    assert (finding.code, finding.severity) == ("queue/stopped", Severity.INFO)


def test_a_local_queue_that_was_stopped_is_told_to_who_waits() -> None:
    fleet = kueue(workload(reserved("Pending", "LocalQueue team is inactive")))
    stopped = condition("Active", "False", "Stopped", "LocalQueue is stopped")
    fleet.objects["LocalQueue.kueue.x-k8s.io"][0]["status"] = {"conditions": [stopped]}
    finding = only(found(fleet))
    assert (finding.code, finding.subject.kind) == ("queue/stopped", "LocalQueue")
    fleet.objects["Workload.kueue.x-k8s.io"] = []
    assert found(fleet) == []


def test_a_queue_below_one_that_is_not_active_is_not_told_besides() -> None:
    bad = condition("Active", "False", "FlavorNotFound", "no such flavor")
    fleet = kueue(workload(reserved("Pending", "x")), active=bad)
    below = condition("Active", "False", "ClusterQueueIsInactive", "it is not active")
    fleet.objects["LocalQueue.kueue.x-k8s.io"][0]["status"] = {"conditions": [below]}
    assert [one.code for one in found(fleet)] == ["queue/inactive"]


def check(state: str, minutes: int = 30) -> Manifest:
    made = {"name": "nodes", "state": state, "message": "no capacity in zone a"}
    return {**made, "lastTransitionTime": ago(minutes=minutes)}


@pytest.mark.parametrize("one", [check("Rejected", 1), check("Retry"), check("Pending")])
def test_an_admission_check_that_holds_a_workload_up_is_told(one: Manifest) -> None:
    held = workload(condition("QuotaReserved", "True"), admissionChecks=[one])
    finding = only(found(kueue(held)))
    assert finding.code == "queue/admission-check"
    assert finding.title.endswith("“no capacity in zone a”")


@pytest.mark.parametrize("one", [check("Ready"), check("Pending", 5)])
def test_an_admission_check_that_is_well_or_at_work_is_silent(one: Manifest) -> None:
    assert found(kueue(workload(condition("QuotaReserved", "True"), admissionChecks=[one]))) == []


def test_a_workload_that_was_evicted_for_a_fault_is_told() -> None:
    out = condition("Evicted", "True", "PodsReadyTimeout", "Exceeded the PodsReady timeout")
    finding = only(found(kueue(workload(out))))
    assert finding.code == "queue/evicted"
    assert finding.title.startswith("It was evicted, as its pods were not ready in time: “Exceeded")


def kai_group(reason: str = "", said: str = "", *, minutes: int = 9, **more: Json) -> Manifest:
    told = {"type": "UnschedulableOnNodePool", "status": "True", "reason": "x"}
    reasons = [{"reason": reason, "message": said}] if reason else []
    conditions = [{**told, "reason": "", "reasons": reasons,
                   "lastTransitionTime": ago(minutes=minutes)}]  # fmt: skip
    return thing("PodGroup", "pg-train", "scheduling.run.ai/v2alpha2", namespace="research",
                 spec={"queue": "team"}, status={"phase": "Pending", "schedulingConditions":
                 conditions, **more})  # fmt: skip


def kai(group: Manifest, queue: str = "team") -> Fleet:
    made = thing("Queue", queue, "scheduling.run.ai/v2")
    return Fleet({"PodGroup.scheduling.run.ai": [group], "Queue.scheduling.run.ai": [made]})


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("NonPreemptibleOverQuota", "queue/over-limit"),
        ("OverLimit", "queue/over-limit"),
        ("PodSchedulingErrors", "queue/group-unplaced"),
    ],
)
def test_a_gang_of_kai_is_told_by_its_reason(reason: str, code: str) -> None:
    finding = only(found(kai(kai_group(reason, "Workload requested 16 GPUs, but quota is 8"))))
    assert finding.code == code
    assert finding.title.endswith("“Workload requested 16 GPUs, but quota is 8”")


def test_the_reason_that_kai_lists_counts_before_the_general_one() -> None:
    group = kai_group("OverLimit", "Workload requested 16 GPUs")
    group["status"]["schedulingConditions"][0]["reason"] = "Unschedulable"
    assert only(found(kai(group))).code == "queue/over-limit"


@pytest.mark.parametrize(
    "group",
    [kai_group("OverLimit", minutes=1), kai_group("OverLimit", phase="Running")],
    ids=["only just", "running"],
)
def test_a_gang_that_may_yet_be_placed_or_runs_is_silent(group: Manifest) -> None:
    assert found(kai(group)) == []


def test_a_gang_whose_queue_does_not_exist_is_told() -> None:
    finding = only(found(kai(kai_group("OverLimit"), queue="teams")))
    assert finding.code == "queue/group-queue-missing"
    assert finding.title == 'Queue "team" of the group does not exist; there is teams'


def volcano(state: str = "Open", phase: str = "Pending") -> Fleet:
    said = "3/3 tasks in gang unschedulable: 0/1 nodes are available"
    told = condition("Unschedulable", "True", "NotEnoughResources", said)
    api = "scheduling.volcano.sh/v1beta1"
    group = thing("PodGroup", "pg", api, namespace="research", spec={"queue": "team"},
                  status={"phase": phase, "conditions": [told]})  # fmt: skip
    queue = thing("Queue", "team", api, status={"state": state})
    return Fleet(
        {"PodGroup.scheduling.volcano.sh": [group], "Queue.scheduling.volcano.sh": [queue]}
    )


def test_a_gang_of_volcano_is_told_by_its_condition() -> None:
    finding = only(found(volcano()))
    assert finding.code == "queue/group-unplaced"
    assert finding.title.startswith("Its pods find no place together: “3/3 tasks in gang")
    assert found(volcano(phase="Running")) == []


def test_a_closed_queue_of_volcano_is_told_with_who_waits() -> None:
    closed = [one for one in found(volcano("Closed")) if one.code == "queue/closed"]
    assert only(closed).title == "It is closed, and 1 groups of pods wait in it"
    assert "queue/closed" not in codes(found(volcano("Closed", "Running"))).values()


def test_the_queue_that_volcano_makes_is_never_missing() -> None:
    for named in ({}, {"queue": "default"}):
        fleet = volcano()
        fleet.objects["PodGroup.scheduling.volcano.sh"][0]["spec"] = named
        assert codes(found(fleet)).popitem()[1] == "queue/group-unplaced"
    fleet.objects["PodGroup.scheduling.volcano.sh"][0]["spec"] = {"queue": "teem"}
    assert only(found(fleet)).code == "queue/group-queue-missing"


def test_a_group_of_kai_is_in_the_queue_of_its_older_label_too() -> None:
    group = kai_group("OverLimit")
    group["spec"] = {}
    group["metadata"]["labels"] = {"runai/queue": "team"}
    assert only(found(kai(group, queue="teams"))).code == "queue/group-queue-missing"
    assert only(found(kai(group))).code == "queue/over-limit"
