"""Where scenarios are judged."""

from clusterwright.cli.judge.show import places
from clusterwright.deploy.sandbox.scenario.load import load

BY_METRICS, LACKING_THEM = load("metrics-port"), load("hpa-metrics")


def test_what_needs_metrics_and_what_lacks_them_are_judged_apart() -> None:
    found = list(places("scenarios", [LACKING_THEM, BY_METRICS]))
    assert found == [("scenarios", [LACKING_THEM]), ("scenarios-monitored", [BY_METRICS])]


def test_those_of_one_kind_are_judged_in_the_sandbox_that_was_named() -> None:
    assert list(places("mine", [BY_METRICS])) == [("mine", [BY_METRICS])]
    assert list(places("mine", [LACKING_THEM])) == [("mine", [LACKING_THEM])]
