from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import conclude, ended, event, only, pod, running

FAILED = "Readiness probe failed: dial tcp 10.0.0.1:8080: connect: connection refused"
PROBE: Json = {"httpGet": {"path": "/ready", "port": 8080}}


def probed(state: Manifest, *, ready: bool = False, **container: Json) -> Manifest:
    return pod(state, ready=ready, container={"readinessProbe": PROBE, **container})


def test_a_running_container_that_fails_its_probe_is_told_with_what_is_asked() -> None:
    broken = probed(running())
    finding = only(conclude(broken, event(broken, "Unhealthy", FAILED)))
    assert finding.code == "pod/readiness-probe-failing"
    assert "GET /ready on port 8080" in finding.title


def test_a_probe_of_a_port_that_is_not_declared_says_which_are() -> None:
    broken = probed(running(), ports=[{"containerPort": 9090}])
    assert "declares 9090" in only(conclude(broken, event(broken, "Unhealthy", FAILED))).title


def test_a_container_that_has_just_started_is_silent() -> None:
    young = probed(running(4))
    assert conclude(young, event(young, "Unhealthy", FAILED, age=1)) == []


def test_a_failure_before_the_container_became_ready_is_silent() -> None:
    well = probed(running(), ready=True)
    assert conclude(well, event(well, "Unhealthy", FAILED)) == []


def test_a_failure_of_an_earlier_run_proves_nothing() -> None:
    restarted = pod(
        running(60), last=ended(1, at=61), restarts=1, container={"readinessProbe": PROBE}
    )
    assert conclude(restarted, event(restarted, "Unhealthy", FAILED, age=100)) == []


def test_the_probe_of_another_container_proves_nothing() -> None:
    broken = probed(running())
    other = event(broken, "Unhealthy", FAILED, field="spec.containers{proxy}")
    assert conclude(broken, other) == []
