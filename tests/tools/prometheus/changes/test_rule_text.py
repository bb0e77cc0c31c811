"""Rules and their unit tests as they are asked for, before anybody runs them."""

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.changes.rule_text import check_rule, merged
from clusterwright.tools.prometheus.changes.unit_test import file_of

DOWN: Manifest = {"alert": "CartDown", "expr": "up == 0", "for": "5m"}
CASE: Manifest = {
    "input_series": [{"series": "up", "values": "0x10"}],
    "alert_rule_test": [{"eval_time": "6m", "alertname": "CartDown"}],
}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"expr": ""}, "the expression has 0 characters"),
        ({"expr": "a" * 10_001}, "10001 characters"),
        ({"expr": 1}, "the expression has 0 characters"),
        ({"for": "soon"}, "is no duration for 'for'"),
        ({"for": 5}, "is no duration for 'for'"),
        ({"labels": {"alertname": "X"}}, "is no name for labels"),
        ({"labels": {"a b": "X"}}, "is no name for labels"),
        ({"labels": {"severity": 3}}, "names with texts"),
        ({"labels": ["severity"]}, "names with texts"),
        ({"annotations": {"summary": "x" * 2_001}}, "over 2000 characters"),
        ({"record": "a:b"}, "either an alert or a record"),
        ({"alert": ""}, "either an alert or a record"),
        ({"alert": " CartDown"}, "is no name of a rule"),
        ({"alert": "Cart\u202eDown"}, "is no name of a rule"),
        ({"severity": "x"}, "a rule has no 'severity'"),
    ],
)
def test_what_is_no_rule_is_refused(rule: Manifest, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        check_rule({**DOWN, **rule})


def test_a_recording_rule_has_a_metric_name_and_never_waits() -> None:
    check_rule({"record": "job:up:sum", "expr": "sum by (job) (up)", "labels": {"team": "shop"}})
    with pytest.raises(InvalidInputError, match="is no metric name"):
        check_rule({"record": "job-up", "expr": "up"})
    with pytest.raises(InvalidInputError, match="no for and no annotations"):
        check_rule({"record": "job:up", "expr": "up", "for": "1m"})


def test_an_edit_merges_labels_and_takes_away_what_is_null() -> None:
    before = {**DOWN, "labels": {"severity": "critical", "team": "shop"}}
    wanted = {"alert": "CartDown", "for": None, "labels": {"severity": "warning", "team": None}}
    after = {"alert": "CartDown", "expr": "up == 0", "labels": {"severity": "warning"}}
    assert merged(before, wanted) == after
    assert merged(after, {"labels": {"severity": None}}) == {"alert": "CartDown", "expr": "up == 0"}


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"input_series": [{"series": "up", "values": "0x1000000000"}]}, "samples, over 50000"),
        ({"input_series": [{"series": "up", "values": f"0x{'9' * 30}"}]}, "samples, over 50000"),
        ({"input_series": [{"series": "up", "values": "1x9 " * 9_000}]}, "samples, over 50000"),
        ({"input_series": [{"series": "up", "values": "1"}] * 201}, "at most 200 series"),
        ({"input_series": []}, "a unit test has input_series"),
        ({"alert_rule_test": []}, "a unit test has input_series"),
        ({"interval": "1ms"}, "evaluations, over 5000"),
        ({"interval": "0s"}, "is no duration for 'interval'"),
        ({"interval": "1 minute"}, "is no duration for 'interval'"),
        ({"alert_rule_test": [{"eval_time": "10y"}]}, "evaluations, over 5000"),
        ({"rule_files": ["/etc/passwd"]}, "has no 'rule_files'"),
    ],
)
def test_a_unit_test_that_asks_for_too_much_is_not_run(test: Manifest, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        file_of({**CASE, **test}, "1m")


def test_a_unit_test_is_made_a_file_of_its_own() -> None:
    assert file_of(CASE, "30s") == {"evaluation_interval": "30s", "tests": [CASE]}
