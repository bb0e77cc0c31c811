"""Pods that the API server refuses by a rule that can be named."""

import pytest

from clusterwright.tools.finding import AbsenceEvidence, FieldEvidence, Finding
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only

ACCOUNT = Ref("ServiceAccount", "robot", "shop")
NO_ACCOUNT = (
    'pods "cart-1-" is forbidden: error looking up service account shop/robot:'
    ' serviceaccount "robot" not found'
)
TOO_BIG = (
    'pods "cart-1-x" is forbidden: maximum memory usage per Container is 128Mi, but limit is 256Mi'
)


def refused(said: str) -> Manifest:
    failure = {"type": "ReplicaFailure", "status": "True", "message": said}
    status: Json = {"conditions": [failure]}
    return make("ReplicaSet", "cart-1", api="apps/v1", spec={"replicas": 2}, status=status)


def told(said: str, *others: Manifest) -> Finding:
    return only(conclude(refused(said), *others))


def test_a_missing_service_account_is_asked_for_again() -> None:
    finding = only(conclude(refused(NO_ACCOUNT), now={ACCOUNT: None}))
    assert finding.code == "workload/service-account-missing"
    assert finding.evidence[-1] == AbsenceEvidence(ref=ACCOUNT)


def test_a_service_account_that_is_there_by_now_is_not_missing() -> None:
    assert conclude(refused(NO_ACCOUNT), now={ACCOUNT: make("ServiceAccount", "robot")}) == []


def test_a_service_account_that_may_not_be_read_is_told_by_what_the_api_server_said() -> None:
    finding = told(NO_ACCOUNT)
    assert finding.code == "workload/service-account-missing"
    assert len(finding.evidence) == 1


def test_a_missing_priority_class_is_told() -> None:
    said = 'pods "x" is forbidden: no PriorityClass with name vip was found'
    finding = only(conclude(refused(said), now={Ref("PriorityClass", "vip"): None}))
    assert finding.code == "workload/priority-class-missing"
    assert finding.evidence[-1] == AbsenceEvidence(ref=Ref("PriorityClass", "vip"))


def test_pod_security_is_told_with_the_label_of_the_namespace() -> None:
    label = "pod-security.kubernetes.io/enforce"
    home = make("Namespace", "shop", namespace="", metadata={"labels": {label: "baseline"}})
    finding = told('pods "x" is forbidden: violates PodSecurity "baseline:latest": host', home)
    assert finding.code == "workload/pod-security-violated"
    assert finding.evidence[-1] == FieldEvidence(
        ref=Ref("Namespace", "shop"), path=f"$.metadata.labels['{label}']", value="baseline"
    )


def test_a_limit_range_is_told_with_the_bound_that_is_crossed() -> None:
    limits = [{"type": "Pod", "max": {"memory": "1Gi"}}, {"type": "Container", "max": BOUNDS}]
    finding = told(TOO_BIG, make("LimitRange", "sizes", spec={"limits": limits}))
    assert finding.code == "workload/limit-range-violated"
    assert finding.evidence[1:] == (
        FieldEvidence(
            ref=Ref("LimitRange", "sizes", "shop"),
            path="$.spec.limits[1].max['memory']",
            value="128Mi (Container)",
        ),
    )


BOUNDS = {"memory": "128Mi", "cpu": "2"}


@pytest.mark.parametrize("said", [NO_ACCOUNT, TOO_BIG])
def test_an_old_refusal_of_a_workload_that_has_its_pods_is_silent(said: str) -> None:
    maker = refused(said)
    maker["status"]["replicas"] = 2
    assert conclude(maker) == []
