"""What a large healthy cluster costs, in calls rather than seconds, so that no machine decides."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.snapshot import Snapshot
from tests.tools.kubernetes.analyzers.cluster import NOW, make, owned, pod, running

PODS = 5_000
_PER_POD = 150
"""Python calls for each healthy pod, by all analyzers and the indexes that they share."""


def healthy() -> Snapshot:
    deployments = [make("Deployment", f"app-{i}", api="apps/v1") for i in range(PODS // 10)]
    sets = [
        owned(make("ReplicaSet", f"app-{i}-1", api="apps/v1"), d) for i, d in enumerate(deployments)
    ]
    services = [
        make("Service", f"app-{i}", spec={"selector": {"app": f"app-{i}"}, "ports": [{"port": 80}]})
        for i in range(PODS // 10)
    ]
    pods = [
        owned(
            pod(
                running(),
                name=f"app-{i}",
                ready=True,
                container={"ports": [{"containerPort": 80}]},
                status={"conditions": [{"type": "Ready", "status": "True"}]},
                metadata={"labels": {"app": f"app-{i % len(sets)}"}},
            ),
            sets[i % len(sets)],
        )
        for i in range(PODS)
    ]
    kinds = {"Pod": pods, "ReplicaSet": sets, "Deployment": deployments, "Service": services}
    empty = {kind: list[dict[str, object]]() for one in ANALYZERS for kind in one.needs}
    return Snapshot("large", NOW, {**empty, **kinds})


def calls(act: Callable[[], object]) -> int:
    """The number of Python functions that `act` calls."""
    count = 0

    def on_event(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def test_healthy_pods_are_passed_over_quickly() -> None:
    cluster = healthy()
    found: list[object] = []

    def detect() -> None:
        for analyzer in ANALYZERS:
            found.extend(analyzer.detect(cluster))

    assert calls(detect) < PODS * _PER_POD
    assert found == []


def mismatched(count: int) -> Snapshot:
    """As many Services as workloads, each with a selector that no pod carries."""
    shared = {"part-of": "shop"}
    deployments = [
        make(
            "Deployment",
            f"app-{i}",
            api="apps/v1",
            spec={"template": {"metadata": {"labels": {"app": f"app-{i}", **shared}}}},
        )
        for i in range(count)
    ]
    services = [
        make("Service", f"app-{i}", spec={"selector": {"app": f"other-{i}", **shared}})
        for i in range(count)
    ]
    return Snapshot("large", NOW, {"Deployment": deployments, "Service": services, "Pod": []})


def guarded(count: int) -> Snapshot:
    """As many Services, policies and workloads, each of which names a Service and is let in."""
    pods = [
        pod(
            running(),
            name=f"app-{i}",
            ready=True,
            container={"env": [{"name": "NEXT", "value": f"http://app-{(i + 1) % count}/"}]},
            metadata={"labels": {"app": f"app-{i}"}},
            namespace=f"team-{i // 20}",
        )
        for i in range(count)
    ]
    services = [
        make(
            "Service",
            f"app-{i}",
            spec={"selector": {"app": f"app-{i}"}, "ports": [{"port": 80}]},
            namespace=f"team-{i // 20}",
        )
        for i in range(count)
    ]
    policies = [
        make(
            "NetworkPolicy",
            f"app-{i}",
            api="networking.k8s.io/v1",
            spec={"podSelector": {"matchLabels": {"app": f"app-{i}"}}, "ingress": [{}]},
            namespace=f"team-{i // 20}",
        )
        for i in range(count)
    ]
    kinds = {"Pod": pods, "Service": services, "NetworkPolicy": policies}
    return Snapshot("large", NOW, kinds)


@pytest.mark.parametrize("cluster", [mismatched, guarded])
def test_twice_the_objects_cost_twice_the_calls(cluster: Callable[[int], Snapshot]) -> None:
    def cost(count: int) -> int:
        seen = cluster(count)
        return calls(lambda: [list(one.detect(seen)) for one in ANALYZERS])

    assert cost(400) < 2.3 * cost(200)
