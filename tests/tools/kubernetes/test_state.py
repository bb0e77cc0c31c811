"""The one word for how an object does: kubectl's, and whether that is well."""

from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import Json, Manifest

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def stamp(**ago: float) -> str:
    return (NOW - timedelta(**ago)).isoformat()


def an(kind: str, **rest: Json) -> Manifest:
    version = {"Deployment": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1"}.get(kind, "v1")
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "one"}, **rest}


def ran(manifest: Manifest) -> tuple[str, bool]:
    state = state_of(manifest, NOW)
    return state.text, state.well


def status(name: str = "app", *, ready: bool = False, **state: Json) -> Manifest:
    return {"name": name, "ready": ready, "restartCount": 0, "state": {**state}}


def pod(phase: str, *statuses: Manifest, **rest: Json) -> Manifest:
    told: Manifest = {"phase": phase, "containerStatuses": [*statuses], **rest}
    return an("Pod", spec={"containers": [{"name": "app"}]}, status=told)


SYNCED: Manifest = {"type": "Synced", "status": "False", "reason": "Cold"}


def conditions(**said: str) -> list[Json]:
    return [{"type": kind, "status": value} for kind, value in said.items()]


RUNNING = status(ready=True, running={"startedAt": stamp(minutes=5)})
ENDED = status(terminated={"exitCode": 0, "reason": "Completed"})


