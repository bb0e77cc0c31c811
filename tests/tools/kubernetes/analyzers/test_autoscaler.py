"""Autoscalers that have nothing to scale, or nothing to measure."""

import pytest

from clusterwright.tools.finding import AbsenceEvidence, Edge
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, make, only

CART = Ref("Deployment", "cart", "shop")
NO_API = (
    "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get"
    " metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could"
    " not find the requested resource (get pods.metrics.k8s.io)"
)
NO_REQUEST = (
    "the HPA was unable to compute the replica count: failed to get cpu utilization: missing"
    " request for cpu in container proxy of Pod cart-1"
)
LATE = "the HPA was unable to compute the replica count: no metrics returned from resource metrics"


def autoscaler(kind: str, status: str, reason: str, message: str, age: float = 60) -> Manifest:
    told = {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": ago(age),
    }
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}
    return make(
        "HorizontalPodAutoscaler",
        "cart",
        api="autoscaling/v2",
        spec={"scaleTargetRef": target},
        status={"conditions": [told]},
    )


def unmeasured(message: str, age: float = 60) -> Manifest:
    return autoscaler("ScalingActive", "False", "FailedGetResourceMetric", message, age)


def test_a_missing_target_is_asked_for_again() -> None:
    one = autoscaler("AbleToScale", "False", "FailedGetScale", 'deployments.apps "cart" not found')
    finding = only(conclude(one, now={CART: None}))
    assert finding.code == "hpa/target-missing"
    assert finding.title == 'Deployment "cart", which it is to scale, does not exist'
    assert finding.evidence[-1] == AbsenceEvidence(ref=CART)
    assert conclude(one, now={CART: make("Deployment", "cart", api="apps/v1")}) == []


def test_the_nearest_target_is_told() -> None:
    one = autoscaler("AbleToScale", "False", "FailedGetScale", 'deployments.apps "cart" not found')
    finding = only(conclude(one, make("Deployment", "carts", api="apps/v1"), now={CART: None}))
    assert finding.title.endswith('does not exist; did you mean "carts"?')
    assert finding.fixes == ("Set spec.scaleTargetRef.name to carts, or create Deployment cart.",)


def test_a_target_that_could_not_be_read_for_another_reason_is_not_missing() -> None:
    late = autoscaler("AbleToScale", "False", "FailedGetScale", "etcdserver: request timed out")
    assert conclude(late) == []


def test_an_autoscaler_of_this_moment_may_be_waiting_for_its_target() -> None:
    one = autoscaler("AbleToScale", "False", "FailedGetScale", 'deployments.apps "cart" not found')
    one["metadata"]["creationTimestamp"] = ago(5)
    assert conclude(one) == []


def test_only_metrics_that_pods_do_not_tell_may_be_the_fault_of_the_pods() -> None:
    (edge,) = only(conclude(unmeasured(LATE, age=400))).relations
    assert (edge.edge, edge.target) == (Edge.USES, CART)
    assert only(conclude(unmeasured(NO_API))).relations == ()
    assert only(conclude(unmeasured(NO_REQUEST))).relations == ()


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (NO_API, "It has no metrics: pods.metrics.k8s.io is not served by this cluster"),
        (NO_REQUEST, 'It measures cpu against requests, and container "proxy" has none'),
    ],
)
def test_what_waiting_does_not_help_is_told_at_once(message: str, title: str) -> None:
    finding = only(conclude(unmeasured(message)))
    assert finding.code == "hpa/metrics-unavailable"
    assert finding.title == title


def test_other_metrics_get_five_minutes_to_arrive() -> None:
    assert conclude(unmeasured(LATE)) == []
    assert "no metrics returned" in only(conclude(unmeasured(LATE, age=400))).title


@pytest.mark.parametrize(
    "one",
    [
        autoscaler("ScalingActive", "True", "ValidMetricFound", "the HPA was able to"),
        autoscaler("ScalingActive", "False", "ScalingDisabled", "scaling is disabled", 9_000),
        autoscaler("ScalingLimited", "True", "TooManyReplicas", "at the maximum"),
        autoscaler("AbleToScale", "True", "ReadyForNewScale", "ready"),
    ],
)
def test_an_autoscaler_that_works_or_was_switched_off_is_silent(one: Manifest) -> None:
    assert conclude(one) == []
