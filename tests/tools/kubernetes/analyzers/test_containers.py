import pytest

from clusterwright.tools.analyzer import LogRequest
from clusterwright.tools.finding import LogEvidence
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import (
    NOW,
    ago,
    conclude,
    ended,
    event,
    make,
    only,
    owned,
    pod,
    running,
    waiting,
)

BACK_OFF = waiting("CrashLoopBackOff", "back-off 40s restarting failed container")
CART = Ref("Pod", "cart-1", "shop")


def failed_pod() -> Manifest:
    return pod(ended(1), phase="Failed", spec={"restartPolicy": "Never"})


def test_the_log_names_the_cause_of_a_crash_loop() -> None:
    broken = pod(BACK_OFF, last=ended(1), restarts=4)
    line = "FATAL: cannot reach db:5432: connection refused"
    logs = {LogRequest(CART, "app", previous=True): ("starting", line, "bye")}
    finding = only(conclude(broken, logs=logs))
    assert finding.code == "pod/crash-loop"
    assert line in finding.title
    assert any(isinstance(one, LogEvidence) and one.line == line for one in finding.evidence)


def test_a_crash_loop_without_a_log_is_told_with_its_exit_code() -> None:
    finding = only(conclude(pod(BACK_OFF, last=ended(3), restarts=4)))
    assert "exit code 3" in finding.title


def test_a_crash_loop_dates_from_when_the_pod_was_no_longer_ready() -> None:
    unready = {"type": "Ready", "status": "False", "lastTransitionTime": ago(500)}
    broken = pod(BACK_OFF, last=ended(1, at=30), restarts=9, status={"conditions": [unready]})
    since = only(conclude(broken)).since
    assert since is not None
    assert since.timestamp() == NOW.timestamp() - 500


def test_a_crash_loop_dates_from_the_first_back_off_where_the_pod_is_ready_in_between() -> None:
    broken = pod(running(20), last=ended(1, at=60), restarts=4, ready=True)
    waited = event(broken, "BackOff", "Back-off restarting failed container app in pod cart-1")
    waited["firstTimestamp"] = ago(400)
    pulled = event(broken, "BackOff", 'Back-off pulling image "shop/cart:1"', age=6)
    pulled["firstTimestamp"] = ago(500)
    since = only(conclude(broken, waited, pulled)).since
    assert since is not None
    assert since.timestamp() == NOW.timestamp() - 400


def test_a_program_that_ends_well_again_and_again_is_a_crash_loop() -> None:
    finding = only(conclude(pod(BACK_OFF, last=ended(0, "Completed"), restarts=4)))
    assert finding.code == "pod/crash-loop"


def test_an_out_of_memory_kill_wins_over_the_crash_loop() -> None:
    broken = pod(
        BACK_OFF,
        last=ended(137, "OOMKilled"),
        restarts=4,
        container={"resources": {"limits": {"memory": "64Mi"}}},
    )
    finding = only(conclude(broken))
    assert finding.code == "pod/out-of-memory"
    assert "64Mi" in finding.title


def test_an_out_of_memory_kill_matters_even_if_the_next_run_is_ready() -> None:
    broken = pod(running(20), last=ended(137, "OOMKilled", at=21), restarts=1, ready=True)
    assert only(conclude(broken)).code == "pod/out-of-memory"


def test_an_out_of_memory_kill_of_yesterday_is_history() -> None:
    well = pod(running(90_000), last=ended(137, "OOMKilled", at=90_001), restarts=1, ready=True)
    assert conclude(well) == []


@pytest.mark.parametrize(
    "message",
    [
        'runc create failed: exec: "/bin/cart": stat /bin/cart: no such file or directory',
        'exec: "cart": executable file not found in $PATH: unknown',
        'exec: "/bin/cart": permission denied: unknown',
    ],
)
def test_what_the_runtime_cannot_execute_is_named(message: str) -> None:
    broken = pod(
        BACK_OFF,
        last=ended(128, "StartError", message),
        restarts=2,
        container={"command": ["/bin/cart"]},
    )
    finding = only(conclude(broken))
    assert finding.code == "pod/command-not-found"
    assert "/bin/cart" in finding.title


