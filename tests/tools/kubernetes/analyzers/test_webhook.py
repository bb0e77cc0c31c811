"""Admission webhooks whose backend cannot answer."""

import pytest

from clusterwright.tools.finding import AbsenceEvidence, Edge, Relation, Severity
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only, pod, running

POLICY = Ref("Service", "policy", "guard")
HOOK = Ref("ValidatingWebhookConfiguration", "rules")


def configuration(policy: str | None = "Fail", **client: Json) -> Manifest:
    service = {"name": "policy", "namespace": "guard", "path": "/"}
    hook: Manifest = {
        "name": "pods.rules.io",
        "rules": [{"operations": ["CREATE"], "resources": ["pods"]}],
        "clientConfig": client or {"service": service},
    }
    if policy:
        hook["failurePolicy"] = policy
    api = "admissionregistration.k8s.io/v1"
    return make(HOOK.kind, HOOK.name, api=api, namespace="", webhooks=[hook])


def service() -> Manifest:
    return make("Service", "policy", namespace="guard", spec={"selector": {"app": "policy"}})


def backend(*, ready: bool) -> Manifest:
    conditions = [{"type": "Ready", "status": str(ready)}]
    return pod(
        running(),
        name="policy-1",
        namespace="guard",
        ready=True,
        metadata={"labels": {"app": "policy"}},
        status={"conditions": conditions},
    )


def blocked() -> Manifest:
    said = 'Internal error: failed calling webhook "pods.rules.io": failed to call webhook: Post'
    failure = {"type": "ReplicaFailure", "status": "True", "message": said}
    return make(
        "ReplicaSet",
        "cart-1",
        api="apps/v1",
        spec={"replicas": 1},
        status={"conditions": [failure]},
    )


def hooks(*objects: Manifest, now: dict[Ref, Manifest | None] | None = None) -> list[str]:
    found = conclude(*objects, also_read=("Service", "Pod"), now=now)
    return [one.code for one in found if one.subject == HOOK]


def test_a_webhook_whose_service_is_missing_is_a_warning_until_it_blocks_something() -> None:
    read = ("Service", "Pod")
    finding = only(conclude(configuration(), also_read=read, now={POLICY: None}))
    assert finding.code == "webhook/backend-unavailable"
    assert finding.severity is Severity.WARNING
    assert finding.evidence[-1] == AbsenceEvidence(ref=POLICY)
    found = conclude(configuration(), blocked(), also_read=read, now={POLICY: None})
    (worse,) = [one for one in found if one.subject == HOOK]
    assert worse.severity is Severity.CRITICAL
    held = Ref("ReplicaSet", "cart-1", "shop")
    assert Relation(source=held, edge=Edge.LIMITED_BY, target=HOOK) in worse.relations


def test_a_webhook_without_a_ready_pod_cannot_answer() -> None:
    assert hooks(configuration(), service()) == ["webhook/backend-unavailable"]
    assert hooks(configuration(), service(), backend(ready=False)) == [
        "webhook/backend-unavailable"
    ]
    assert hooks(configuration(), service(), backend(ready=True)) == []


@pytest.mark.parametrize(
    "one",
    [
        configuration("Ignore"),
        configuration(url="https://elsewhere.example.com"),
    ],
)
def test_what_need_not_answer_or_lives_elsewhere_is_silent(one: Manifest) -> None:
    assert hooks(one) == []


def test_the_default_policy_is_to_fail() -> None:
    assert hooks(configuration(None)) == ["webhook/backend-unavailable"]


def test_a_service_that_is_there_by_now_is_not_missing() -> None:
    assert hooks(configuration(), now={POLICY: service()}) == []


def test_without_services_or_pods_nothing_is_concluded() -> None:
    for objects in ((configuration(),), (configuration(), service())):
        assert not [one for one in conclude(*objects) if one.subject == HOOK]
