from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import conclude, ended, event, make, only, owned, pod


def job(name: str = "import", **status: Json) -> Manifest:
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
    return make("Job", name, api="batch/v1", status={"conditions": [failed], **status})


def test_pods_that_the_api_server_refuses_are_told_of_their_deployment() -> None:
    deployment = make("Deployment", "cart", api="apps/v1", spec={"replicas": 2})
    said = 'pods "cart-1-" is forbidden: error looking up service account shop/cart: not found'
    failure = {"type": "ReplicaFailure", "status": "True", "message": said}
    replicas = make(
        "ReplicaSet",
        "cart-1",
        api="apps/v1",
        spec={"replicas": 2},
        status={"conditions": [failure]},
    )
    finding = only(conclude(deployment, owned(replicas, deployment)))
    assert finding.code == "workload/unavailable"
    assert str(finding.subject) == "Deployment/shop/cart"
    assert "service account" in finding.title
    assert finding.severity is Severity.CRITICAL


def test_an_old_refusal_of_a_workload_that_has_all_its_pods_is_silent() -> None:
    stateful = make(
        "StatefulSet", "db", api="apps/v1", spec={"replicas": 1}, status={"replicas": 1}
    )
    assert conclude(stateful, event(stateful, "FailedCreate", "Error creating: no")) == []


def test_a_failed_job_without_pods_is_told_by_its_condition() -> None:
    finding = only(conclude(job()))
    assert finding.code == "workload/unavailable"
    assert "BackoffLimitExceeded" in finding.title


def test_a_failed_job_is_told_by_its_pods_while_there_are_any() -> None:
    failed = job()
    last = pod(ended(1), phase="Failed", spec={"restartPolicy": "Never"})
    assert only(conclude(failed, owned(last, failed))).code == "pod/crash-loop"
