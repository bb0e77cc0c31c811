"""release/object-missing and release/orphan: objects without a trace, and without a release."""

import pytest

from clusterwright.tools.analyzer import Fulfilled, ReadRequest
from clusterwright.tools.finding import AbsenceEvidence
from clusterwright.tools.helm.analyzers.orphan import ORPHAN as ANALYZER
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.helm.estates import CART, Cluster, deployment, live, record, thing

MISSING, ORPHAN = "release/object-missing", "release/orphan"
SERVICE = thing("Service", spec={"selector": {"app": "cart"}})
SERVICE_REF = Ref("Service", "cart", "shop")


def test_an_object_that_somebody_deleted() -> None:
    there = [live(deployment())]
    found = Cluster([record(3, "deployed", deployment(), SERVICE)], there, read=["Service"])
    told = found.only(MISSING)
    assert told.subject == CART
    assert told.title == "Service cart, which revision 3 made, does not exist any more"
    assert told.evidence[0] == AbsenceEvidence(ref=SERVICE_REF)
    again = {"kind": "rollback", "release": "shop/cart", "revision": 3}
    assert told.remedies[0].changes == (again,)


def test_a_workload_that_is_gone_leaves_its_services_without_pods() -> None:
    there = [live(SERVICE)]
    gone = record(3, "deployed", deployment(), SERVICE)
    told = Cluster([gone], there, read=["Deployment"]).only(MISSING)
    assert [str(one.source) for one in told.relations] == [
        "Deployment/shop/cart",
        "Service/shop/cart",
    ]


def test_what_is_there_when_it_is_read_again_is_not_missing() -> None:
    whole = record(3, "deployed", SERVICE, thing("ConfigMap"))
    kinds = ["Service", "ConfigMap"]
    assert (
        Cluster([whole], read=kinds, there=[live(SERVICE), live(thing("ConfigMap"))]).codes() == []
    )
    (told,) = Cluster([whole], read=kinds, there=[live(SERVICE)]).findings()
    assert told.title == "ConfigMap cart, which revision 3 made, does not exist any more"
    assert [str(one.source) for one in told.relations] == ["ConfigMap/shop/cart"]


def test_what_cannot_be_read_again_is_not_said_to_be_missing() -> None:
    found = Cluster(
        [record(3, "deployed", SERVICE)], read=["Service"], unanswered=frozenset({SERVICE_REF})
    )
    assert found.codes() == []


def test_kinds_that_were_not_listed_and_jobs_that_go_by_themselves_are_not_missed() -> None:
    job = thing("Job", api="batch/v1", spec={"ttlSecondsAfterFinished": 60})
    assert Cluster([record(3, "deployed", SERVICE, job)], read=["Job"]).codes() == []


def test_while_an_operation_is_not_settled_nothing_is_missed() -> None:
    failed = record(2, "pending-upgrade", SERVICE, age=60)
    assert Cluster([failed, record(1, "deployed", SERVICE)], read=["Service"]).codes() == []


def test_objects_of_a_release_without_a_record_are_told_once() -> None:
    left = [live(thing("ConfigMap"), release="gone"), live(deployment(), release="gone")]
    (found,) = Cluster(live=left).findings()
    assert (found.code, str(found.subject)) == (ORPHAN, "Deployment/shop/cart")
    assert found.title == (
        "Helm made it for release gone in namespace shop, of which there is no record (1 other"
        " object likewise)"
    )
    assert found.concluded
    assert found.remedies[0].changes[0]["kind"] == "install"


def test_an_object_that_the_deployed_revision_does_not_have() -> None:
    copy = live(thing("ConfigMap", "copy"))
    whole = record(3, "deployed", thing("ConfigMap"))
    (found,) = Cluster([whole], [copy, live(thing("ConfigMap"))]).findings()
    assert str(found.subject) == "ConfigMap/shop/copy"
    assert found.title.endswith("whose deployed revision 3 does not have it")
    (remedy,) = found.remedies
    assert remedy.changes[0]["objects"] == ["ConfigMap/shop/copy"]
    assert remedy.changes[0]["release"].startswith("<ask: ")


KEPT = live(thing("Secret"), annotations={"helm.sh/resource-policy": "keep"})
HOOK = live(thing("ConfigMap"), annotations={"helm.sh/hook": "pre-install"})
OWNED = live(thing("ConfigMap"))
OWNED["metadata"]["ownerReferences"] = [{"kind": "Widget", "name": "w", "apiVersion": "x/v1"}]
LEAVING = live(thing("ConfigMap"))
LEAVING["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
UNMARKED = live(thing("ConfigMap"), labels={"app.kubernetes.io/managed-by": "Kustomize"})


@pytest.mark.parametrize(
    "one", [KEPT, HOOK, OWNED, LEAVING, UNMARKED], ids=["kept", "hook", "owned", "leaving", "other"]
)
def test_what_helm_or_others_leave_on_purpose_is_no_orphan(one: Manifest) -> None:
    assert Cluster(live=[one]).codes() == []


def test_where_records_cannot_be_seen_nothing_is_an_orphan() -> None:
    left = [live(deployment(), release="gone")]
    assert Cluster(live=left, all_records=False).codes() == []


def test_an_object_that_is_served_in_another_group_is_the_same() -> None:
    old = {**deployment(), "apiVersion": "extensions/v1beta1"}
    assert ORPHAN not in Cluster([record(1, "deployed", old)], [live(deployment())]).codes()


def test_an_orphan_that_is_gone_by_now_is_dropped() -> None:
    (lead,) = ANALYZER.detect(Cluster(live=[live(deployment())]).estate())
    (request,) = lead.requests
    assert isinstance(request, ReadRequest)
    assert ANALYZER.refine(lead, Fulfilled(objects={request: None})) is None
    assert ANALYZER.refine(lead, Fulfilled()) is not None
