"""Jobs that gave up, and which of them matter."""

import pytest

from clusterwright.tools.analyzer import LogRequest
from clusterwright.tools.finding import LogEvidence, Severity
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, ended, make, only, owned, pod

CRON = make("CronJob", "nightly", api="batch/v1")


def job(
    name: str = "import",
    *,
    kind: str = "Failed",
    reason: str = "BackoffLimitExceeded",
    **rest: Json,
) -> Manifest:
    told = {"type": kind, "status": "True", "reason": reason, "message": "as it is told"}
    status = {"conditions": [told], "failed": 3}
    return make("Job", name, api="batch/v1", status=status, **rest)


def last_pod(of: Manifest, code: int = 3) -> Manifest:
    spec = {"restartPolicy": "Never"}
    return owned(pod(ended(code), phase="Failed", spec=spec, name="import-x"), of)


def test_a_job_that_gave_up_is_told_with_the_last_words_of_its_last_pod() -> None:
    failed = job()
    asked = LogRequest(Ref("Pod", "import-x", "shop"), "app")
    logs = {asked: ("reading", "ERROR row 1204: must not be null")}
    finding = only(conclude(failed, last_pod(failed), logs=logs))
    assert finding.code == "job/failed"
    assert str(finding.subject) == "Job/shop/import"
    assert finding.title == (
        'The Job gave up after 3 failures; container "app" of its last pod exits with 3:'
        " ERROR row 1204: must not be null"
    )
    assert isinstance(finding.evidence[-1], LogEvidence)


def test_a_job_whose_pods_are_gone_is_told_by_its_condition() -> None:
    finding = only(conclude(job()))
    assert finding.code == "job/failed"
    assert "read the log of its pods before" in finding.fixes[0]


def test_a_deadline_is_named_with_its_seconds() -> None:
    late = job(reason="DeadlineExceeded", spec={"activeDeadlineSeconds": 60})
    finding = only(conclude(late))
    assert finding.title == "The Job was ended after its 60 s (activeDeadlineSeconds)"
    assert finding.fixes[0].startswith("Raise activeDeadlineSeconds")


def test_the_latest_run_of_a_cronjob_is_told_of_the_cronjob() -> None:
    finding = only(conclude(CRON, owned(job(), CRON)))
    assert str(finding.subject) == "CronJob/shop/nightly"


def test_a_run_that_a_later_run_made_good_is_history() -> None:
    early = owned(job("nightly-1", age=900), CRON)
    later = owned(job("nightly-2", kind="Complete", age=60), CRON)
    assert conclude(CRON, early, later) == []


def test_a_job_by_itself_that_failed_days_ago_is_only_worth_knowing() -> None:
    old, late = job(), owned(job("nightly-1"), CRON)
    for one in (old, late):
        one["status"]["conditions"][0]["lastTransitionTime"] = ago(200_000)
    assert only(conclude(old)).severity is Severity.INFO
    assert only(conclude(CRON, late)).severity is Severity.WARNING


@pytest.mark.parametrize("kind", ["Complete", "Suspended", "FailureTarget"])
def test_a_job_that_has_not_failed_is_silent(kind: str) -> None:
    assert conclude(job(kind=kind)) == []


def test_what_killed_its_pod_stays_a_cause_of_its_own() -> None:
    failed = job()
    killed = owned(pod(ended(137, "OOMKilled"), phase="Failed", name="import-x"), failed)
    killed["spec"]["restartPolicy"] = "Never"
    codes = {one.code for one in conclude(failed, killed)}
    assert codes == {"job/failed", "pod/out-of-memory"}
