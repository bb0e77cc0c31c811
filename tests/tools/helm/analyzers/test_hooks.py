"""release/hook-failed and release/hook-leftover: hooks that failed, those that are in the way."""

from clusterwright.tools.analyzer import LogRequest
from clusterwright.tools.finding import Edge, LogEvidence
from clusterwright.tools.ref import Ref
from tests.tools.helm.estates import CART, Cluster, hook, record, thing
from tests.tools.kubernetes.analyzers.cluster import ended, pod

FAILED, LEFT = "release/hook-failed", "release/hook-leftover"
JOB = thing("Job", "migrate", api="batch/v1")
GAVE_UP = {"conditions": [{"type": "Failed", "status": "True", "message": "backoff limit"}]}
SAID = 'Upgrade "cart" failed: pre-upgrade hooks failed: resource Job/shop/migrate not ready.'
THERE = {**JOB, "metadata": {"name": "migrate", "namespace": "shop"}, "status": GAVE_UP}
REF = Ref("Job", "migrate", "shop")


def test_a_hook_that_failed_is_told_by_the_last_words_of_its_pod() -> None:
    ran = pod(
        ended(3), name="migrate-x", phase="Failed", metadata={"labels": {"job-name": "migrate"}}
    )
    asked = LogRequest(Ref("Pod", "migrate-x", "shop"), "app")
    failed = record(2, "failed", hooks=[hook(JOB, "Failed")], said=SAID)
    found = Cluster(
        [failed, record()], [THERE, ran], logs={asked: ("starting", "Error: no table orders")}
    ).only(FAILED)
    assert found.title == (
        "The pre-upgrade hook Job migrate of revision 2 failed: Error: no table orders"
    )
    assert isinstance(found.evidence[-1], LogEvidence)
    assert found.members == (REF,)
    assert [(one.source, one.edge) for one in found.relations] == [
        (REF, Edge.RELEASED_BY),
        (CART, Edge.WAITS_FOR),
    ]
    assert not found.remedies


def test_a_hook_whose_job_is_gone_is_told_without_its_log() -> None:
    failed = record(2, "failed", hooks=[hook(JOB, "Failed")], said=SAID)
    found = Cluster([failed, record()], absent=frozenset({REF})).only(FAILED)
    assert found.title == (
        "The pre-upgrade hook Job migrate of revision 2 failed, and is gone, so that the operation"
        " failed; revision 1 is what runs"
    )


def test_a_hook_that_still_runs_did_not_end_in_time() -> None:
    failed = record(1, "failed", hooks=[hook(JOB, "Failed", event="pre-install")])
    found = Cluster([failed], [{**THERE, "status": {"active": 1}}]).only(FAILED)
    assert "did not end in time, and still runs" in found.title


def test_hooks_that_went_well_and_those_of_tests_say_nothing() -> None:
    test = hook(thing("Pod", "probe"), "Failed", event="test")
    well = record(2, hooks=[hook(JOB, "Succeeded"), test])
    assert Cluster([well], [THERE]).codes() == []


def test_a_hook_that_is_under_way_is_judged_when_it_has_ended() -> None:
    pending = record(2, "pending-upgrade", hooks=[hook(JOB, "Failed")], age=60)
    assert Cluster([pending, record()]).codes() == []


def test_what_helm_may_not_replace_is_in_the_way_of_the_next_upgrade() -> None:
    stays = hook(JOB, policies=["hook-succeeded"])
    found = Cluster([record(3, hooks=[stays])], [THERE]).only(LEFT)
    assert found.title == (
        "Job migrate of an earlier pre-upgrade hook is still there, and the next one will fail:"
        " Helm may not replace it"
    )
    assert found.remedies[0].changes == (
        {"kind": "remove_hook", "release": "shop/cart", "objects": ["Job/shop/migrate"]},
    )


def test_an_upgrade_that_failed_for_it_is_told_once() -> None:
    said = 'Upgrade "cart" failed: pre-upgrade hooks failed: jobs.batch "migrate" already exists'
    stays = hook(JOB, "Failed", policies=["hook-succeeded"])
    found = Cluster([record(3, "failed", hooks=[stays], said=said), record(2)], [THERE])
    assert "for which revision 3 failed" in found.only(LEFT).title
    assert FAILED not in found.codes()


def test_what_is_gone_or_replaced_or_runs_once_is_in_nobodys_way() -> None:
    stays = hook(JOB, policies=["hook-succeeded"])
    assert Cluster([record(3, hooks=[stays])], absent=frozenset({REF})).codes() == []
    assert Cluster([record(3, hooks=[hook(JOB)])], [THERE]).codes() == []
    assert Cluster([record(3, hooks=[hook(JOB, policies=[])])], [THERE]).codes() == []
    once = hook(JOB, "Succeeded", event="post-install", policies=["hook-failed"])
    assert Cluster([record(3, hooks=[once])], [THERE]).codes() == []
