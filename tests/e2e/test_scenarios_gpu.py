"""Scenarios of GPUs, judged through the MCP servers on pools of simulated ones.

What is judged finding by finding is diagnosed besides: the agent must name the cause alone, with
the pods that wait because of it folded under it.
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
def test_faults_of_gpus_are_found_at_their_first_stage_and_traps_are_silent(
    gpu_sandbox: Instance,
) -> None:
    seed = seed_of_commit()
    cluster = connect(gpu_sandbox.kubeconfig)
    quick = [one for one in load_of("gpu") if one.card.told_within <= LONGEST_WAIT]
    chosen = drawn(quick, seed, MOST["gpu"])
    diagnosed = Diagnosed()
    report = judge(cluster, chosen, seed, print, diagnosed.look)
    purge(cluster, wait=True)  # what is on its way out is not for the next test to see
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}"
    assert diagnosed.beside == {}, f"seed {seed}"
