"""What programs log when the API server forbids them something."""

import pytest

from clusterwright.tools.analyzer import LogRequest
from clusterwright.tools.kubernetes.analyzers.api_access import denied
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, ended, only, pod, waiting

LISTS = (
    "E1124 reflector.go:227: failed to list *v1.Pod: pods is forbidden: User"
    ' "system:serviceaccount:shop:watcher" cannot list resource "pods" in API group ""'
    ' in the namespace "shop"'
)
CREATES = (
    "leases.coordination.k8s.io is forbidden: User"
    r" \"system:serviceaccount:kube-system:op\" cannot create resource \"leases\""
    r" in API group \"coordination.k8s.io\" at the cluster scope"
)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (LISTS, "ServiceAccount shop/watcher may not list pods in namespace shop"),
        (
            CREATES,
            "ServiceAccount kube-system/op may not create leases.coordination.k8s.io in the whole"
            " cluster",
        ),
    ],
)
def test_a_refusal_is_read_plain_and_inside_json(line: str, sentence: str) -> None:
    found = denied(["starting", line, "exiting"])
    assert found is not None
    assert found.sentence == sentence


@pytest.mark.parametrize(
    "line",
    [
        "",
        "access is forbidden",
        'pods is forbidden: User "alice" cannot list resource "pods" in API group ""',
    ],
)
def test_what_is_no_refusal_of_a_service_account_is_none(line: str) -> None:
    assert denied([line]) is None


def test_a_container_that_ends_for_it_is_told_of_its_service_account() -> None:
    broken = pod(waiting("CrashLoopBackOff"), last=ended(1), restarts=3)
    asked = LogRequest(Ref("Pod", "cart-1", "shop"), "app", previous=True)
    finding = only(conclude(broken, logs={asked: (LISTS, "F1124 caches did not sync")}))
    assert finding.code == "pod/api-access-denied"
    assert finding.title == "ServiceAccount shop/watcher may not list pods in namespace shop"
    assert "RoleBinding" in finding.fixes[0]


def test_a_container_that_ends_for_something_else_keeps_its_code() -> None:
    broken = pod(waiting("CrashLoopBackOff"), last=ended(1), restarts=3)
    asked = LogRequest(Ref("Pod", "cart-1", "shop"), "app", previous=True)
    finding = only(conclude(broken, logs={asked: ("FATAL no database",)}))
    assert finding.code == "pod/crash-loop"
