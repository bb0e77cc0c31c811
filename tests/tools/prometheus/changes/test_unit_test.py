"""Unit tests of rules are bounded before promtool is started: it runs on this machine."""

import pytest

from clusterwright.tools.errors import InvalidInputError, QueryError
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.changes.unit_test import file_of

SERIES: Manifest = {"series": 'up{job="cart"}', "values": "1 0x10"}
CASE: Manifest = {"eval_time": "5m", "alertname": "CartDown", "exp_alerts": []}


def a_test(**more: Json) -> Manifest:
    return {"interval": "1m", "input_series": [SERIES], "alert_rule_test": [CASE], **more}


def test_a_test_becomes_a_file_that_is_evaluated_as_its_group_is() -> None:
    assert file_of(a_test(), "30s") == {"evaluation_interval": "30s", "tests": [a_test()]}
    assert file_of(a_test(), "")["evaluation_interval"] == "1m"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"rule_files": ["/etc/passwd"]}, "has no 'rule_files'"),
        ({"input_series": []}, "has input_series"),
        ({"alert_rule_test": []}, "has input_series"),
        ({"alert_rule_test": "x"}, "has input_series"),
        ({"input_series": [SERIES] * 201}, "at most 200 series"),
        ({"alert_rule_test": [CASE] * 51}, "50 cases"),
        ({"input_series": [{**SERIES, "values": "0x60000"}]}, "samples, over 50000"),
        ({"input_series": [{**SERIES, "values": "0x" + "9" * 40}]}, "samples, over 50000"),
        ({"alert_rule_test": [{**CASE, "eval_time": "100d"}]}, "evaluations, over 5000"),
        ({"alert_rule_test": [{**CASE, "eval_time": "soon"}]}, "is no duration"),
        ({"interval": 7}, "is no duration"),
        ({"interval": "0s"}, "is no duration"),
        ({"name": "x" * 200_001}, "at most 200000 characters"),
    ],
)
def test_what_asks_for_too_much_is_refused_with_a_form_that_is_taken(
    more: Manifest, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said) as refused:
        file_of(a_test(**more), "")
    assert "alert_rule_test" in refused.value.hint


def test_an_expression_that_would_end_promtool_is_refused() -> None:
    ruinous: Manifest = {"expr": "max_over_time(up[1y:1ms])", "eval_time": "1m", "exp_samples": []}
    with pytest.raises(QueryError, match="subqueries have some"):
        file_of(a_test(promql_expr_test=[ruinous]), "")
