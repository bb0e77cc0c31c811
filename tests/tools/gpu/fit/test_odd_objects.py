"""Objects that no API server would store must not break an answer."""

from collections.abc import Iterator
from random import Random
from typing import cast

import pytest

from clusterwright.tools.gpu.fit.explain import described, explain
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.snapshot import Snapshot
from tests.tools.gpu.fit.cluster import NOW, custom, node, pod

ODD: tuple[Json, ...] = (None, [], {}, "", "x", -1, 2**70, True, [None], [[]], {"a": None}, 1.5)
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def whole() -> dict[str, list[Manifest]]:
    """Return a cluster in which every plugin and every queue has something to look at."""
    term = {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "x"}}}
    greater = {"key": "a", "operator": "Gt", "values": ["1"]}
    near: Json = {
        "podAffinity": {REQUIRED: [term]},
        "podAntiAffinity": {REQUIRED: [term]},
        "nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [greater]}]}},
    }
    spread = {**term, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    asking = pod(
        "t",
        gpu=4,
        metadata={
            "labels": {"app": "x", "kueue.x-k8s.io/queue-name": "q"},
            "annotations": {"pod-group-name": "g"},
        },
        spec={
            "affinity": near,
            "nodeSelector": {"disk": "ssd"},
            "topologySpreadConstraints": [spread],
            "tolerations": [{"key": "a", "operator": "Exists"}],
            "schedulerName": "kai-scheduler",
            "resourceClaims": [{"name": "c", "resourceClaimName": "c"}],
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "v"}}],
        },
    )
    dra = "resource.k8s.io/v1"
    request = {"name": "r", "exactly": {"deviceClassName": "k", "count": 2}}
    device = {"name": "d", "attributes": {"type": {"string": "gpu"}}, "taints": [{"key": "a"}]}
    pool = {"name": "a", "generation": 1, "resourceSliceCount": 1}
    selector = {"cel": {"expression": "device.driver == 'd'"}}
    slice_ = {"driver": "d", "nodeName": "a", "pool": pool, "devices": [device]}
    return {
        "Pod": [asking, pod("p", on="a", gpu=8, spec={"affinity": near})],
        "Node": [node("a", gpu=8, taints=["b"], labels={"zone": "z"}), node("b", mig_1g_10gb=7)],
        "ResourceClaim": [
            custom(dra, "ResourceClaim", "c", spec={"devices": {"requests": [request]}})
        ],
        "DeviceClass": [custom(dra, "DeviceClass", "k", "", spec={"selectors": [selector]})],
        "ResourceSlice": [custom(dra, "ResourceSlice", "s", "", spec=slice_)],
        "PersistentVolumeClaim": [
            custom("v1", "PersistentVolumeClaim", "v", spec={"volumeName": "w"})
        ],
        "PersistentVolume": [custom("v1", "PersistentVolume", "w", "", spec={"nodeAffinity": {}})],
        "Workload.kueue.x-k8s.io": [
            custom(
                "kueue.x-k8s.io/v1beta2",
                "Workload",
                "w",
                metadata={"ownerReferences": [{"kind": "Pod", "name": "t"}]},
                spec={"queueName": "q"},
                status={"conditions": [{"type": "Admitted", "status": "False"}]},
            )
        ],
        "PodGroup.scheduling.run.ai": [
            custom(
                "scheduling.run.ai/v2alpha2",
                "PodGroup",
                "g",
                status={"schedulingConditions": [{"reasons": [{"reason": "r"}]}]},
            )
        ],
    }


def places(value: Json) -> Iterator[tuple[Json, Json]]:
    """Yield each container in a value, with each key or index of it."""
    members: list[tuple[Json, Json]] = []
    if isinstance(value, dict):
        members = list(cast("Manifest", value).items())
    elif isinstance(value, list):
        members = list(enumerate(cast("list[Json]", value)))
    for key, one in members:
        if key not in {"kind", "apiVersion"}:
            yield value, key
            yield from places(one)


def only_objects(listed: Json) -> list[Manifest]:
    """Return what the client hands on: objects, whatever is in them."""
    return [cast("Manifest", one) for one in listed if isinstance(one, dict)]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_odd_the_answer_has_a_verdict(seed: int) -> None:
    draw = Random(seed)
    for _ in range(40):
        objects = whole()
        for _ in range(draw.choice([1, 1, 3])):
            some = list(places(draw.choice(list(objects.values()))))
            holder, key = draw.choice(some)
            holder[key] = draw.choice(ODD)
        objects = {kind: only_objects(listed) for kind, listed in objects.items()}
        asking = (objects["Pod"] or [pod("t", gpu=1)])[0]
        found = explain(asking, Snapshot("here", NOW, objects), described(asking))
        assert found.render()
