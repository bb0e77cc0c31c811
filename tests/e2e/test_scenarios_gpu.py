"""Scenarios of GPUs, judged through the MCP servers on pools of simulated ones.

What is judged finding by finding is diagnosed besides: the agent must name the cause alone, with
the pods that wait because of it folded under it.
"""

from dataclasses import dataclass, field

import pytest

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.hub import Hub
from clusterwright.cli.judge.compare import tells
from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load_of
from clusterwright.deploy.sandbox.scenario.model import Rendered
from tests.e2e.drawn import MOST, drawn, seed_of_commit

_LONGEST_WAIT = 100
"""Seconds that a test may wait for one fault to be told; `make scenarios` waits for all."""


@dataclass
class Diagnosed:
    """The root causes of each scenario that are not its truth."""

    beside: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    async def look(self, hub: Hub, rendered: Rendered) -> None:
        """Diagnose a scenario's namespace, or the whole cluster for one that is larger."""
        namespaced = rendered.card.scope == "namespaced"
        found = await diagnose(hub, namespace=rendered.namespace if namespaced else None)
        roots = [
            f"{one.code} on {one.subject}"
            for one in found.root_causes
            if not any(tells(one, truth) for truth in rendered.truth)
        ]
        if roots:
            self.beside[rendered.name] = roots


@pytest.mark.timeout(900)
def test_faults_of_gpus_are_found_at_their_first_stage_and_traps_are_silent(
    gpu_sandbox: Instance,
) -> None:
    seed = seed_of_commit()
    cluster = connect(gpu_sandbox.kubeconfig)
    quick = [one for one in load_of("gpu") if one.card.told_within <= _LONGEST_WAIT]
    chosen = drawn(quick, seed, MOST["gpu"])
    diagnosed = Diagnosed()
    report = judge(cluster, chosen, seed, print, diagnosed.look)
    purge(cluster, wait=True)  # what is on its way out is not for the next test to see
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}"
    assert diagnosed.beside == {}, f"seed {seed}"
