"""Every scenario of Cluster API, judged through the MCP server on real controllers."""

import os
import random
from collections.abc import Iterator

import pytest

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox import Instance, down, up
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.load import load_of

_SEEDS = 1_000_000
_LONGEST_WAIT = 400
"""Seconds that a test may wait for one fault to be told; `make scenarios` waits for all."""


@pytest.fixture(scope="module")
def management() -> Iterator[Instance]:
    """A management cluster of this test's own: no containers run in it, and none have to."""
    name = f"judged-{os.getpid()}"
    yield up(name, real_node=False, cluster_api=True)
    down(name)


@pytest.mark.timeout(1_200)
def test_every_fault_of_a_workload_cluster_is_found_and_every_trap_is_silent(
    management: Instance,
) -> None:
    seed = random.randrange(_SEEDS)
    chosen = [one for one in load_of("cluster_api") if one.card.told_within <= _LONGEST_WAIT]
    report = judge(connect(management.kubeconfig), chosen, seed, print)
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}"
