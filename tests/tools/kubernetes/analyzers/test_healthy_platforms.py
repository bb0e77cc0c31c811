"""What is normal on real platforms: meshes, autoscalers, operators, batch. It must stay silent.

And the other way round: what looks well at a glance and is not.
"""

from dataclasses import replace

import pytest

from clusterwright.tools.finding import FieldEvidence, Severity
from clusterwright.tools.kubernetes.analyzers.scheduling import SCHEDULING
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import (
    ago,
    conclude,
    ended,
    event,
    make,
    only,
    owned,
    pod,
    running,
    snapshot,
    waiting,
)

DAY = 86_400
READY: Json = {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": ago(500)}]}
BACK_OFF = waiting("CrashLoopBackOff")


def service(selector: dict[str, str], target: Json = 8080, name: str = "cart") -> Manifest:
    ports: Json = [{"port": 80, "targetPort": target}]
    return make(
        "Service", name, spec={"selector": selector, "clusterIP": "10.0.0.1", "ports": ports}
    )


def workload(kind: str, name: str, labels: dict[str, str], replicas: int = 1) -> Manifest:
    template: Json = {"metadata": {"labels": labels}}
    status: Json = {"availableReplicas": replicas, "readyReplicas": replicas, "replicas": replicas}
    return make(
        kind, name, api="apps/v1", spec={"replicas": replicas, "template": template}, status=status
    )


def job(name: str, condition: str = "", *, age: float = 600, **status: Json) -> Manifest:
    told: Json = [{"type": condition, "status": "True"}] if condition else []
    return make("Job", name, api="batch/v1", age=age, status={"conditions": told, **status})


def failed(name: str = "cart-1", *, at: float = 30, age: float = 600) -> Manifest:
    return pod(ended(1, at=at), name=name, phase="Failed", spec={"restartPolicy": "Never"}, age=age)


def test_a_node_that_drains_before_it_is_terminated_is_silent() -> None:
    metadata: Json = {"deletionTimestamp": ago(3600), "finalizers": ["karpenter.sh/termination"]}
    assert conclude(make("Node", "ip-10-0-1-2", namespace="", metadata=metadata)) == []


def test_a_label_that_an_operator_puts_on_one_pod_is_worth_knowing_only() -> None:
    cluster = {"application": "spilo", "cluster-name": "pg"}
    database = workload("StatefulSet", "pg", cluster)
    leader = pod(
        running(), ready=True, status=READY, metadata={"labels": {**cluster, "role": "master"}}
    )
    finding = only(
        conclude(database, owned(leader, database), service({**cluster, "role": "replica"}))
    )
    assert finding.severity is Severity.INFO
    assert not any("emove" in fix for fix in finding.fixes)


def test_a_service_of_one_pod_of_a_statefulset_at_zero_is_silent() -> None:
    kafka = workload("StatefulSet", "kafka", {"app": "kafka"}, 0)
    own = {"app": "kafka", "statefulset.kubernetes.io/pod-name": "kafka-0"}
    assert conclude(kafka, service(own)) == []


@pytest.mark.parametrize(
    "beside",
    [
        {"name": "istio-proxy", "ports": [{"name": "http-envoy-prom", "containerPort": 15090}]},
        None,
    ],
)
def test_a_program_that_declares_no_port_of_its_own_may_listen_anywhere(beside: Json) -> None:
    own: Json = {"ports": [] if beside else [{"name": "metrics", "containerPort": 9090}]}
    one = pod(
        running(), ready=True, status=READY, container=own, metadata={"labels": {"app": "cart"}}
    )
    one["spec"]["containers"] += [beside] if beside else []
    assert conclude(service({"app": "cart"}), one) == []


def test_a_number_that_is_not_declared_is_likely_wrong_a_name_surely() -> None:
    own: Json = {"ports": [{"name": "http", "containerPort": 8080}]}
    one = pod(
        running(), ready=True, status=READY, container=own, metadata={"labels": {"app": "cart"}}
    )
    assert only(conclude(service({"app": "cart"}, 9999), one)).concluded
    assert not only(conclude(service({"app": "cart"}, "web"), one)).concluded


@pytest.mark.parametrize("kept", [True, False])
def test_a_job_that_a_later_one_of_its_cronjob_made_good_is_history(kept: bool) -> None:
    nightly = make("CronJob", "nightly", api="batch/v1")
    old = owned(job("n-1", "Failed", age=7 * DAY, failed=1), nightly)
    new = owned(job("n-2", "Complete", age=3600, succeeded=1), nightly)
    pods = [owned(failed(age=7 * DAY), old)] if kept else []
    assert conclude(nightly, old, new, *pods) == []
    assert conclude(nightly, old, *pods)


def test_a_pod_of_no_job_that_failed_days_ago_is_history() -> None:
    flow = make("Workflow", "etl", api="argoproj.io/v1alpha1")
    assert conclude(owned(failed(age=5 * DAY), flow)) == []
    assert conclude(owned(failed(age=600), flow))


def test_a_job_of_many_is_not_well_because_one_of_its_pods_was() -> None:
    train = job("train", succeeded=1, active=0, failed=4)
    train["spec"] = {"completions": 5, "parallelism": 5}
    pods = [owned(failed(f"train-{i}"), train) for i in range(4)]
    assert len(only(conclude(train, *pods)).members) == 4


@pytest.mark.parametrize(("lives", "is_told"), [(30, True), (900, False)])
def test_a_retry_that_outlives_its_forerunner_makes_it_history(lives: float, is_told: bool) -> None:
    # The first one ran for five minutes.
    first = failed("m-1", at=2100 - 300, age=2100)
    again = pod(running(), ready=True, status=READY, name="m-2", age=lives)
    one = job("m", active=1, failed=1)
    assert bool(conclude(one, owned(first, one), owned(again, one))) is is_told


@pytest.mark.parametrize(
    "last", [ended(128, "StartError", "exec /run: no such file", at=10 * DAY), ended(127, at=DAY)]
)
def test_how_a_container_began_long_ago_is_no_matter(last: Manifest) -> None:
    well = pod(running(10 * DAY), ready=True, last=last, restarts=1, status=READY)
    assert conclude(well) == []


def test_a_leak_that_kills_every_quarter_of_an_hour_is_told_between_two_kills() -> None:
    leaking = pod(
        running(700),
        ready=True,
        last=ended(137, "OOMKilled", at=702),
        restarts=200,
        age=200 * 900,
        status=READY,
    )
    assert only(conclude(leaking)).code == "pod/out-of-memory"
    leaking["status"]["containerStatuses"][0]["restartCount"] = 1
    assert conclude(leaking) == []


def test_a_sidecar_among_the_init_containers_is_looked_at() -> None:
    unready: Json = {"type": "Ready", "status": "False", "lastTransitionTime": ago(500)}
    sidecar: Json = {"name": "proxy", "restartPolicy": "Always", "image": "proxy:1"}
    state = {"name": "proxy", "state": BACK_OFF, "lastState": ended(1), "restartCount": 40}
    broken = pod(
        running(),
        ready=True,
        spec={"initContainers": [sidecar]},
        status={"conditions": [unready], "initContainerStatuses": [{**state, "ready": False}]},
    )
    assert "proxy" in only(conclude(broken)).title


def test_a_probe_that_istio_rewrote_gets_no_hint_about_its_port() -> None:
    probe: Json = {"httpGet": {"path": "/app-health/app/readyz", "port": 15020}}
    one = pod(running(), container={"ports": [{"containerPort": 8080}], "readinessProbe": probe})
    said = "Readiness probe failed: HTTP probe failed with statuscode: 500"
    finding = only(conclude(one, event(one, "Unhealthy", said)))
    assert "declares" not in finding.title
    assert "port" not in finding.fixes[0]


def test_a_rollout_that_harms_nobody_is_given_a_minute() -> None:
    probe: Json = {"httpGet": {"path": "/", "port": 8080}}
    cart = workload("Deployment", "cart", {"app": "cart"}, 3)

    def told(seconds: float) -> bool:
        new = owned(pod(running(seconds), container={"readinessProbe": probe}), cart)
        return bool(conclude(cart, new, event(new, "Unhealthy", "Readiness probe failed: x")))

    assert not told(20)
    assert told(90)


def unplaced(message: str = "0/1 nodes are available: 1 node(s) x.", **spec: Json) -> Manifest:
    refused: Json = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
    }
    return pod(phase="Pending", spec=spec, status={"conditions": [refused]})