@pytest.mark.parametrize(
    ("manifest", "word", "well"),
    [
        (pod("Running", RUNNING), "Running", True),
        (pod("Running", RUNNING, conditions=conditions(Ready="False")), "NotReady", False),
        (pod("Running", status(running={})), "NotReady", False),
        (pod("Running", ENDED, RUNNING), "NotReady", False),
        (pod("Running", ENDED, RUNNING, conditions=conditions(Ready="True")), "Running", True),
        (pod("Succeeded", ENDED), "Completed", True),
        (pod("Pending"), "Pending", False),
        (pod(""), "Unknown", False),
        (pod("Failed", reason="Evicted"), "Evicted", False),
        (pod("Pending", status(waiting={"reason": "ErrImagePull"})), "ErrImagePull", False),
        (
            pod("Running", status(terminated={"exitCode": 137, "reason": "OOMKilled"})),
            "OOMKilled",
            False,
        ),
        (pod("Failed", status(terminated={"exitCode": 137, "signal": 9})), "Signal:9", False),
        (pod("Failed", status(terminated={"exitCode": 3})), "ExitCode:3", False),
        (
            pod(
                "Pending",
                conditions=[
                    {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
                ],
            ),
            "SchedulingGated",
            False,
        ),
    ],
)
def test_a_pod_is_told_in_the_words_of_kubectl(manifest: Manifest, word: str, well: bool) -> None:
    """But for a container that runs and is not ready: nobody counts it among the healthy."""
    assert ran(manifest) == (word, well)


def initializing(*statuses: Manifest, **rest: Json) -> Manifest:
    inits = [
        {"name": one["name"], **({"restartPolicy": "Always"} if one["name"] == "proxy" else {})}
        for one in statuses
    ]
    spec: Manifest = {"containers": [{"name": "app"}], "initContainers": [*inits]}
    return an("Pod", spec=spec, status={"initContainerStatuses": [*statuses], **rest})


DONE = status("first", terminated={"exitCode": 0})
PROXY = {**status("proxy", ready=True, running={}), "started": True, "restartCount": 2}


@pytest.mark.parametrize(
    ("manifest", "word"),
    [
        (initializing(DONE, status("second", running={}), phase="Pending"), "Init:1/2"),
        (
            initializing(status("first", waiting={"reason": "PodInitializing"}), phase="Pending"),
            "Init:0/1",
        ),
        (
            initializing(status("first", waiting={"reason": "CrashLoopBackOff"}), phase="Pending"),
            "Init:CrashLoopBackOff",
        ),
        (
            initializing(status("first", terminated={"exitCode": 1}), phase="Running"),
            "Init:ExitCode:1",
        ),
        (initializing(status("first", terminated={"exitCode": 1}), phase="Failed"), "Failed"),
        (initializing(PROXY, containerStatuses=[RUNNING], phase="Running"), "Running"),
        (initializing({**PROXY, "started": False}, phase="Pending"), "Init:0/1"),
    ],
)
def test_what_runs_before_the_containers_speaks_first(manifest: Manifest, word: str) -> None:
    assert ran(manifest)[0] == word


def test_sidecars_count_as_containers() -> None:
    cells = state_of(initializing(PROXY, containerStatuses=[RUNNING], phase="Running"), NOW).cells
    assert (cells["ready"], cells["restarts"]) == ("2/2", "2")


def test_an_init_container_that_restarts_is_counted_until_it_is_through() -> None:
    """As kubectl does: afterwards only what goes on running counts."""
    looping = {**status("first", waiting={"reason": "CrashLoopBackOff"}), "restartCount": 4}
    through = {**DONE, "restartCount": 4}
    stuck = initializing(looping, {**PROXY, "restartCount": 1}, phase="Pending")
    done = initializing(through, PROXY, containerStatuses=[RUNNING], phase="Running")
    assert state_of(stuck, NOW).cells["restarts"] == "5"
    assert state_of(done, NOW).cells["restarts"] == "2"


@pytest.mark.parametrize(
    ("deadline", "reason", "word", "well"),
    [
        (stamp(minutes=-1), "", "Terminating", True),
        (stamp(minutes=1), "", "Terminating", False),
        (stamp(minutes=1), "NodeLost", "Unknown", False),
    ],
)
def test_a_pod_is_unwell_when_it_should_be_gone(
    deadline: str, reason: str, word: str, well: bool
) -> None:
    leaving = pod("Running", RUNNING, reason=reason)
    leaving["metadata"] = {"name": "one", "deletionTimestamp": deadline}
    assert ran(leaving) == (word, well)


@pytest.mark.parametrize(
    ("manifest", "word", "well"),
    [
        (an("Deployment", status={"readyReplicas": 1}), "Ready", True),
        (an("Deployment", spec={"replicas": 0}), "ScaledToZero", True),
        (an("Deployment", spec={"replicas": 2}, status={"readyReplicas": 1}), "Degraded", False),
        (an("Deployment", spec={"replicas": 2}), "Unavailable", False),
        (an("Deployment", metadata={"name": "one", "generation": 2}), "Progressing", False),
        (an("Job", status={"conditions": conditions(Failed="True")}), "Failed", False),
        (an("Job", status={"conditions": conditions(Complete="True")}), "Complete", True),
        (an("Job", status={"active": 1}), "Starting", False),
        (an("Job", status={"active": 1, "ready": 1}), "Running", True),
        (an("Job", status={"failed": 2}), "BackingOff", False),
        (an("CronJob", spec={"suspend": True}), "Suspended", True),
        (an("CronJob"), "Active", True),
        (an("Node", status={"conditions": conditions(Ready="True")}), "Ready", True),
        (an("Node", status={"conditions": conditions(Ready="Unknown")}), "NotReady", False),
        (
            an("Node", status={"conditions": conditions(Ready="True", DiskPressure="True")}),
            "Ready,DiskPressure",
            False,
        ),
        (
            an(
                "Node",
                spec={"unschedulable": True},
                status={"conditions": conditions(Ready="True")},
            ),
            "Ready,SchedulingDisabled",
            True,
        ),
        (an("PersistentVolumeClaim", status={"phase": "Bound"}), "Bound", True),
        (an("PersistentVolumeClaim", status={"phase": "Pending"}), "Pending", False),
        (an("PersistentVolume", status={"phase": "Available"}), "Available", True),
        (an("PersistentVolume", status={"phase": "Released"}), "Released", False),
        (an("Service"), "ClusterIP", True),
        (an("Service", spec={"type": "LoadBalancer"}), "LoadBalancer pending", False),
    ],
)
def test_every_kind_has_a_word_of_its_own(manifest: Manifest, word: str, well: bool) -> None:
    assert ran(manifest) == (word, well)


def ingress(address: str = "") -> Manifest:
    given = {"loadBalancer": {"ingress": [{"hostname": address}]}} if address else {}
    rules = [{"host": "cart.example.com"}, {"host": "cart.example.com"}, {}]
    return an("Ingress", spec={"ingressClassName": "edge", "rules": rules}, status=given)


def policy(**spec: Json) -> Manifest:
    return an("NetworkPolicy", spec=spec)


def autoscaler(*told: Json) -> Manifest:
    spec: Json = {"scaleTargetRef": {"kind": "Deployment", "name": "cart"}, "maxReplicas": 6}
    status: Json = {"currentReplicas": 1, "desiredReplicas": 2, "conditions": [*told]}
    return an("HorizontalPodAutoscaler", spec=spec, status=status)


def because(kind: str, status: str, reason: str) -> Json:
    return {"type": kind, "status": status, "reason": reason}


ACTIVE = because("ScalingActive", "True", "ValidMetricFound")


def budget(allowed: int, healthy: int, expected: int = 2) -> Manifest:
    status: Json = {
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": 2,
        "expectedPods": expected,
        "observedGeneration": 1,
    }
    metadata = {"name": "one", "generation": 1}
    return an("PodDisruptionBudget", spec={"minAvailable": 2}, status=status, metadata=metadata)


@pytest.mark.parametrize(
    ("manifest", "word", "well"),
    [
        (ingress("lb.example.com"), "HasAddress", True),
        (ingress(), "NoAddress", True),
        (policy(), "no ingress", True),
        (policy(policyTypes=["Egress"]), "no egress", True),
        (
            policy(ingress=[{}], egress=[{"ports": [{"port": 53}]}]),
            "all ingress, some egress",
            True,
        ),
        (policy(ingress=[{"from": [{"podSelector": {}}]}]), "some ingress", True),
        (autoscaler(ACTIVE), "ScalingActive", True),
        (
            autoscaler(ACTIVE, because("ScalingLimited", "True", "TooManyReplicas")),
            "ScalingLimited: TooManyReplicas",
            True,
        ),
        (
            autoscaler(because("AbleToScale", "False", "FailedGetScale")),
            "NotAbleToScale: FailedGetScale",
            False,
        ),
        (
            autoscaler(because("ScalingActive", "False", "FailedGetResourceMetric")),
            "NotScalingActive: FailedGetResourceMetric",
            False,
        ),
        (budget(1, 3, 3), "DisruptionAllowed", True),
        (budget(0, 2), "NoDisruptionAllowed", True),
        (budget(0, 1), "InsufficientPods", False),
        (budget(0, 0, 0), "NoPods", True),
        (
            an("PodDisruptionBudget", metadata={"name": "one", "generation": 1}),
            "NotObserved",
            False,
        ),
    ],
)
def test_what_steers_traffic_and_size_says_how_it_stands(
    manifest: Manifest, word: str, well: bool
) -> None:
    assert ran(manifest) == (word, well)


def test_what_steers_traffic_and_size_has_the_columns_of_kubectl() -> None:
    assert state_of(ingress("lb.example.com"), NOW).cells == {
        "class": "edge",
        "hosts": "cart.example.com, *",
        "address": "lb.example.com",
        "tls": "no",
    }
    assert state_of(autoscaler(), NOW).cells == {
        "scales": "Deployment/cart",
        "replicas": "1 of 2 desired, 1 to 6 allowed",
    }
    assert state_of(budget(0, 2), NOW).cells == {
        "demands": "minAvailable 2",
        "healthy": "2/2",
        "allowed": "0",
    }


def scaling(reason: str) -> Json:
    return {"type": "ScalingActive", "status": "False", "reason": reason}


def custom(**rest: Json) -> Manifest:
    return {"apiVersion": "example.com/v1", "kind": "Kiln", "metadata": {"name": "one"}, **rest}


@pytest.mark.parametrize(
    ("manifest", "word", "well"),
    [
        (custom(), "", True),
        (custom(status={"phase": "Provisioned"}), "Provisioned", True),
        (custom(status={"phase": "Failed"}), "Failed", False),
        (custom(status={"conditions": conditions(Ready="True")}), "Ready", True),
        (custom(status={"conditions": conditions(Ready="False")}), "NotReady", False),
        (custom(status={"conditions": conditions(Available="Unknown")}), "AvailableUnknown", False),
        (custom(status={"conditions": conditions(Succeeded="Unknown")}), "Running", True),
        (
            custom(status={"conditions": [scaling("FailedGetResourceMetric")]}),
            "NotScalingActive: FailedGetResourceMetric",
            False,
        ),
        (custom(status={"conditions": [scaling("ScalingDisabled")]}), "ScalingDisabled", True),
        (
            custom(status={"conditions": [SYNCED]}),
            "NotSynced: Cold",
            False,
        ),
    ],
)
def test_an_unknown_kind_speaks_by_its_conditions_else_its_phase(
    manifest: Manifest, word: str, well: bool
) -> None:
    assert ran(manifest) == (word, well)


def test_a_state_is_one_short_line() -> None:
    odd: list[Json] = [{"type": "Ready", "status": "False", "reason": "x\n0 Widget" * 500}]
    word = ran(custom(status={"conditions": odd}))[0]
    assert "\n" not in word
    assert len(word) <= 80
