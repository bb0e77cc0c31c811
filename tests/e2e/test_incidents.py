"""Composed incidents before the diagnosis over all servers: a few written, a few made up.

Each commit draws others. The causes of those that can come up by themselves are healed besides,
and nothing else: that everything comes up then shows that the truth is the truth.
"""

import random
from functools import partial

import pytest

from clusterwright.cli.judge.incident_table import incident_table, summary
from clusterwright.cli.judge.incidents import can_happen, judge_incidents
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.generate import fresh
from clusterwright.deploy.sandbox.incident.load import load_incidents
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import remove
from tests.e2e.drawn import seed_of_commit

_WRITTEN, _MADE_UP = 5, 3
"""As many as take four minutes on two cores."""


@pytest.mark.timeout(900)
def test_composed_incidents_are_traced_to_their_causes_and_no_symptom_is_told_as_one(
    sandbox: Instance,
) -> None:
    seed = seed_of_commit()
    cluster = connect(sandbox.kubeconfig, sandbox.registry_url or None)
    if not cluster.has_node:
        pytest.skip("who calls whom is real only where containers run: this sandbox has no node")
    able = partial(can_happen, cluster)
    written = [compose(one, seed) for one in load_incidents() if not one.unsolved]
    chosen = random.Random(seed).sample([*filter(able, written)], _WRITTEN)
    composed = [*chosen, *fresh(seed, _MADE_UP, able)]
    outcomes = judge_incidents(cluster, composed, print, heal=True)
    scenes = [scene for one in composed for scene in one.scenes]
    remove(cluster, scenes, wait=True)  # what is on its way out is not for the next test to see
    right = all(one.right for one in outcomes)
    assert right, f"seed {seed}\n{incident_table(outcomes)}\n{summary(outcomes)}"
