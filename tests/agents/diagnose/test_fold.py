"""Folding, on bare positions."""

from clusterwright.agents.diagnose.fold import Fold, fold


def test_nothing_folds_to_nothing() -> None:
    assert fold([]) == []


def test_what_nothing_explains_is_a_root() -> None:
    assert fold([set(), set()]) == [Fold((0,), ()), Fold((1,), ())]


def test_a_chain_is_one_root_with_every_later_link_under_it() -> None:
    assert fold([{1}, {2}, set()]) == [Fold((2,), (0, 1))]


def test_a_circle_is_one_root() -> None:
    assert fold([{1}, {0}, {0}]) == [Fold((0, 1), (2,))]


def test_a_circle_that_something_else_explains_is_a_symptom() -> None:
    assert fold([{1}, {0, 2}, set()]) == [Fold((2,), (0, 1))]


def test_a_symptom_of_two_roots_is_under_both() -> None:
    assert fold([set(), set(), {0, 1}]) == [Fold((0,), (2,)), Fold((1,), (2,))]