def node(name: str = "n-1", taints: Json = None, **labels: str) -> Manifest:
    return make(
        "Node",
        name,
        namespace="",
        metadata={"labels": labels},
        spec={"taints": taints or []},
        status={"allocatable": {"cpu": "8", "pods": "110"}},
    )


def affinity(**expression: Json) -> Json:
    term = {"matchExpressions": [expression]}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    return {"nodeAffinity": {required: {"nodeSelectorTerms": [term]}}}


@pytest.mark.parametrize(
    ("expression", "title"),
    [
        (
            {"key": "arch", "operator": "NotIn", "values": ["amd64"]},
            "No node meets arch NotIn amd64; nodes have amd64",
        ),
        ({"key": "arch", "operator": "DoesNotExist"}, "No node meets arch DoesNotExist; nodes"),
        ({"key": "gpu", "operator": "Exists"}, "No node meets gpu Exists; no node has that label"),
    ],
)
def test_an_affinity_is_told_as_it_is_written(expression: dict[str, Json], title: str) -> None:
    finding = only(conclude(unplaced(affinity=affinity(**expression)), node(arch="amd64")))
    assert finding.title.startswith(title)
    assert isinstance(finding.evidence[0], FieldEvidence)
    assert "nodeAffinity" in finding.evidence[0].path


