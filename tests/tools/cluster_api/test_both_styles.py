"""What happens to a Cluster, and whether it can be upgraded, is told alike from both styles."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.cluster_api.phases.operation import Course, course
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.phases.phase import State
from clusterwright.tools.cluster_api.upgrade_checks.check import Status
from clusterwright.tools.cluster_api.upgrade_checks.checking import checks
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.manifest import Manifest, items
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.moment import NAMES, moment
from tests.tools.cluster_api.older_style import older


def phases(found: Course) -> list[tuple[str, State, str]]:
    return [(one.name, one.state, one.counted) for one in found.phases]


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_and_its_phases_are_the_same(name: str) -> None:
    newer, told = course(*moment(name)), course(*older(*moment(name)))
    assert (told.operation, told.available) == (newer.operation, newer.available)
    assert phases(told) == phases(newer)


@pytest.mark.parametrize("name", ["train-scale-1", "memory-delete-1"])
def test_a_deletion_waits_for_the_same_and_is_held_up_alike(name: str) -> None:
    for minutes in (0, 15):
        newer, told = (late(read, minutes) for read in (moment(name), older(*moment(name))))
        waits = [[one.waits_for for one in found.phases] for found in (newer, told)]
        assert [one and one.ref for one in waits[0]] == [one and one.ref for one in waits[1]]
        assert phases(told) == phases(newer)


def late(read: tuple[Estate, Manifest], minutes: float) -> Course:
    """Return what is told of a Cluster so much later."""
    estate, cluster = read
    found = estate.snapshot
    when = found.now + timedelta(minutes=minutes)
    return course(Estate(Snapshot("test", when, found.objects)), cluster)


@pytest.mark.parametrize("name", NAMES)
def test_the_checks_of_an_upgrade_come_to_the_same(name: str) -> None:
    estate, cluster = moment(name)
    scene = Scene(
        Parts.of(estate, cluster), "v1.37.0", Version.asked("v1.37.0"), unread="no answer"
    )
    again = replace(scene, parts=Parts.of(*older(estate, cluster)))
    newer = [(one.name, one.status) for one in checks(scene)]
    assert [(one.name, one.status) for one in checks(again)] == newer


FAILED = {"status": "False", "reason": "ReconcileFailed", "message": "no template", "severity": ""}
BEHIND = {**FAILED, "reason": "ClusterClassNotReconciled"}
HOOK = {
    "status": "False",
    "reason": "ClusterCreating",
    "message": "Following hooks are blocking Cluster topology creation: BeforeClusterCreate: wait",
}


def being_made(told: Manifest) -> tuple[Estate, Manifest]:
    """Return a Cluster of which nothing is made yet, and what its topology says of that."""
    estate, cluster = moment("train-create-1")
    del cluster["spec"]["controlPlaneRef"], cluster["spec"]["infrastructureRef"]
    (one,) = items(cluster, "status", "conditions")
    one.update(told)
    return estate, cluster


@pytest.mark.parametrize(
    ("told", "state"),
    [(FAILED, State.BLOCKED), (BEHIND, State.UNDER_WAY), (HOOK, State.BLOCKED)],
)
def test_a_topology_that_cannot_be_applied_or_that_a_hook_holds_blocks(
    told: Manifest, state: State
) -> None:
    newer, again = course(*being_made(told)), course(*older(*being_made(told)))
    for found in (newer, again):
        assert (found.phases[0].name, found.phases[0].state) == ("topology", state)
        waits = found.phases[0].waits_for
        assert waits is not None
        assert waits.message.startswith(told["message"])
    assert phases(again) == phases(newer)


@pytest.mark.parametrize("told", [FAILED, BEHIND])
def test_no_upgrade_begins_while_a_topology_cannot_be_applied(told: Manifest) -> None:
    for estate, cluster in (being_made(told), older(*being_made(told))):
        goal = Version.asked("v1.37.0")
        scene = Scene(Parts.of(estate, cluster), "v1.37.0", goal, unread="no answer")
        found = {one.name: one for one in checks(scene)}
        assert found["topology"].status is Status.BLOCK
        assert "no template" in found["topology"].said
