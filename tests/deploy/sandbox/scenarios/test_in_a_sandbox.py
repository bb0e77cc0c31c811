"""A real control plane is broken, healed and cleaned, by scenarios that need no node."""

import os
from collections.abc import Generator

import pytest

from clusterwright.deploy.sandbox.runtime.down import down
from clusterwright.deploy.sandbox.runtime.up import up
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.errors import NeedsNodeError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import (
    break_,
    heal,
    is_developed,
    is_healed,
    purge,
    remove,
)
from clusterwright.deploy.sandbox.scenario.load import load, load_of
from tests.e2e.drawn import in_turn

SEED = 17
NODE_FREE = [one for one in load_of("kubernetes") if one.card.needs == "control-plane"]


@pytest.fixture(scope="module")
def cluster() -> Generator[Cluster]:
    name = f"test-scenarios-{os.getpid()}"
    try:
        yield connect(up(name, real_node=False).kubeconfig)
    finally:
        down(name)


@in_turn(1, 2)
def test_node_free_scenarios_develop_heal_and_leave_nothing(cluster: Cluster) -> None:
    rendered = [one.render(SEED) for one in NODE_FREE]
    faults = [one for one in rendered if one.has_cure]

    break_(cluster, rendered)
    assert [one.name for one in rendered if not is_developed(cluster, one)] == []
    assert [one.name for one in faults if is_healed(cluster, one)] == []

    heal(cluster, rendered)
    assert [one.name for one in faults if not is_healed(cluster, one)] == []
    assert [one.name for one in faults if is_developed(cluster, one)] == []

    remove(cluster, rendered, wait=True)
    assert purge(cluster) == ()


def test_a_purge_finds_what_was_broken_with_any_seed(cluster: Cluster) -> None:
    stuck = load("stuck-finalizer").render(SEED + 1)
    break_(cluster, [stuck])
    assert [ref.name for ref in purge(cluster, wait=True)] == [stuck.namespace]
    assert purge(cluster) == ()


def test_simulated_nodes_do_not_count_as_real(cluster: Cluster) -> None:
    with pytest.raises(NeedsNodeError, match="no real node"):
        break_(cluster, [load("bad-image").render(SEED)])
