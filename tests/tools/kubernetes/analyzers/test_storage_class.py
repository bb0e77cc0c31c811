from clusterwright.tools.finding import AbsenceEvidence, EventEvidence, FieldEvidence
from clusterwright.tools.kubernetes.analyzers.storage_class import STORAGE_CLASS
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, event, make, only

ONLY = (STORAGE_CLASS,)
CLASS = Ref("StorageClass", "fast-ssd")
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def claim(phase: str = "Pending", age: float = 600, **spec: Json) -> Manifest:
    return make("PersistentVolumeClaim", "data", age=age, spec=spec, status={"phase": phase})


def storage_class(name: str, *, default: bool = False) -> Manifest:
    annotations = {"annotations": {DEFAULT: "true"}} if default else {}
    api = "storage.k8s.io/v1"
    return make("StorageClass", name, api=api, namespace="", metadata=annotations)


def test_a_class_that_does_not_exist_is_told_with_the_provisioner_s_word() -> None:
    broken = claim(storageClassName="fast-ssd")
    said = event(broken, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-ssd" not found')
    finding = only(
        conclude(broken, said, storage_class("fast-sdd"), analyzers=ONLY, now={CLASS: None})
    )
    assert finding.code == "pvc/storage-class-missing"
    assert finding.subject == Ref("PersistentVolumeClaim", "data", "shop")
    assert finding.title == 'StorageClass "fast-ssd" does not exist; did you mean "fast-sdd"?'
    kinds = [type(one) for one in finding.evidence]
    assert kinds == [FieldEvidence, EventEvidence, FieldEvidence, AbsenceEvidence]


def test_a_class_that_exists_by_now_is_silent() -> None:
    broken = claim(storageClassName="fast-ssd")
    now = {CLASS: storage_class("fast-ssd")}
    assert conclude(broken, analyzers=ONLY, also_read=["StorageClass"], now=now) == []


def test_a_claim_without_a_class_needs_a_default_one() -> None:
    broken = claim()
    said = event(broken, "FailedBinding", "no persistent volumes available for this claim")
    finding = only(conclude(broken, said, storage_class("slow"), analyzers=ONLY))
    assert finding.title == "Names no StorageClass, and the cluster has no default one"
    defaulted = conclude(broken, said, storage_class("slow", default=True), analyzers=ONLY)
    assert only(defaulted).code == "pvc/not-bound"
    assert conclude(broken, storage_class("slow", default=True), analyzers=ONLY) == []
    assert conclude(broken, storage_class("slow"), analyzers=ONLY) == []


def test_claims_that_are_bound_young_or_static_are_silent() -> None:
    assert (
        conclude(
            claim("Bound", storageClassName="fast-ssd"),
            claim(age=2, storageClassName="fast-ssd"),
            claim(storageClassName=""),
            analyzers=ONLY,
            also_read=["StorageClass"],
        )
        == []
    )


def test_a_class_of_volumes_made_by_hand_needs_no_object() -> None:
    volume = make(
        "PersistentVolume",
        "disk-1",
        namespace="",
        spec={"storageClassName": "manual"},
        status={"phase": "Available"},
    )
    static = claim(storageClassName="manual")
    assert conclude(static, volume, analyzers=ONLY, also_read=["StorageClass"]) == []


def test_nothing_is_said_where_classes_could_not_be_read() -> None:
    assert conclude(claim(storageClassName="fast-ssd"), analyzers=ONLY) == []
