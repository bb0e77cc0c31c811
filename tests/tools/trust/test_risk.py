"""Risks and modes are ordered by what they stand for, not by their spelling."""

from clusterwright.tools.trust.risk import Access, Risk


def test_risks_rise_from_low_to_high() -> None:
    assert sorted(Risk, key=lambda one: one.rank) == [Risk.LOW, Risk.MEDIUM, Risk.HIGH]
    assert Risk.LOW.rank < Risk.MEDIUM.rank < Risk.HIGH.rank


def test_each_mode_goes_further_than_the_one_before() -> None:
    assert Access.READ.rank < Access.PLAN.rank < Access.WRITE.rank


def test_both_are_spelled_as_in_a_policy_file() -> None:
    assert [str(one) for one in Risk] == ["low", "medium", "high"]
    assert [str(one) for one in Access] == ["read", "plan", "write"]
