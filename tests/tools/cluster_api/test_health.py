"""What a Cluster's state is called while it comes, changes, rests and fails."""

import pytest

from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.cluster_api.health import health
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.objects import cluster, machine, snapshot_of, told

AVAILABLE = told("Available", "True", "Available")
STARTED = told("ControlPlaneInitialized", "True", "Initialized")
STARTING = told("ControlPlaneInitialized", "False", "NotInitialized")


def state(*conditions: Manifest, of: Manifest | None = None, **spec: Json) -> str:
    one = cluster(*conditions, name="train", **spec)
    estate = Estate(snapshot_of(one, *([of] if of else [])))
    return health(estate, one).state


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("ClusterUpgrading", "Changing"),
        ("MachineDeploymentsUpgradePending", "Changing"),
        ("MachineDeploymentsUpgradeDeferred", "Changing"),
        ("ReconcileFailed", "Failing"),
        ("TopologyReconcileFailed", "Failing"),
    ],
)
def test_a_cluster_that_is_upgraded_changes_and_one_that_cannot_be_worked_out_fails(
    reason: str, expected: str
) -> None:
    topology = told("TopologyReconciled", "False", reason, "says so")
    assert state(AVAILABLE, STARTED, topology, told("RollingOut", "True")) == expected


def test_a_cluster_whose_first_api_server_does_not_run_yet_comes() -> None:
    probe = told("RemoteConnectionProbe", "False", "ProbeFailed", "not established yet")
    unready = told("InfrastructureReady", "False", "NotReady", "provisioned is false")
    waits = told("Available", "False", "NotAvailable")
    assert state(waits, STARTING, probe, unready) == "Provisioning"
    assert state(waits, STARTED, probe) == "Failing"


def test_a_cluster_that_has_an_api_server_and_is_down_for_an_hour_fails_without_a_cause() -> None:
    def down(seconds: float, started: float) -> str:
        begun = told("ControlPlaneInitialized", "True", "Initialized", seconds=started)
        return state(told("Available", "False", "NotAvailable", "* x", seconds=seconds), begun)

    assert down(7200, 86_400) == "Failing"
    assert down(600, 86_400) == "Provisioning"
    assert down(7200, 600) == "Provisioning"  # since it was made, and it has just come up


def test_a_cluster_at_rest_is_called_so() -> None:
    assert state(AVAILABLE, STARTED) == "Available"
    assert state(AVAILABLE, STARTED, paused=True) == "Paused"


def test_a_node_that_is_lost_for_a_moment_makes_no_cluster_fail() -> None:
    def with_node(seconds: float) -> str:
        sick = told("NodeHealthy", "False", "NodeNotHealthy", "kubelet stopped", seconds=seconds)
        return state(AVAILABLE, STARTED, of=machine(sick, node="n-1"))

    assert with_node(20) == "Available"
    assert with_node(120) == "Failing"
