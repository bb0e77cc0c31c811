"""Every scenario of Helm, judged through the MCP servers on releases of the real Helm 3 and 4."""

import random

import pytest

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load_of

_SEEDS = 1_000_000


@pytest.mark.timeout(900)
def test_every_fault_of_a_release_is_found_and_every_trap_is_silent(sandbox: Instance) -> None:
    seed = random.randrange(_SEEDS)
    cluster = connect(sandbox.kubeconfig, sandbox.registry_url or None)
    report = judge(cluster, load_of("helm"), seed, print)
    purge(cluster, wait=True)  # what is on its way out is not for the next test to see
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}"
