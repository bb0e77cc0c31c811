import pytest

from clusterwright.tools.finding import Severity
from tests.tools.kubernetes.analyzers.cluster import conclude, event, make, only, owned


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


@pytest.mark.parametrize(
    ("said", "title", "fix"),
    [
        (
            'pods "cart-1-" is forbidden: error looking up service account shop/robot:'
            ' serviceaccount "robot" not found',
            'ServiceAccount "robot" does not exist: its pods are not created',
            "Create ServiceAccount robot in namespace shop",
        ),
        (
            'pods "cart-1-" is forbidden: no PriorityClass with name vip was found',
            'PriorityClass "vip" does not exist: its pods are not created',
            "Create PriorityClass vip",
        ),
        (
            'pods "cart-1-x" is forbidden: violates PodSecurity "restricted:latest": privileged'
            ' (container "app" must not set securityContext.privileged=true)',
            "Pod Security (restricted:latest) forbids its pods: privileged"
            ' (container "app" must not set securityContext.privileged=true)',
            "enforce of namespace shop",
        ),
        (
            'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: maximum'
            " memory usage per Container is 10Mi, but limit is 20Mi",
            "A LimitRange forbids its pods: maximum memory usage per Container is 10Mi,"
            " but limit is 20Mi",
            "LimitRange of namespace shop",
        ),
        (
            'admission webhook "validate.kyverno.svc-fail" denied the request: no latest tag',
            'Webhook "validate.kyverno.svc-fail" denies its pods: no latest tag',
            "the policy behind it",
        ),
        (
            'Internal error occurred: failed calling webhook "inject.example.com": failed to call'
            ' webhook: Post "https://w.svc:443/": dial tcp: connection refused',
            'Webhook "inject.example.com" does not answer, and no pod is created without it: Post'
            ' "https://w.svc:443/": dial tcp: connection refused',
            "Repair the service behind webhook inject.example.com",
        ),
        ("something new", "Its pods are not created: something new", "objects to"),
    ],
)
def test_what_the_api_server_refuses_is_understood(said: str, title: str, fix: str) -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "message": said}
    maker = make(
        "ReplicaSet",
        "cart-1",
        api="apps/v1",
        spec={"replicas": 2},
        status={"conditions": [failure]},
    )
    finding = only(conclude(maker))
    assert finding.title == title
    assert fix in finding.fixes[0]
