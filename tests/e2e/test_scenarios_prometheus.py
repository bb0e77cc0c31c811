"""Scenarios of metrics, judged through the MCP servers on a real Prometheus and Alertmanager.

What is judged finding by finding is diagnosed besides: the agent must name the cause alone, with
the alerts that fire because of it folded under it.
"""

import pytest

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load_of
from tests.e2e.diagnosed import LONGEST_WAIT, Diagnosed
from tests.e2e.drawn import MOST, drawn, seed_of_commit


@pytest.mark.timeout(900)
def test_faults_that_metrics_tell_are_found_and_traps_are_silent(
    monitored_sandbox: Instance,
) -> None:
    seed = seed_of_commit()
    cluster = connect(monitored_sandbox.kubeconfig, monitored_sandbox.registry_url or None)
    if not cluster.has_node:
        pytest.skip("without a real node nothing can be scraped but the sandbox itself")
    quick = [one for one in load_of("prometheus") if one.card.told_within <= LONGEST_WAIT]
    chosen = drawn(quick, seed, MOST["prometheus"])
    diagnosed = Diagnosed()
    report = judge(cluster, chosen, seed, print, diagnosed.look)
    purge(cluster, wait=True)  # what is on its way out is not for the next test to see
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}"
    assert diagnosed.beside == {}, f"seed {seed}"
