"""Resuming a cluster that is being deleted: it is the deletion that goes on."""

import pytest

from clusterwright.tools.cluster_api.changes.delete import Delete
from clusterwright.tools.cluster_api.changes.pause import Resume
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Met, Pending
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    CLUSTER_REF,
    LOST,
    MACHINES,
    NAME,
    classy,
    pool,
    reasons,
    running,
    scene,
)


def going() -> Manifest:
    """Return a Cluster whose deletion was asked for, and hangs because it is paused."""
    found = classy()
    found["spec"]["paused"] = True
    found["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return found


def test_it_says_that_a_deletion_goes_on_and_has_the_risk_of_one() -> None:
    around = scene(going(), pool(), *MACHINES, runs=BUSY)
    (step,) = Resume(name=NAME, accept=("pods",)).steps(around)
    assert step.say.endswith("default/train, which lets its deletion go on")
    assert (step.at_stake, bool(step.irreversible), step.passing) == (Risk.HIGH, True, True)
    assert {risk for risk, _ in step.risks or ()} == {Risk.HIGH}
    assert "2 machines go" in reasons(step)
    assert "pods (they end): ml/a, ml/b" in reasons(step)


def test_what_goes_with_it_has_to_be_accepted_as_for_a_deletion() -> None:
    around = scene(going(), pool(), *MACHINES, runs=BUSY)
    with pytest.raises(RefusedError, match="would go: pods") as raised:
        Resume(name=NAME).steps(around)
    assert raised.value.hint.endswith('accept=["pods"]')
    with pytest.raises(RefusedError, match="could not be read"):
        Resume(name=NAME).steps(scene(going(), runs=LOST))
    with pytest.raises(InvalidInputError, match="'all' is nothing to accept"):
        Resume(name=NAME, accept=("all",)).steps(around)
    itself = Elsewhere(running().snapshot, "uid-management")
    with pytest.raises(RefusedError, match="this management cluster itself"):
        Resume(name=NAME).steps(scene(going(), runs=itself))


def test_it_is_proved_by_the_cluster_being_gone() -> None:
    around = scene(going(), pool(), *MACHINES)
    (step,) = Resume(name=NAME).steps(around)
    for (check,) in (step.checks, Resume(name=NAME).proofs(around)):
        assert check.judge(None, ()) == Met()
        assert check.judge(going(), MACHINES) == Pending("2 machines are left")


def test_one_that_stays_is_resumed_whatever_runs_there() -> None:
    held = classy()
    held["spec"]["paused"] = True
    (step,) = Resume(name=NAME).steps(scene(held, runs=LOST))
    assert not step.irreversible
    assert not step.passing


def test_a_deletion_that_hangs_because_of_a_pause_is_led_to_the_resumption() -> None:
    with pytest.raises(RefusedError, match="is being deleted already") as raised:
        Delete(name=NAME).steps(scene(going()))
    assert '{"kind":"resume"}' in raised.value.hint


def test_what_runs_there_matters_only_where_the_cluster_goes() -> None:
    asleep = classy()
    asleep["spec"]["paused"] = True
    assert Resume(name=NAME).felt_on(scene(asleep)) == ()
    asleep["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert Resume(name=NAME).felt_on(scene(asleep)) == (CLUSTER_REF,)
