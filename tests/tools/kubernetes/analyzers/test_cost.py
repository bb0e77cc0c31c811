"""What a large healthy cluster costs, in calls rather than seconds, so that no machine decides."""

import sys
from collections.abc import Callable
from types import FrameType

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
