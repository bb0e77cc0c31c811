"""Which links of a root cause are told, and how deep each finding lies."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from clusterwright.agents.report.chains import chains, order
from clusterwright.agents.report.said import reasons
from tests.agents.report.cases import linked

_NAMES = st.sampled_from("abcdefgh")


def told(*links: tuple[str, str]) -> list[str]:
    """Return the links that are worth telling, as cause and effect."""
    return [f"{link.cause[-1]}{link.effect[-1]}" for link in order(linked(*links)).links]


def depths(*links: tuple[str, str]) -> dict[str, int]:
    return {name[-1]: depth for name, depth in order(linked(*links)).depths.items()}


def test_a_link_is_left_out_where_a_longer_way_says_it_in_steps() -> None:
    assert told(("a", "b"), ("a", "c"), ("b", "c")) == ["ab", "bc"]
    assert told(("a", "d"), ("a", "b"), ("b", "c"), ("c", "d")) == ["ab", "bc", "cd"]


def test_of_two_ways_of_one_length_both_are_told() -> None:
    links = (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))
    assert told(*links) == ["ab", "ac", "bd", "cd"]


def test_a_finding_lies_below_all_its_causes() -> None:
    links = (("a", "d"), ("a", "b"), ("b", "c"), ("c", "d"))
    assert depths(*links) == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_a_circle_is_told_with_the_link_that_closes_it() -> None:
    links = (("a", "b"), ("b", "c"), ("c", "a"))
    assert told(*links) == ["ab", "bc", "ca"]
    assert depths(*links) == {"a": 0, "b": 1, "c": 2}


def test_what_explains_itself_is_no_link() -> None:
    assert told(("a", "a"), ("a", "b")) == ["ab"]


def test_the_chain_to_a_finding_leads_through_what_lies_between() -> None:
    ways = chains(linked(("a", "b"), ("a", "c"), ("b", "c"), ("c", "d")))
    assert {name[-1]: [link.effect[-1] for link in links] for name, links in ways.items()} == {
        "a": [],
        "b": ["b"],
        "c": ["b", "c"],
        "d": ["b", "c", "d"],
    }


def test_reasons_are_those_of_the_links_that_are_told() -> None:
    root = linked(("a", "b"), ("a", "c"), ("b", "c"))
    assert reasons(root, root.symptoms) == ["b needs a", "c needs b"]
    assert reasons(root, root.symptoms[1:]) == ["c needs b"]


@settings(deadline=None)
@given(st.lists(st.tuples(_NAMES, _NAMES), max_size=30))
def test_whatever_the_links_are_every_finding_stays_reachable(links: list[tuple[str, str]]) -> None:
    def reached(pairs: list[tuple[str, str]]) -> set[str]:
        seen = {"a"}
        while more := {effect for cause, effect in pairs if cause in seen} - seen:
            seen |= more
        return seen

    root = linked(*links)
    left = [(link.cause[-1], link.effect[-1]) for link in order(root).links]
    assert reached(left) == reached(links)
    assert {name[-1] for name in chains(root)} == reached(links)


def test_a_very_long_chain_is_no_trouble() -> None:
    names = [f"p{i}" for i in range(3_000)]
    root = linked(("a", names[0]), *itertools.pairwise(names))
    assert max(order(root).depths.values()) == 3_000
