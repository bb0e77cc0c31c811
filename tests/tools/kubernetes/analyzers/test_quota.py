from clusterwright.tools.finding import Edge, FieldEvidence, Relation
from clusterwright.tools.kubernetes.analyzers.quota import QUOTA
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, event, make, only, owned

ONLY = (QUOTA,)
EXCEEDED = (
    'pods "cart-69bd5-4rhcz" is forbidden: exceeded quota: share, requested: pods=1, used: pods=2,'
    " limited: pods=2"
)
DEPLOYMENT = make("Deployment", "cart", api="apps/v1")


def replica_set(message: str, *, wanted: int = 3, has: int = 2) -> Manifest:
    failure = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": message,
        "lastTransitionTime": ago(60),
    }
    status = {"replicas": has, "conditions": [failure]}
    return owned(
        make("ReplicaSet", "cart-1", api="apps/v1", spec={"replicas": wanted}, status=status),
        DEPLOYMENT,
    )


def test_a_quota_that_is_used_up_is_told_of_the_workload_with_what_it_says_itself() -> None:
    status = {"hard": {"pods": "2", "cpu": "8"}, "used": {"pods": "2", "cpu": "1"}}
    quota = make("ResourceQuota", "share", status=status)
    finding = only(conclude(DEPLOYMENT, replica_set(EXCEEDED), quota, analyzers=ONLY))
    assert finding.code == "workload/quota-exceeded"
    assert finding.subject == Ref("Deployment", "cart", "shop")
    assert finding.title == 'ResourceQuota "share" forbids more pods: pods=2 of pods=2 in use'
    target = Ref("ResourceQuota", "share", "shop")
    assert finding.evidence[1:] == (
        FieldEvidence(ref=target, path="$.status.used['pods']", value="2 of 2"),
    )
    assert (
        Relation(source=finding.subject, edge=Edge.LIMITED_BY, target=target) in finding.relations
    )


def test_a_quota_that_demands_limits_is_told() -> None:
    said = 'pods "x" is forbidden: failed quota: share: must specify limits.cpu for: app'
    finding = only(conclude(DEPLOYMENT, replica_set(said), analyzers=ONLY))
    assert "demands limits.cpu" in finding.title


def test_a_stateful_set_and_a_job_have_events_instead_of_a_condition() -> None:
    stateful = make("StatefulSet", "db", api="apps/v1", spec={"replicas": 1})
    job = make("Job", "train", api="batch/v1", spec={"parallelism": 1, "completions": 1})
    said = [event(one, "FailedCreate", f"create Pod failed: {EXCEEDED}") for one in (stateful, job)]
    found = conclude(stateful, job, *said, analyzers=ONLY)
    assert {str(one.subject) for one in found} == {"StatefulSet/shop/db", "Job/shop/train"}


def test_what_has_all_its_pods_is_silent_whatever_happened_before() -> None:
    assert conclude(DEPLOYMENT, replica_set(EXCEEDED, has=3), analyzers=ONLY) == []
    assert conclude(DEPLOYMENT, replica_set(EXCEEDED, wanted=0, has=0), analyzers=ONLY) == []
    done = {"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1}
    job = make("Job", "train", api="batch/v1", spec={"parallelism": 1}, status=done)
    assert conclude(job, event(job, "FailedCreate", EXCEEDED), analyzers=ONLY) == []


def test_an_old_refusal_is_silent() -> None:
    stateful = make("StatefulSet", "db", api="apps/v1", spec={"replicas": 1})
    old = event(stateful, "FailedCreate", EXCEEDED, age=3600)
    assert conclude(stateful, old, analyzers=ONLY) == []


def test_another_refusal_is_not_a_quota() -> None:
    said = 'pods "x" is forbidden: violates PodSecurity "restricted:latest"'
    assert conclude(DEPLOYMENT, replica_set(said), analyzers=ONLY) == []
