"""What an operator carries out on every node is no small change, however small its diff is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clusterwright.tools.kubernetes.changes.blast import judge
from clusterwright.tools.kubernetes.changes.operated import operated
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk

OWNER = {"apiVersion": "nvidia.com/v1", "kind": "ClusterPolicy", "name": "cp", "controller": True}
DRIVER: Manifest = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "driver", "namespace": "gpu-operator", "ownerReferences": [OWNER]},
}
OF = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "driver", "controller": True}
POD: Manifest = {
    "kind": "Pod",
    "metadata": {"name": "driver-x", "namespace": "gpu-operator", "ownerReferences": [OF]},
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCENE = Scene("test", NOW, {}, Snapshot("test", NOW, {"DaemonSet": [DRIVER]}))
SPEC: Manifest = {"spec": {"driver": {"version": "999"}}}


def step(ref: str, body: Json, verb: Verb = Verb.PATCH, before: Manifest | None = None) -> Step:
    return Step("change it", Write(verb, Ref.parse(ref), body), before=before)


@pytest.mark.parametrize(
    ("change", "risk", "words"),
    [
        (step("ClusterPolicy.nvidia.com/cp", SPEC), Risk.HIGH, "on every node"),
        (step("ClusterPolicy.nvidia.com/cp", {}, Verb.DELETE), Risk.HIGH, "on every node"),
        (step("DeviceConfig.amd.com/a/b", SPEC, Verb.APPLY), Risk.HIGH, "on every node"),
        (step("DaemonSet/gpu-operator/driver", SPEC, before=DRIVER), Risk.HIGH, "ClusterPolicy cp"),
        (
            step("Pod/gpu-operator/driver-x", {}, Verb.DELETE, POD),
            Risk.MEDIUM,
            "DaemonSet/gpu-operator/driver is made of ClusterPolicy cp",
        ),
    ],
)
def test_it_is_told_as_what_it_is(change: Step, risk: Risk, words: str) -> None:
    ((found, said),) = operated(SCENE, change)
    assert (found, words in said) == (risk, True), said
    worst, reasons = judge(SCENE, [change], [])
    assert worst.rank >= risk.rank
    assert said in reasons


@pytest.mark.parametrize(
    "change",
    [
        step("ClusterPolicy.nvidia.com/cp", {"metadata": {"labels": {"a": "b"}}}),
        step("ClusterPolicy.kyverno.io/cp", SPEC),
        step("DaemonSet/ml/driver", SPEC, before={"kind": "DaemonSet", "metadata": None}),
        step("Pod/ml/app", {}, Verb.DELETE, {"kind": "Pod", "metadata": {"name": "app"}}),
        replace(step("Pod/gpu-operator/driver-x", {}, Verb.DELETE, POD), risks=()),
    ],
)
def test_others_are_judged_by_other_rules(change: Step) -> None:
    assert list(operated(SCENE, change)) == []
