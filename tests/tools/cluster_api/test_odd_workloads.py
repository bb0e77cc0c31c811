"""Odd objects of a workload cluster break no check of an upgrade."""

from dataclasses import replace

import pytest

from clusterwright.tools.cluster_api.phases.operation import course
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.upgrade_checks.checking import checks
from clusterwright.tools.cluster_api.upgrade_checks.reading import written_as
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.moment import moment, snapshot_of
from tests.tools.cluster_api.test_odd_objects import KEPT, ODD, places
from tests.tools.kubernetes.analyzers.cluster import make


def scene() -> Scene:
    """A Cluster at rest, whose pool is replaced without a surge, with all that a check reads."""
    estate, cluster = moment("train-rest-1")
    parts = Parts.of(estate, cluster)
    (pool,) = parts.pools
    assert pool.manifest is not None
    pool.manifest["spec"]["strategy"] = {"rollingUpdate": {"maxSurge": 0}}
    hook = {
        "name": "a",
        "clientConfig": {"service": {"name": "a", "namespace": "a"}},
        "rules": [{"resources": ["pods"], "operations": ["*"]}],
    }
    configuration = make("ValidatingWebhookConfiguration", "a", namespace="", webhooks=[hook])
    read = snapshot_of("train-workload").holding("ValidatingWebhookConfiguration", configuration)
    listed = make("ClusterClass", "gpu", spec={"kubernetesVersions": ["v1.37.0"], "patches": []})
    return Scene(parts, "v1.37.0", Version(1, 37, 0), listed, workload=read)


def broken(manifest: Manifest, path: tuple[str | int, ...], odd: Json) -> None:
    holder: Json = manifest
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = odd


def may_be_odd(path: tuple[str | int, ...]) -> bool:
    """Return whether the API server takes anything there."""
    if path[0] in {"kind", "apiVersion"}:
        return False
    return path[0] != "metadata" or (len(path) > 1 and path[1] not in KEPT)


def objects_of(one: Scene) -> list[Manifest]:
    assert one.workload is not None
    assert one.made_from is not None
    read = (one.workload, one.parts.estate.snapshot)
    firsts = [found[0] for part in read for found in part.objects.values() if found]
    return [*firsts, one.made_from]


FEW = ODD[::3]
"""The objects of a real moment are large; the smaller ones are tried with all of them."""
COUNT = len(objects_of(scene()))


@pytest.mark.parametrize("odd", FEW, ids=repr)
@pytest.mark.parametrize("number", range(COUNT))
def test_any_field_may_hold_anything(number: int, odd: Json) -> None:
    seen: set[tuple[str, ...]] = set()
    for path in places(objects_of(scene())[number]):
        shape = tuple(step for step in path if isinstance(step, str))
        if not may_be_odd(path) or shape in seen:
            continue
        seen.add(shape)
        one = scene()
        broken(objects_of(one)[number], path, odd)
        # The parts are taken again: what they rest on is odd by now.
        parts = Parts.of(one.parts.estate, one.parts.cluster)
        list(checks(replace(one, parts=parts)))
        course(one.parts.estate, one.parts.cluster)


@pytest.mark.parametrize(
    "applied", ["", "{", "[]", "1", '{"apiVersion": 1}', "[" * 100_000, '{"apiVersion": "a/v1"}']
)
def test_what_was_applied_may_be_anything(applied: str) -> None:
    annotation = {"kubectl.kubernetes.io/last-applied-configuration": applied}
    fields: Json = [{"apiVersion": "b/v1"}, 1]
    found = make("Pod", "a", metadata={"annotations": annotation, "managedFields": fields})
    assert set(written_as(found)) - {""} <= {"a/v1", "b/v1"}