def test_nobody_is_told_to_label_what_a_node_pool_labels() -> None:
    asked = unplaced(nodeSelector={"karpenter.sh/nodepool": "gpu"})
    assert "label" not in only(conclude(asked, node())).fixes[0]


def test_a_taint_for_a_condition_is_not_to_be_tolerated() -> None:
    taints: Json = [{"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"}]
    finding = only(conclude(unplaced(), node(taints=taints)))
    assert "out of service" in finding.title
    assert "toleration" not in finding.fixes[0]


def test_what_is_free_is_not_told_where_other_namespaces_were_not_read() -> None:
    asked = unplaced("0/1 nodes are available: 1 Insufficient cpu.")
    asked["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "7500m"}}
    whole = snapshot(asked, node())
    for namespace, title in (
        ("", "The scheduler finds no node"),
        ("shop", "cpu: 7500m is free on"),
    ):
        seen = replace(whole, namespace=namespace)
        (found,) = (one.finding for one in SCHEDULING.detect(seen))
        assert found.title.startswith(title)
        assert "most" not in found.title + found.fixes[0]


def test_where_a_bound_volume_is_does_not_hide_that_its_node_is_full() -> None:
    said = (
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict."
    )
    claim = make("PersistentVolumeClaim", "data", status={"phase": "Bound"})
    volumes: Json = [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]
    finding = only(conclude(unplaced(said, volumes=volumes), claim, node(), node("n-2")))
    assert finding.code == "pod/unschedulable"
    assert "Insufficient cpu" in finding.title


@pytest.mark.parametrize(
    ("said", "code", "title"),
    [
        (
            "pull access denied, repository does not exist or may require authorization",
            "pod/image-pull-denied",
            "or there is no such image",
        ),
        ("no match for platform in manifest: not found", "pod/image-pull-failed", "platform"),
        ("429 Too Many Requests", "pod/image-pull-failed", "limits the rate"),
        ("write /var/lib: no space left on device", "pod/image-pull-failed", "disk is full"),
    ],
)
def test_an_image_is_told_by_what_went_wrong(said: str, code: str, title: str) -> None:
    finding = only(conclude(pod(waiting("ErrImagePull", said), phase="Pending")))
    assert finding.code == code
    assert title in finding.title


def test_an_exit_code_that_is_not_known_is_not_told() -> None:
    finding = only(conclude(pod(BACK_OFF, restarts=7)))
    assert "exit code" not in finding.title
    assert not any("exitCode" in str(one) for one in finding.evidence)


def test_a_secret_that_an_event_missed_may_have_been_made_since() -> None:
    volumes: Json = [{"name": "t", "secret": {"secretName": "tls"}}]
    one = pod(waiting("ContainerCreating"), phase="Pending", spec={"volumes": volumes})
    one["spec"]["nodeName"] = "n-1"
    said = 'MountVolume.SetUp failed for volume "t" : secret "tls" not found'
    assert only(conclude(one, event(one, "FailedMount", said, age=500))).concluded


def test_a_limit_of_the_pod_is_a_limit() -> None:
    limits: Json = {"resources": {"limits": {"memory": "256Mi"}}}
    killed = pod(BACK_OFF, last=ended(137, "OOMKilled"), restarts=4, spec=limits)
    assert "256Mi" in only(conclude(killed)).title


def test_a_refusal_counts_for_as_long_as_a_controller_waits() -> None:
    web = make("StatefulSet", "web", api="apps/v1", spec={"replicas": 1}, status={"replicas": 0})
    assert conclude(web, event(web, "FailedCreate", "pods is forbidden: no", age=900))


@pytest.mark.parametrize(
    ("reason", "policy", "fix"),
    [
        ("DeadlineExceeded", "Never", "activeDeadlineSeconds"),
        ("BackoffLimitExceeded", "OnFailure", "restartPolicy Never"),
        ("BackoffLimitExceeded", "Never", "read the log"),
    ],
)
def test_what_to_do_about_a_failed_job_depends_on_how_it_failed(
    reason: str, policy: str, fix: str
) -> None:
    one = job("m", "Failed")
    one["status"]["conditions"][0]["reason"] = reason
    one["spec"] = {"template": {"spec": {"restartPolicy": policy}}}
    assert fix in only(conclude(one)).fixes[0]


def evicted(name: str, *, age: float = 60, message: str = "") -> Manifest:
    status: Json = {"reason": "Evicted", "message": message}
    return pod(name=name, phase="Failed", status=status, age=age)


def test_pods_that_are_evicted_one_after_another_are_told_and_a_single_one_is_not() -> None:
    cart = workload("Deployment", "cart", {"app": "cart"})
    said = "Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. "
    pods = [owned(evicted(f"cart-{i}", message=said), cart) for i in range(3)]
    finding = only(conclude(cart, *pods))
    assert finding.code == "pod/evicted"
    assert "exceeds the total limit" in finding.title
    assert "ephemeral-storage limit" in finding.fixes[0]
    assert conclude(cart, *pods[:2]) == []
    assert conclude(cart, *(owned(evicted(f"cart-{i}", age=3600), cart) for i in range(9))) == []


def test_a_claim_that_nobody_can_serve_quotes_who_should() -> None:
    claim = make("PersistentVolumeClaim", "data", spec={"storageClassName": ""})
    claim["status"] = {"phase": "Pending"}
    said = "no persistent volumes available for this claim and no storage class is set"
    finding = only(conclude(claim, event(claim, "FailedBinding", said), also_read=["StorageClass"]))
    assert (finding.code, finding.title) == ("pvc/not-bound", f"Is not bound: {said}")
    assert conclude(claim, also_read=["StorageClass"]) == []


def test_a_node_that_never_reported_is_no_question_of_how_much_it_has() -> None:
    ghost = make("Node", "worker-9", namespace="", metadata={"labels": {"a": "b"}})
    asked = unplaced(nodeSelector={"a": "b"})
    asked["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "5m"}}
    assert only(conclude(asked, ghost, node())).code == "pod/unschedulable"


def test_what_only_a_tainted_node_has_is_not_to_be_freed() -> None:
    asked = unplaced("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint")
    asked["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "6"}}
    small = node("small")
    small["status"]["allocatable"]["cpu"] = "2"
    finding = only(conclude(asked, small, node(taints=[{"key": "x", "effect": "NoSchedule"}])))
    assert finding.title == "No node can offer cpu: 6; the most that a node has is 2"


def test_a_pull_secret_that_does_not_exist_is_named() -> None:
    one = pod(waiting("ErrImagePull", "401 Unauthorized"), phase="Pending")
    said = "Unable to retrieve some image pull secrets (regcred, other); attempting to pull"
    finding = only(conclude(one, event(one, "FailedToRetrieveImagePullSecret", said)))
    assert (
        finding.title == 'Pulling "shop/cart:1" is denied: its pull secret "regcred" does not exist'
    )


@pytest.mark.parametrize(
    ("last", "fix"),
    [
        (ended(0, "Completed"), "as a Job"),
        (ended(128, "StartError", "error mounting x"), "never began"),
        (ended(1), "the log of container"),
    ],
)
def test_the_remedy_depends_on_how_the_container_ends(last: Manifest, fix: str) -> None:
    assert fix in only(conclude(pod(BACK_OFF, last=last, restarts=4))).fixes[0]


def test_a_hook_that_fails_is_not_the_program() -> None:
    one = pod(BACK_OFF, last=ended(0, "Completed"), restarts=4)
    hook = event(one, "FailedPostStartHook", "PostStartHook failed", field="spec.containers{app}")
    finding = only(conclude(one, hook))
    assert "postStart hook fails" in finding.title
    assert "hook" in finding.fixes[0]
