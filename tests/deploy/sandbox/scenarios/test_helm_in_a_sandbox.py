"""Releases are broken, healed and removed by the real Helm 4 and Helm 3, on a real cluster."""

from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import (
    break_,
    heal,
    is_developed,
    is_healed,
    remove,
)
from clusterwright.deploy.sandbox.scenario.load import load_of
from clusterwright.deploy.sandbox.scenario.model import MARK, Rendered
from clusterwright.tools.helm.record import KIND, Release, decode, revision_of
from clusterwright.tools.manifest import name_of
from clusterwright.tools.ref import Ref
from tests.e2e.drawn import in_turn

SEED = 23
_LABEL = ",".join(f"{key}={value}" for key, value in MARK.items())


@pytest.fixture(scope="module")
def cluster(sandbox: Instance) -> Cluster:
    return connect(sandbox.kubeconfig, sandbox.registry_url or None)


@pytest.fixture(scope="module")
def rendered(cluster: Cluster) -> list[Rendered]:
    able = [one for one in load_of("helm") if cluster.has_node or one.card.needs != "node"]
    return [one.render(SEED) for one in able]


@pytest.fixture(autouse=True)
def removed(cluster: Cluster, rendered: list[Rendered]) -> Iterator[None]:
    yield
    remove(cluster, rendered, wait=True)


@in_turn(0, 2)
@pytest.mark.timeout(400)
def test_releases_develop_what_is_declared_heal_and_leave_nothing(
    cluster: Cluster, rendered: list[Rendered]
) -> None:
    faults = [one for one in rendered if one.has_cure]

    break_(cluster, rendered)
    assert [one.name for one in rendered if not is_developed(cluster, one)] == []
    assert [one.name for one in faults if is_healed(cluster, one)] == []
    for one in faults:
        assert _unseen(cluster, one) == set(), one.name

    heal(cluster, faults)
    assert [one.name for one in faults if not is_healed(cluster, one)] == []
    assert [one.name for one in faults if is_developed(cluster, one)] == []

    remove(cluster, rendered, wait=True)
    left = cluster.marked(["Namespace", "CustomResourceDefinition"], _LABEL)
    assert {one.namespace for one in rendered}.isdisjoint(map(name_of, left))
    assert "gpupools.capacity.example.com" not in map(name_of, left)


def _unseen(cluster: Cluster, one: Rendered) -> set[Ref]:
    """Return what the truth speaks of and is not there: releases by their records, and objects."""
    named = {ref for truth in one.truth for ref in (truth.subject, *truth.symptoms)}
    kinds = {f"{ref.kind}.{ref.group}".rstrip(".") for ref in named if ref.kind != KIND}
    found = cluster.get({"Secret", *kinds}, one.namespace)
    revisions = [revision_of(each) for each in found]
    releases = {revision.release for revision in revisions if revision}
    return named - releases - {Ref.of(each) for each in found}


def test_helm_records_what_the_scenarios_need(cluster: Cluster, rendered: list[Rendered]) -> None:
    """What conditions cannot see, since it is inside of the records."""
    wanted = {"killed-upgrade", "contested-replicas", "big-chart", "edited-image"}
    chosen = {one.name: one for one in rendered if one.name in wanted}
    break_(cluster, list(chosen.values()))
    newest = {name: _newest(cluster, one) for name, one in chosen.items()}
    locked, failed = newest["killed-upgrade"], newest["contested-replicas"]
    assert locked.deployed_at is not None
    assert locked.first_deployed is not None
    assert locked.deployed_at < locked.first_deployed  # the upgrade began hours ago
    assert ".spec.replicas" in failed.description
    assert 0.9 < newest["big-chart"].size / 1_048_576 < 1
    assert failed.server_side
    assert not newest["edited-image"].server_side  # by Helm 3


def _newest(cluster: Cluster, one: Rendered) -> Release:
    records = [each for each in cluster.get({"Secret"}, one.namespace) if revision_of(each)]
    return max(map(decode, records), key=lambda release: release.revision)
