"""What the scenarios of Helm declare, as a set."""

import json

import pytest

from clusterwright.deploy.sandbox.charts import CHARTS
from clusterwright.deploy.sandbox.scenario.load import load_of
from clusterwright.deploy.sandbox.scenario.model import Scenario
from clusterwright.tools.helm.analyzers import ANALYZERS
from clusterwright.tools.helm.record import KIND

CODES = frozenset(code for one in ANALYZERS for code in one.codes)
HELM = load_of("helm")
EVERY = pytest.mark.parametrize("scenario", HELM, ids=lambda one: one.name)
FAULTS = [one for one in HELM if one.card.kind == "fault"]
TRAPS = [one for one in HELM if one.card.kind == "trap"]


def test_every_code_is_the_truth_of_some_scenario() -> None:
    assert {truth.code for one in FAULTS for truth in one.render(0).truth} == CODES


def test_there_are_at_least_14_faults_and_5_traps() -> None:
    assert len(FAULTS) >= 14
    assert len(TRAPS) >= 5


def test_at_least_9_faults_are_repaired_and_others_are_rightly_left() -> None:
    repairs = [one.card.repair for one in FAULTS]
    assert repairs.count("fixed") >= 9
    assert {"asks", "refused", "left"} <= set(repairs)


def test_some_are_made_by_helm_3_and_some_records_lie_in_configmaps() -> None:
    operations = [one for scenario in HELM for one in scenario.render(0).operations]
    assert {one.by for one in operations} == {"helm", "helm3"}
    assert {one.driver for one in operations} == {"secret", "configmap"}
    by_helm_3 = [one for one in FAULTS if any(op.by == "helm3" for op in one.render(0).operations)]
    assert len(by_helm_3) >= 3


def test_every_chart_is_used() -> None:
    operations = [one for scenario in HELM for one in scenario.render(0).operations]
    assert {one.chart for one in operations} - {""} == set(CHARTS)


@EVERY
def test_everything_is_done_by_a_real_helm_on_releases_of_the_scenario(scenario: Scenario) -> None:
    rendered = scenario.render(7)
    assert rendered.operations
    releases = {one.release for one in rendered.operations if one.release}
    subjects = [truth.subject for truth in rendered.truth]
    assert {one.name for one in subjects if one.kind == KIND} <= releases
    assert {one.namespace for one in subjects} <= {rendered.namespace}


@EVERY
def test_what_was_rewritten_by_hand_is_said_to_be_simulated(scenario: Scenario) -> None:
    rewritten = [one for stage in scenario.render(1).stages for one in stage.records]
    assert not rewritten or scenario.card.imitates.count("pkg/")


@EVERY
def test_what_needs_no_node_asks_for_simulated_ones(scenario: Scenario) -> None:
    if scenario.card.needs == "node":
        return
    installed = [one for one in scenario.render(1).operations if one.run in {"install", "upgrade"}]
    for one in installed:
        assert one.chart == "gpu-worker" or one.values["nodeSelector"] == {"type": "kwok"}


@EVERY
def test_values_are_drawn_from_the_seed(scenario: Scenario) -> None:
    given = {
        json.dumps([[one.release, one.values] for one in scenario.render(seed).operations])
        for seed in range(5)
    }
    assert len(given) == 5
