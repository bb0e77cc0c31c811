"""Scenarios of Helm, judged through the MCP servers on releases of the real Helm 3 and 4."""

import pytest

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load_of
from tests.e2e.drawn import MOST, drawn, seed_of_commit


@pytest.mark.timeout(900)
def test_faults_of_releases_are_found_and_traps_are_silent(sandbox: Instance) -> None:
    seed = seed_of_commit()
    cluster = connect(sandbox.kubeconfig, sandbox.registry_url or None)
    report = judge(cluster, drawn(load_of("helm"), seed, MOST["helm"]), seed, print)
    purge(cluster, wait=True)  # what is on its way out is not for the next test to see
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}"
