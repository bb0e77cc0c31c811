"""Faults that one server shows and another one repairs; and those that a person must decide.

All servers are connected, as `clusterwright fix` does it by itself. The incident report is judged
with the repair (`cli/judge/mended_report.py`).
"""

from collections.abc import Sequence

import anyio
import pytest

from clusterwright.cli.judge.mend import Mended, mend_all, summary
from clusterwright.cli.judge.table import mended_table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Scenario
from tests.e2e.drawn import drawn, in_turn, seed_of_commit

BY_HELM = (
    "awaited-image",
    "unawaited-image",
    "changed-selector",
    "gpu-values",
    "quota-values",
    "stale-hook",
    "release-label",
)
"""Workloads of Kubernetes show them; the release, or its values, are where the change belongs."""
BY_GPU = ("driver-upgrade", "forgotten-layout", "paused-operand")
"""Pods that wait show them; the operator of the node's devices has to be told."""
DECIDED = ("unnamed-chart", "helm-update", "two-owners", "argo-service")
"""Where the change belongs is told, and a person makes it there."""


def test_at_least_ten_repairs_cross_servers_and_three_are_a_persons() -> None:
    assert len({*BY_HELM, *BY_GPU}) >= 10
    assert {load(name).card.repair for name in (*BY_HELM, *BY_GPU)} == {"fixed"}
    assert len(DECIDED) >= 3
    assert {load(name).card.repair for name in DECIDED} <= {"refused", "asks"}


@pytest.mark.parametrize("name", [*BY_HELM, *BY_GPU])
def test_each_is_shown_by_an_object_of_kubernetes(name: str) -> None:
    [truth, *_] = load(name).render(1).truth
    shown = {one.kind for one in (truth.subject, *truth.symptoms)}
    assert shown & {"Deployment", "Service", "Job"}


@pytest.mark.timeout(900)
def test_what_kubernetes_shows_is_repaired_by_helm_or_left_to_a_person(sandbox: Instance) -> None:
    seed = seed_of_commit()
    repaired = drawn([load(name) for name in BY_HELM], seed, 2)
    left = drawn([load(name) for name in DECIDED], seed, 1)
    found = _judge(sandbox, [*repaired, *left], seed)
    assert {one.rendered.name: one.server for one in found} == {
        **dict.fromkeys((one.name for one in repaired), "helm"),
        **dict.fromkeys((one.name for one in left), ""),
    }


@in_turn(1, 2)
@pytest.mark.timeout(900)
def test_what_waiting_pods_show_is_repaired_on_their_node(gpu_sandbox: Instance) -> None:
    seed = seed_of_commit()
    [chosen] = drawn([load(name) for name in BY_GPU], seed, 1)
    [found] = _judge(gpu_sandbox, [chosen], seed)
    assert found.server in {"gpu", "kubernetes"}


def _judge(instance: Instance, faults: Sequence[Scenario], seed: int) -> list[Mended]:
    cluster = connect(instance.kubeconfig, instance.registry_url or None)
    rendered = [one.render(seed) for one in faults]
    found = anyio.run(mend_all, cluster, instance.audit_log, rendered, print)
    purge(cluster, wait=True)
    right = all(one.right for one in found)
    assert right, f"seed {seed}\n{mended_table(found)}\n{summary(found)}"
    return found