def test_a_shell_that_misses_a_command_is_told_with_its_log() -> None:
    broken = pod(BACK_OFF, last=ended(127), restarts=2, container={"command": ["sh", "-c", "x"]})
    logs = {LogRequest(CART, "app", previous=True): ("sh: x: not found",)}
    finding = only(conclude(broken, logs=logs))
    assert finding.code == "pod/command-not-found"
    assert "sh: x: not found" in finding.title


def test_why_the_runtime_cannot_start_a_process_is_in_the_title() -> None:
    said = (
        "runc create failed: unable to start container process: mkdir /etc/passwd: not a directory"
    )
    broken = pod(waiting("RunContainerError"), last=ended(128, "StartError", said), restarts=2)
    finding = only(conclude(broken))
    assert finding.code == "pod/crash-loop"
    assert "mkdir /etc/passwd: not a directory" in finding.title


def test_a_server_that_ends_well_and_is_about_to_start_again_is_a_crash_loop() -> None:
    assert only(conclude(pod(ended(0, "Completed"), restarts=3))).code == "pod/crash-loop"


def test_a_task_that_ends_well_is_silent() -> None:
    assert (
        conclude(pod(ended(0, "Completed"), restarts=3, spec={"restartPolicy": "OnFailure"})) == []
    )


def test_a_crash_loop_is_told_while_the_container_happens_to_run() -> None:
    broken = pod(running(3), last=ended(2, at=30), restarts=3, ready=True)
    assert only(conclude(broken)).code == "pod/crash-loop"


@pytest.mark.parametrize(("restarts", "back_off"), [(2, 20), (3, 40), (4, 80)])
@pytest.mark.parametrize("runs", [1, 39])
def test_a_program_that_lives_for_less_than_a_minute_is_told_while_it_runs(
    restarts: int, back_off: int, runs: int
) -> None:
    last = ended(1, at=runs + back_off)
    last["terminated"]["startedAt"] = ago(runs + back_off + 40)
    broken = pod(running(runs), last=last, restarts=restarts, ready=True)
    assert only(conclude(broken)).code == "pod/crash-loop"


def test_a_program_that_runs_for_longer_than_it_used_to_is_well() -> None:
    last = ended(1, at=170)
    last["terminated"]["startedAt"] = ago(210)
    assert conclude(pod(running(90), last=last, restarts=4, ready=True)) == []


@pytest.mark.parametrize(
    ("probe", "word"), [("livenessProbe", "liveness"), ("startupProbe", "startup")]
)
def test_a_container_killed_for_its_probe_is_told_by_its_probe(probe: str, word: str) -> None:
    container = {
        probe: {"httpGet": {"path": "/healthz", "port": 8081}},
        "ports": [{"containerPort": 8080}],
    }
    broken = pod(running(20), last=ended(137, at=21), restarts=3, container=container)
    killed = event(broken, "Killing", f"Container app failed {word} probe, will be restarted")
    failed = event(broken, "Unhealthy", f"{word.title()} probe failed: connection refused")
    finding = only(conclude(broken, killed, failed))
    assert finding.code == "pod/liveness-probe-failing"
    assert "port 8081" in finding.title
    assert "declares 8080" in finding.title


def test_a_start_up_probe_is_told_with_the_time_that_it_gives() -> None:
    probe = {"httpGet": {"path": "/up", "port": 8080}, "periodSeconds": 5, "failureThreshold": 12}
    unready = {"type": "Ready", "status": "False", "lastTransitionTime": ago(300)}
    broken = pod(
        running(20),
        last=ended(137, at=21),
        restarts=3,
        container={"startupProbe": probe},
        status={"conditions": [unready]},
    )
    killed = event(broken, "Killing", "Container app failed startup probe, will be restarted")
    finding = only(conclude(broken, killed))
    assert finding.title == (
        'Container "app" is restarted before it has started: its startup probe GET /up on port'
        " 8080 does not succeed within 60 s"
    )
    assert finding.fixes[0].startswith('Give container "app" more time to start')
    assert finding.since is not None
    assert finding.since.timestamp() == NOW.timestamp() - 300


def test_a_probe_that_killed_an_hour_ago_says_nothing_about_a_crash_now() -> None:
    broken = pod(BACK_OFF, last=ended(1), restarts=4)
    killed = event(
        broken, "Killing", "Container app failed liveness probe, will be restarted", age=3600
    )
    assert only(conclude(broken, killed)).code == "pod/crash-loop"


