"""What is drawn of many scenarios."""

import pytest

from clusterwright.deploy.sandbox.scenario.load import load_of
from tests.e2e.drawn import ALL, drawn

SCENARIOS = load_of("cluster_api")


def test_as_many_as_asked_for_are_drawn_faults_and_traps_alike() -> None:
    found = drawn(SCENARIOS, 7, 12)
    assert len(found) == 12
    assert {one.card.kind for one in found} == {"fault", "trap"}
    assert [one.name for one in found] == [one.name for one in SCENARIOS if one in found]


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    assert drawn(SCENARIOS, 7, 12) == drawn(SCENARIOS, 7, 12)
    assert drawn(SCENARIOS, 7, 12) != drawn(SCENARIOS, 8, 12)


def test_in_the_long_run_each_is_drawn() -> None:
    seen = {one.name for seed in range(60) for one in drawn(SCENARIOS, seed, 12)}
    assert seen == {one.name for one in SCENARIOS}


def test_all_are_judged_where_there_is_time_or_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert drawn(SCENARIOS, 7, 100) == list(SCENARIOS)
    monkeypatch.setenv(ALL, "1")
    assert drawn(SCENARIOS, 7, 2) == list(SCENARIOS)
