"""Odd and partial objects of k0rdent and Sveltos break no reader, whatever a field holds."""

from collections.abc import Iterator
from typing import cast

import pytest

from clusterwright.tools.cluster_api.analyzers import ANALYZERS
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT, TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.state import state_of, without_cluster
from clusterwright.tools.cluster_api.k0rdent.templates import (
    credentials_of,
    problem_of,
    upgrades_of,
    variables_of_template,
)
from clusterwright.tools.cluster_api.k0rdent.trace import deployment_branch, service_branches
from clusterwright.tools.cluster_api.sveltos.matching import matching
from clusterwright.tools.manifest import Json, Manifest, text
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.k0rdent.captured import captured, snapshot
from tests.tools.kubernetes.analyzers.cluster import NOW

ODD: tuple[Json, ...] = (None, 0, "x", [None], {"": None})
_KEPT = {"kind", "apiVersion", "name", "namespace"}


def read(objects: list[Manifest]) -> None:
    """Read objects in every way that the tools do."""
    found = snapshot(objects)
    for analyzer in ANALYZERS:
        list(analyzer.detect(found))
    for one in without_cluster(found):
        state_of(found, one)
    for one in found.of_kind(DEPLOYMENT):
        list(deployment_branch(found, one).lines(NOW))
        cluster = Ref("Cluster", "train", "kcm-system", "cluster.x-k8s.io")
        for branch in service_branches(found, cluster, one):
            list(branch.lines(NOW))
    for one in found.of_kind(TEMPLATE):
        list(variables_of_template(one, {}))
        list(credentials_of(found, one))
        upgrades_of(found, one)
        problem_of(found, one)
    for kind in ("ClusterProfile", "Profile"):
        for one in found.of_kind(f"{kind}.config.projectsveltos.io"):
            list(matching(found, one))


def places(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, one in cast("Manifest", value).items():
            yield (*path, key)
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(cast("list[Json]", value)):
            yield from places(one, (*path, number))


def one_of_each() -> list[Manifest]:
    """One object of each kind, those with most to tell."""
    chosen: dict[str, Manifest] = {}
    for one in captured():
        kind = text(one, "kind")
        if len(str(one)) > len(str(chosen.get(kind, ""))):
            chosen[kind] = one
    return list(chosen.values())


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_any_field_may_hold_anything(odd: Json) -> None:
    whole = one_of_each()
    for one in whole:
        for path in list(places(one)):
            kept = path[0] == "metadata" and (len(path) == 1 or path[1] in _KEPT)
            if path[0] in {"kind", "apiVersion"} or kept:
                continue
            holder: Json = one
            for step in path[:-1]:
                holder = holder[step]
            before, holder[path[-1]] = holder[path[-1]], odd
            read(whole)
            holder[path[-1]] = before