ASKS_8081: Manifest = {
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8081}, "periodSeconds": 5},
    "ports": [{"containerPort": 8080}],
}


def lasted(seconds: float, code: int) -> Manifest:
    """Return the end of a run that took so long."""
    done = ended(code)
    done["terminated"]["startedAt"] = ago(30 + seconds)
    return done


@pytest.mark.parametrize("code", [0, 137, 143])
def test_what_the_kubelet_said_long_ago_counts_while_the_container_ends_as_it_is_told(
    code: int,
) -> None:
    broken = pod(BACK_OFF, last=ended(code), restarts=20, container=ASKS_8081)
    killed = event(
        broken, "Killing", "Container app failed liveness probe, will be restarted", age=2400
    )
    assert only(conclude(broken, killed)).code == "pod/liveness-probe-failing"


@pytest.mark.parametrize("code", [0, 137, 143])
def test_without_any_event_the_end_and_the_length_of_a_run_tell(code: int) -> None:
    broken = pod(BACK_OFF, last=lasted(14, code), restarts=20, container=ASKS_8081)
    finding = only(conclude(broken))
    assert finding.code == "pod/liveness-probe-failing"
    assert "declares 8080" in finding.title
    assert any("every 5 s, 3 failures" in str(one) for one in finding.evidence)
    assert finding.concluded


@pytest.mark.parametrize(("seconds", "code"), [(14, 1), (2, 143), (600, 137)])
def test_other_ends_are_not_blamed_on_a_probe(seconds: float, code: int) -> None:
    broken = pod(BACK_OFF, last=lasted(seconds, code), restarts=20, container=ASKS_8081)
    assert only(conclude(broken)).code == "pod/crash-loop"


def test_a_program_that_ends_well_on_its_own_is_not_blamed_on_a_probe_it_can_answer() -> None:
    answers = {**ASKS_8081, "ports": [{"containerPort": 8081}]}
    broken = pod(BACK_OFF, last=lasted(14, 0), restarts=20, container=answers)
    assert only(conclude(broken)).code == "pod/crash-loop"


def test_one_crash_before_a_container_became_ready_is_forgiven() -> None:
    assert conclude(pod(running(20), last=ended(1, at=21), restarts=1, ready=True)) == []


def test_crashes_are_forgiven_after_a_long_good_run() -> None:
    assert conclude(pod(running(400), last=ended(1, at=401), restarts=5, ready=True)) == []


def test_a_container_that_starts_for_the_first_time_is_silent() -> None:
    assert conclude(pod(waiting("ContainerCreating"), phase="Pending", age=2)) == []


def test_a_job_that_failed_is_a_finding_and_one_that_succeeded_later_is_not() -> None:
    job = make("Job", "import", api="batch/v1", status={"failed": 1})
    done = make("Job", "import", api="batch/v1", status={"failed": 1, "succeeded": 1})
    finding = only(conclude(job, owned(failed_pod(), job)))
    assert str(finding.subject) == "Job/shop/import"
    assert conclude(done, owned(failed_pod(), done)) == []


def test_an_evicted_pod_is_not_a_crash() -> None:
    evicted = pod(ended(137), phase="Failed", spec={"restartPolicy": "Always"})
    assert conclude(evicted) == []


def test_each_broken_container_has_its_own_cause() -> None:
    broken = pod(BACK_OFF, last=ended(1), restarts=4)
    broken["spec"]["containers"].append({"name": "proxy", "image": "shop/proxy:1"})
    broken["status"]["containerStatuses"].append(
        {
            "name": "proxy",
            "state": BACK_OFF,
            "lastState": ended(137, "OOMKilled"),
            "restartCount": 3,
        }
    )
    codes = sorted(one.code for one in conclude(broken))
    assert codes == ["pod/crash-loop", "pod/out-of-memory"]


def test_an_init_container_that_fails_is_named_as_one() -> None:
    broken = pod(waiting("PodInitializing"), phase="Pending")
    broken["spec"]["initContainers"] = [{"name": "migrate", "image": "shop/cart:1"}]
    broken["status"]["initContainerStatuses"] = [
        {"name": "migrate", "state": BACK_OFF, "lastState": ended(1), "restartCount": 3}
    ]
    assert only(conclude(broken)).title.startswith('Init container "migrate"')
