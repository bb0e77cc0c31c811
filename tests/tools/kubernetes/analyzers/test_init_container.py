"""Init containers that do not come to their end."""

from clusterwright.tools.analyzer import LogRequest
from clusterwright.tools.finding import LogEvidence, Severity
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, only, pod


def initialising(seconds: float, **container: Json) -> Manifest:
    state = {"running": {"startedAt": ago(seconds)}}
    status = {"initContainerStatuses": [{"name": "wait-db", "state": state, "restartCount": 0}]}
    return pod(
        phase="Pending",
        spec={"initContainers": [{"name": "wait-db", **container}]},
        status=status,
        age=seconds,
    )


def test_one_that_runs_for_long_is_told_with_its_last_line() -> None:
    asked = LogRequest(Ref("Pod", "cart-1", "shop"), "wait-db")
    finding = only(conclude(initialising(900), logs={asked: ("start", "waiting for db:5432", "")}))
    assert finding.code == "pod/init-container-running"
    assert finding.title == (
        'Init container "wait-db" still runs, and the pod waits for its end: waiting for db:5432'
    )
    assert isinstance(finding.evidence[-1], LogEvidence)


def test_one_is_worth_knowing_for_an_hour_and_wrong_thereafter() -> None:
    assert only(conclude(initialising(900))).severity is Severity.INFO
    assert only(conclude(initialising(5_000))).severity is not Severity.INFO


def test_one_within_a_normal_time_is_silent() -> None:
    assert conclude(initialising(300)) == []


def test_a_sidecar_is_meant_to_stay() -> None:
    assert conclude(initialising(9_000, restartPolicy="Always")) == []
