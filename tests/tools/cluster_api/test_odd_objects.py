"""Odd and partial objects break no reader: whatever a field holds, an answer comes."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterwright.tools.cluster_api.analyzers import ANALYZERS
from clusterwright.tools.cluster_api.estate import KINDS, Estate
from clusterwright.tools.cluster_api.health import health
from clusterwright.tools.cluster_api.phases.operation import course
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.tree import Asked, tree
from clusterwright.tools.cluster_api.upgrade_checks.checking import checks
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.captured import captured
from tests.tools.cluster_api.objects import aws_machine, cluster, layer, machine, told
from tests.tools.kubernetes.analyzers.cluster import NOW, ago, make

ODD: tuple[Json, ...] = (None, 0, "", "x", [], [None], {}, {"": None}, [{"type": 1}], True)


def whole() -> dict[str, list[Manifest]]:
    """Objects that reach every branch of the readers."""
    reference = {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "AWSCluster", "name": "a"}
    failed = told("RemoteConnectionProbe", "False", "ProbeFailed", "no answer")
    topology = {"classRef": {"name": "gpu"}, "version": "v1.36.3", "variables": [{"name": "a"}]}
    deleted = {"deletionTimestamp": ago(900), "annotations": {"a": "b"}}
    parts = [
        cluster(failed, topology=topology, infrastructureRef=reference, controlPlaneRef=reference),
        machine(told("Ready", "False", "NotReady"), providerID="x"),
        machine(told("Deleting", "True", "DrainingNode"), name="b", metadata=deleted),
        aws_machine(told("Ready", "False", "Failed", "no", severity="Error")),
        *more(),
    ]
    return by_kind(parts)


def by_kind(parts: list[Manifest]) -> dict[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {kind: [] for kind in KINDS}
    for one in parts:
        group = str(one["apiVersion"]).partition("/")[0]
        found.setdefault(f"{one['kind']}.{group}", []).append(one)
    return found


def more() -> list[Manifest]:
    """Objects of the kinds that not every management cluster has."""
    said = told("ResourcesApplied", "False", "NotApplied", "no such ConfigMap")
    api = "addons.cluster.x-k8s.io/v1beta2"
    clusterctl = "clusterctl.cluster.x-k8s.io/v1alpha3"
    failure: Manifest = {"errorType": "registration error", "errorMessage": "no"}
    return [
        make(
            "ClusterResourceSet", "cni", api=api, status={"conditions": [said]}, namespace="default"
        ),
        make(
            "Provider",
            "cp",
            api=clusterctl,
            type="x",
            providerName="y",
            version="v1",
            namespace="default",
        ),
        make("ClusterClass", "gpu", api="cluster.x-k8s.io/v1beta2", status={"variables": [{}]}),
        layer("BareMetalHost", "h", group="metal3.io", version="v1alpha1", status=failure),
        layer("DockerMachine", "d", told("Ready", "False", "Failed", "no")),
    ]


def read(objects: dict[str, list[Manifest]]) -> None:
    """Read objects in every way that the tools do."""
    snapshot = Snapshot("test", NOW, objects)
    estate = Estate(snapshot)
    for analyzer in ANALYZERS:
        list(analyzer.detect(snapshot))
    for one in estate.clusters:
        health(estate, one)
        list(tree(estate, one, Asked(conditions=True, pods={})).lines(NOW))
        for phase in course(estate, one).phases:
            phase.line(NOW)
        list(checks(Scene(Parts.of(estate, one), "v1.36.3", Version(1, 36, 3), one)))


def places(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, one in cast("Manifest", value).items():
            yield (*path, key)
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(cast("list[Json]", value)):
            yield from places(one, (*path, number))


def put(holder: Json, path: tuple[str | int, ...], value: Json) -> None:
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value


KEPT = {"kind", "apiVersion", "name", "namespace"}
"""What the API server itself sees to: an object without these does not come."""


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_any_field_may_hold_anything(odd: Json) -> None:
    for kind, objects in whole().items():
        for number, one in enumerate(objects):
            for path in places(one):
                if path[0] in {"kind", "apiVersion"} or (
                    path[:1] == ("metadata",) and (len(path) == 1 or path[1] in KEPT)
                ):
                    continue
                broken = whole()
                put(broken[kind][number], path, odd)
                read(broken)


CAPTURES = ("single-replica", "pools-blocked", "etcd-pod-failing", "retries-used-up")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CAPTURES), st.sampled_from(ODD), st.randoms(use_true_random=False))
def test_any_field_of_a_real_object_may_hold_anything(name: str, odd: Json, chance: Random) -> None:
    objects = captured(name)
    for _ in range(5):
        one = chance.choice(objects)
        paths = [path for path in places(one) if path[0] in {"spec", "status"}]
        if paths:
            put(one, chance.choice(paths), deepcopy(odd))
    read(by_kind(objects))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4), max_size=4))
def test_conditions_of_any_words_are_read(conditions: list[Manifest]) -> None:
    objects = whole()
    for found in objects.values():
        for one in found:
            one["status"] = {"conditions": conditions}
    read(objects)


def test_a_cluster_of_a_thousand_different_machines_is_told_within_bounds() -> None:
    many = [
        machine(
            told("Ready", "False", "NotReady", f"reason {n}"), name=f"m-{n}", version=f"v1.{n}.0"
        )
        for n in range(1000)
    ]
    objects: dict[str, list[Manifest]] = {"Cluster.cluster.x-k8s.io": [cluster()]}
    objects["Machine.cluster.x-k8s.io"] = many
    found = tree(Estate(Snapshot("test", NOW, objects)), objects["Cluster.cluster.x-k8s.io"][0])
    assert len(found.children) == 20
    assert found.more == 980
    assert len("\n".join(found.lines(NOW))) < 10_000
