"""What is drawn of many scenarios."""

import pytest

from clusterwright.deploy.sandbox.scenario.card import DOMAINS, Domain
from clusterwright.deploy.sandbox.scenario.load import load_of
from tests.e2e.drawn import ALL, MOST, SEEDS, drawn, family, has_turn, seed_of_commit

SCENARIOS = load_of("cluster_api")


@pytest.fixture(autouse=True)
def as_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALL, raising=False)


def test_as_many_as_asked_for_are_drawn_faults_and_traps_alike() -> None:
    found = drawn(SCENARIOS, 7, 12)
    assert len(found) == 12
    assert {one.card.kind for one in found} == {"fault", "trap"}
    assert [one.name for one in found] == [one.name for one in SCENARIOS if one in found]


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    assert drawn(SCENARIOS, 7, 12) == drawn(SCENARIOS, 7, 12)
    assert drawn(SCENARIOS, 7, 12) != drawn(SCENARIOS, 8, 12)


@pytest.mark.parametrize("domain", DOMAINS)
def test_in_the_long_run_each_is_drawn(domain: Domain) -> None:
    every = load_of(domain)
    seen = {one.name for seed in range(120) for one in drawn(every, seed, MOST[domain])}
    assert seen == {one.name for one in every}


@pytest.mark.parametrize("domain", DOMAINS)
def test_each_draw_has_a_fault_of_each_family(domain: Domain) -> None:
    every = load_of(domain)
    families = {family(one) for one in every if one.card.kind == "fault"}
    for seed in range(20):
        found = [one for one in drawn(every, seed, MOST[domain]) if one.card.kind == "fault"]
        assert {family(one) for one in found} == families


def test_a_commit_always_draws_the_same() -> None:
    assert 0 <= seed_of_commit() < SEEDS
    assert seed_of_commit() == seed_of_commit()


def test_one_of_those_that_share_their_time_has_its_turn() -> None:
    assert [has_turn(one, 3) for one in range(3)].count(True) == 1


def test_all_are_judged_where_there_is_time_or_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert drawn(SCENARIOS, 7, 100) == list(SCENARIOS)
    monkeypatch.setenv(ALL, "1")
    assert drawn(SCENARIOS, 7, 2) == list(SCENARIOS)
    assert all(has_turn(one, 3) for one in range(3))
