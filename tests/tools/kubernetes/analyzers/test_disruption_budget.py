"""Disruption budgets and the nodes that are being emptied."""

import pytest

from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only, owned, pod, running

LABELS = {"app": "cart"}


def node(*, cordoned: bool = True) -> Manifest:
    ready = [{"type": "Ready", "status": "True"}]
    spec = {"unschedulable": True} if cordoned else {}
    return make("Node", "worker-1", namespace="", spec=spec, status={"conditions": ready})


def budget(*, allowed: int = 0, healthy: int = 2, desired: int = 2, **selector: Json) -> Manifest:
    status = {
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "expectedPods": 2,
    }
    spec = {"minAvailable": 2, "selector": selector or {"matchLabels": LABELS}}
    return make("PodDisruptionBudget", "cart", api="policy/v1", spec=spec, status=status)


def member(phase: str = "Running") -> Manifest:
    return pod(
        running(),
        ready=True,
        phase=phase,
        metadata={"labels": LABELS},
        spec={"nodeName": "worker-1"},
    )


def test_a_budget_that_never_lets_go_blocks_the_drain_of_a_cordoned_node() -> None:
    finding = only(conclude(node(), budget(), member()))
    assert finding.code == "pdb/blocks-drain"
    assert finding.severity is Severity.WARNING
    assert finding.title == (
        "minAvailable 2 never lets one of 2 healthy pods go: cordoned node worker-1 cannot be"
        " drained"
    )


@pytest.mark.parametrize(
    "objects",
    [
        (node(cordoned=False), budget(), member()),
        (node(), budget(allowed=1), member()),
        (node(), budget(healthy=1), member()),
        (node(), budget(desired=1), member()),
        (node(), budget()),
        (node(), budget(), member("Succeeded")),
        (node(), budget(matchLabels={"app": "other"}), member()),
    ],
)
def test_without_a_drain_or_with_a_budget_that_gives_it_is_silent(
    objects: tuple[Manifest, ...],
) -> None:
    assert conclude(*objects) == []


@pytest.mark.parametrize(
    "selector",
    [
        {},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart", "web"]}]},
    ],
)
def test_every_kind_of_selector_is_judged(selector: Json) -> None:
    one = budget()
    one["spec"]["selector"] = selector
    assert only(conclude(node(), one, member())).code == "pdb/blocks-drain"


def test_what_a_drain_leaves_alone_is_silent() -> None:
    status = {"numberAvailable": 1, "desiredNumberScheduled": 1, "numberReady": 1}
    daemon = make("DaemonSet", "cart", api="apps/v1", status=status)
    leaving = member()
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T12:00:00Z"
    assert conclude(node(), budget(), owned(member(), daemon), daemon) == []
    assert conclude(node(), budget(), leaving) == []
