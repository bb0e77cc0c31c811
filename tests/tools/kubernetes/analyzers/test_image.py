import pytest

from clusterwright.tools.finding import EventEvidence, Severity
from tests.tools.kubernetes.analyzers.cluster import (
    ago,
    conclude,
    event,
    make,
    only,
    owned,
    pod,
    running,
    waiting,
)

BACK_OFF = waiting("ImagePullBackOff", 'Back-off pulling image "shop/cart:1"')


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("failed to resolve reference: shop/cart:1: not found", "pod/image-not-found"),
        ("manifest unknown", "pod/image-not-found"),
        ("failed with status code [manifests 1]: 401 Unauthorized", "pod/image-pull-denied"),
        (
            "pull access denied, repository does not exist or may require authorization",
            "pod/image-pull-denied",
        ),
        ("no basic auth credentials", "pod/image-pull-denied"),
        ("dial tcp: lookup registry on 10.0.0.1:53: no such host", "pod/image-pull-failed"),
        ("429 Too Many Requests - toomanyrequests", "pod/image-pull-failed"),
        ("tls: failed to verify certificate: x509: unknown authority", "pod/image-pull-failed"),
    ],
)
def test_the_reason_of_a_failed_pull_decides_its_code(said: str, code: str) -> None:
    broken = pod(waiting("ErrImagePull", said), phase="Pending")
    finding = only(conclude(broken))
    assert finding.code == code
    assert "shop/cart:1" in finding.title


def test_an_event_tells_the_reason_that_the_back_off_hides() -> None:
    broken = pod(BACK_OFF, phase="Pending")
    told = event(broken, "Failed", 'Failed to pull image "shop/cart:1": shop/cart:1: not found')
    finding = only(conclude(broken, told))
    assert finding.code == "pod/image-not-found"
    assert any(isinstance(one, EventEvidence) for one in finding.evidence)


def test_an_event_of_an_image_asked_for_earlier_is_not_believed() -> None:
    broken = pod(BACK_OFF, phase="Pending")
    told = event(broken, "Failed", 'Failed to pull image "shop/cart:0": shop/cart:0: not found')
    assert only(conclude(broken, told)).code == "pod/image-pull-failed"


def test_the_name_of_an_image_decides_nothing() -> None:
    broken = pod(
        waiting("ErrImagePull", 'Back-off pulling image "unauthorized/forbidden:401"'),
        phase="Pending",
        container={"image": "unauthorized/forbidden:401"},
    )
    assert only(conclude(broken)).code == "pod/image-pull-failed"


@pytest.mark.parametrize("reason", ["InvalidImageName", "ErrImageNeverPull"])
def test_what_the_kubelet_refuses_itself_is_told(reason: str) -> None:
    assert only(conclude(pod(waiting(reason), phase="Pending"))).code == "pod/image-pull-failed"


def test_pods_of_a_deployment_are_one_finding_about_it() -> None:
    deployment = make("Deployment", "cart", api="apps/v1", status={"availableReplicas": 1})
    replicas = owned(make("ReplicaSet", "cart-1", api="apps/v1"), deployment)
    pods = [owned(pod(BACK_OFF, name=f"cart-1-{i}", phase="Pending"), replicas) for i in range(3)]
    finding = only(conclude(deployment, replicas, *pods))
    assert str(finding.subject) == "Deployment/shop/cart"
    assert len(finding.members) == 3
    assert finding.severity is Severity.WARNING


def test_nothing_available_is_critical() -> None:
    deployment = make("Deployment", "cart", api="apps/v1", status={"unavailableReplicas": 1})
    replicas = owned(make("ReplicaSet", "cart-1", api="apps/v1"), deployment)
    finding = only(conclude(deployment, replicas, owned(pod(BACK_OFF), replicas)))
    assert finding.severity is Severity.CRITICAL


def test_a_pull_that_failed_and_then_went_well_is_silent() -> None:
    well = pod(running(), ready=True)
    assert conclude(well, event(well, "Failed", 'Failed to pull image "shop/cart:1"')) == []


def test_a_pod_that_goes_away_is_silent() -> None:
    assert conclude(pod(BACK_OFF, metadata={"deletionTimestamp": ago(1)})) == []
