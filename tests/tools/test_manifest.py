from datetime import UTC, datetime

import pytest

from clusterwright.tools import manifest

ODD: list[object] = [None, 3, "text", [], [1, None], {"a": None}, {"a": {"b": 3}}, {"a": [3]}]


@pytest.mark.parametrize("value", ODD)
def test_readers_return_the_empty_value_of_their_type_for_odd_objects(value: object) -> None:
    assert manifest.mapping(value, "a", "c") == {}
    assert manifest.items(value, "a") == []
    assert manifest.texts(value, "a") == []
    assert manifest.text(value, "a") == ""
    assert manifest.number(value, "a") == 0
    assert manifest.truth(value, "a") is False
    assert manifest.instant(value, "a") is None


def test_strings_leaves_out_what_is_no_string() -> None:
    odd = {"metadata": {"labels": {"app": "cart", "tier": 3, "zone": None}}}
    assert manifest.labels_of(odd) == {"app": "cart"}


def test_true_is_not_a_number() -> None:
    assert manifest.number({"replicas": True}, "replicas") == 0


def test_a_time_without_a_zone_is_utc() -> None:
    expected = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert manifest.instant({"at": "2026-01-02T03:04:05"}, "at") == expected
    assert manifest.instant({"at": "2026-01-02T05:04:05+02:00"}, "at") == expected
    assert manifest.instant({"at": "yesterday"}, "at") is None


def test_a_condition_is_found_by_type() -> None:
    pod = {"status": {"conditions": [None, {"type": "Ready", "status": "False"}]}}
    assert manifest.condition(pod, "Ready")["status"] == "False"
    assert manifest.condition(pod, "Available") == {}
