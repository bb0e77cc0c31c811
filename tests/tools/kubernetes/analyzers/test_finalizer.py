import pytest

from clusterwright.tools.finding import Edge, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.finalizer import FINALIZER
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, make, only, pod, running

ONLY = (FINALIZER,)
HOLDER = "backup.example.com/snapshot"


def deleted(kind: str, *finalizers: str, since: float = 600, namespace: str = "shop") -> Manifest:
    metadata = {"deletionTimestamp": ago(since), "finalizers": list(finalizers)}
    return make(kind, "data", namespace=namespace, metadata=metadata)


@pytest.mark.parametrize("kind", ["ConfigMap", "Pod", "Service", "PersistentVolumeClaim"])
def test_a_finalizer_that_nobody_removes_is_named(kind: str) -> None:
    finding = only(conclude(deleted(kind, "kubernetes.io/pvc-protection", HOLDER), analyzers=ONLY))
    assert finding.code == "object/finalizer-stuck"
    assert finding.subject == Ref(kind, "data", "shop")
    assert finding.title == f"Deleted, but finalizer {HOLDER} has not been removed"


def test_a_kind_that_nobody_thought_of_is_seen_where_it_was_read() -> None:
    custom = deleted("Widget", HOLDER) | {"apiVersion": "example.com/v1"}
    assert only(conclude(custom, analyzers=ONLY)).subject.group == "example.com"


def test_a_deletion_that_has_just_begun_is_silent() -> None:
    # A pod's deletionTimestamp is when its grace ends, which may lie ahead.
    assert conclude(deleted("ConfigMap", HOLDER, since=5), analyzers=ONLY) == []
    assert conclude(deleted("Pod", HOLDER, since=-20), analyzers=ONLY) == []


@pytest.mark.parametrize(("kind", "since"), [("Service", 120), ("PersistentVolume", 120)])
def test_what_a_cloud_cleans_up_takes_its_time(kind: str, since: float) -> None:
    assert conclude(deleted(kind, HOLDER, since=since), analyzers=ONLY) == []


def test_a_namespace_whose_pods_are_ending_is_silent() -> None:
    namespace = deleted("Namespace", namespace="", since=25)
    said = "Some content has finalizers remaining: kubernetes.io/pvc-protection in 1 instances"
    condition = {"type": "NamespaceFinalizersRemaining", "status": "True", "message": said}
    namespace["status"] = {"conditions": [condition]}
    assert conclude(namespace, analyzers=ONLY) == []


def test_finalizers_of_the_cluster_itself_are_silent() -> None:
    own = deleted("Job", "foregroundDeletion", "batch.kubernetes.io/job-tracking")
    assert (
        conclude(
            own, deleted("PersistentVolumeClaim", "kubernetes.io/pvc-protection"), analyzers=ONLY
        )
        == []
    )


def test_an_object_that_is_not_deleted_is_silent() -> None:
    living = make("ConfigMap", "data", metadata={"finalizers": [HOLDER]})
    assert conclude(living, analyzers=ONLY) == []


def test_an_object_that_has_gone_by_now_is_silent() -> None:
    stuck, ref = deleted("ConfigMap", HOLDER), Ref("ConfigMap", "data", "shop")
    assert conclude(stuck, analyzers=ONLY, now={ref: None}) == []
    assert only(conclude(stuck, analyzers=ONLY, now={ref: stuck}))


def test_a_claim_that_a_pod_still_uses_names_the_pod() -> None:
    claim = deleted("PersistentVolumeClaim", "kubernetes.io/pvc-protection")
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]
    finding = only(conclude(claim, pod(running(), spec={"volumes": volumes}), analyzers=ONLY))
    assert finding.severity == Severity.INFO
    assert finding.title == "Deleted, but Pod cart-1 still uses it"
    user = Ref("Pod", "cart-1", "shop")
    assert finding.relations == (Relation(source=user, edge=Edge.USES, target=finding.subject),)


def test_a_namespace_says_what_remains_unless_that_is_told_already() -> None:
    namespace = deleted("Namespace", namespace="")
    said = "Some content in the namespace has finalizers remaining: x.io/y in 1 resource instances"
    condition = {"type": "NamespaceFinalizersRemaining", "status": "True", "message": said}
    namespace["status"] = {"conditions": [condition]}
    assert "x.io/y" in only(conclude(namespace, analyzers=ONLY)).title
    inside = deleted("ConfigMap", HOLDER, namespace="data")
    assert only(conclude(namespace, inside, analyzers=ONLY)).subject.kind == "ConfigMap"
