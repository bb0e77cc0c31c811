"""Faults whose cause and repair are of another server than what suffers; and a person's to decide.

A Deployment, Service or Job suffers, as the scenario declares it, which are objects that the
Kubernetes server looks at. The cause is a release or a node's devices: in one diagnosis with all
servers, as `clusterwright fix` makes it, the helm or the gpu server tells it and repairs it. One
fault is told by the Kubernetes server itself, and repaired by the helm server. The incident report
is judged with the repair (`cli/judge/mended_report.py`).
"""

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.load import load
from tests.e2e.drawn import drawn, in_turn, seed_of_commit
from tests.e2e.mended import mended

OF_RELEASES = (
    "awaited-image",
    "unawaited-image",
    "changed-selector",
    "gpu-values",
    "quota-values",
    "stale-hook",
)
"""The helm server tells the cause, a release, and repairs it."""
OF_DEVICES = ("driver-upgrade", "forgotten-layout", "paused-operand")
"""The gpu server tells the cause, on a node, and repairs it by its operator."""
IN_VALUES = "release-label"
"""The Kubernetes server tells the cause; the helm server repairs it, in the values of a release."""
BY_HELM = (*OF_RELEASES, IN_VALUES)
DECIDED = ("unnamed-chart", "helm-update", "two-owners", "argo-service")
"""Where the change belongs is told, and a person makes it there."""


def test_ten_are_repaired_and_four_are_a_persons_to_decide() -> None:
    assert len({*BY_HELM, *OF_DEVICES}) == 10
    assert {load(name).card.repair for name in (*BY_HELM, *OF_DEVICES)} == {"fixed"}
    assert len(DECIDED) == 4
    assert {load(name).card.repair for name in DECIDED} <= {"refused", "asks"}


@pytest.mark.parametrize("name", [*OF_RELEASES, *OF_DEVICES])
def test_what_suffers_is_of_kubernetes_and_the_cause_is_of_another_server(name: str) -> None:
    [truth, *_] = load(name).render(1).truth
    assert truth.code.startswith("release/" if name in OF_RELEASES else "gpu/")
    assert truth.symptoms
    assert {one.kind for one in truth.symptoms} <= {"Deployment", "Service", "Job"}


def test_one_is_told_by_kubernetes_and_repaired_by_helm() -> None:
    [truth] = load(IN_VALUES).render(1).truth
    assert (truth.code, truth.subject.kind) == ("pod/node-selector-unmatched", "Deployment")


@pytest.mark.timeout(900)
def test_what_workloads_suffer_from_is_repaired_by_helm_or_left_to_a_person(
    sandbox: Instance,
) -> None:
    seed = seed_of_commit()
    repaired = drawn([load(name) for name in BY_HELM], seed, 2)
    left = drawn([load(name) for name in DECIDED], seed, 1)
    found = mended(sandbox, [*repaired, *left], seed)
    assert {one.rendered.name: one.server for one in found} == {
        **dict.fromkeys((one.name for one in repaired), "helm"),
        **dict.fromkeys((one.name for one in left), ""),
    }


@in_turn(1, 2)
@pytest.mark.timeout(900)
def test_what_waiting_pods_suffer_from_is_repaired_by_gpu_on_their_node(
    gpu_sandbox: Instance,
) -> None:
    seed = seed_of_commit()
    [chosen] = drawn([load(name) for name in OF_DEVICES], seed, 1)
    [found] = mended(gpu_sandbox, [chosen], seed)
    assert found.server == "gpu"
