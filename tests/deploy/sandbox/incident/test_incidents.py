import re
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.incident import Incident
from clusterwright.deploy.sandbox.incident.load import load_incident, load_incidents
from clusterwright.deploy.sandbox.incidents import INCIDENTS
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.manifest import name_of, strings

FOLDER = Path(__file__).parents[4] / "deploy/sandbox/incidents"
EVERY = pytest.mark.parametrize("incident", load_incidents(), ids=lambda one: one.name)
HINTS = re.compile(r"bad|broken|caller|cause|crash|fail|fault|incident|layer|missing|symptom|wrong")


def test_the_folder_holds_the_incidents_that_are_listed() -> None:
    assert sorted(INCIDENTS) == sorted(one.stem for one in FOLDER.glob("*.yaml"))


def test_there_are_thirty_at_least_and_enough_of_the_hard_ones() -> None:
    composed = [compose(one, 1) for one in load_incidents()]
    assert len(composed) >= 30
    assert sum(len(one.incident.causes) == 2 for one in composed) >= 8
    assert sum(one.failing[1] >= 2 * one.failing[0] for one in composed) >= 8


def test_thirty_are_not_known_to_be_diagnosed_wrong() -> None:
    assert len([one for one in load_incidents() if not one.unsolved]) >= 30


def test_of_seventeen_it_can_be_proven_that_nothing_but_the_causes_is_wrong() -> None:
    assert sum(compose(one, 1).provable for one in load_incidents()) == 17


def test_in_all_but_one_a_diagnosis_must_tell_of_a_symptom() -> None:
    composed = [compose(one, 1) for one in load_incidents()]
    assert [one.name for one in composed if not any(x.telling for x in one.standings)] == [
        "two-waits"
    ]


@EVERY
def test_each_says_what_makes_it_hard_and_has_two_to_four_layers(incident: Incident) -> None:
    assert incident.hard.endswith(".")
    assert 2 <= len(incident.layers) <= 4


@EVERY
def test_nothing_in_the_cluster_hints_at_the_cause(incident: Incident) -> None:
    for seed in range(10):
        for scene in compose(incident, seed).scenes:
            for one in scene.objects:
                labels = strings(one, "metadata", "labels")
                said = " ".join([scene.namespace, name_of(one), *labels.values()])
                assert not HINTS.search(said), said


def test_one_that_does_not_exist_is_answered_with_those_that_do() -> None:
    assert load_incident(INCIDENTS[3]) == load_incidents()[3]
    with pytest.raises(NotFoundError, match="there is no incident 'doom'"):
        load_incident("doom")
