"""Supplied values, with others merged in."""

from clusterwright.tools.helm.changes.supplied import merged_values


def test_members_are_merged_and_lists_go_whole() -> None:
    before = {"image": {"tag": "1", "repository": "cart"}, "hosts": ["a", "b"]}
    asked = {"image": {"tag": "2"}, "hosts": ["c"]}
    assert merged_values(before, asked) == {
        "image": {"tag": "2", "repository": "cart"},
        "hosts": ["c"],
    }


def test_a_null_takes_a_supplied_value_away_and_what_is_then_empty_with_it() -> None:
    before = {"image": {"tag": "1"}, "replicas": 2}
    assert merged_values(before, {"image": {"tag": None}}) == {"replicas": 2}
    assert merged_values(before, {"replicas": None}) == {"image": {"tag": "1"}}


def test_an_empty_object_that_was_asked_for_stays() -> None:
    assert merged_values({}, {"nodeSelector": {}}) == {"nodeSelector": {}}


def test_a_value_that_was_none_becomes_an_object() -> None:
    assert merged_values({"image": "cart:1"}, {"image": {"tag": "2"}}) == {"image": {"tag": "2"}}


def test_what_was_supplied_is_not_changed_in_place() -> None:
    before = {"image": {"tag": "1"}}
    merged_values(before, {"image": {"tag": "2"}})
    assert before == {"image": {"tag": "1"}}
