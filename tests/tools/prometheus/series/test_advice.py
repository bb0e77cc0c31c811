"""What to do about series is told from what makes them."""

from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.series.advice import WAYS, advice, ways
from clusterwright.tools.prometheus.series.head import read_head
from clusterwright.tools.prometheus.series.inside import Inside, LabelCost
from clusterwright.tools.prometheus.series.told import changed

ODD: tuple[Json, ...] = (None, [], {"headStats": 3}, {"seriesCountByMetricName": {}})


def told(metric: str, *labels: LabelCost, series: int = 1_000, rules: tuple[str, ...] = ()) -> str:
    found = Inside(1_000, {"shop": 1_000}, labels, 1_000)
    return "; ".join(f"{one.says} [{one.way}]" for one in advice(metric, series, found, rules))


def test_an_endless_label_is_the_programs_to_mend() -> None:
    said = told("clicks_total", LabelCost("user", 990, 10))
    assert "label user has 990 values; without it 10 of 1,000 series would be left [end" in said
    assert "no rule needs it [drop]" in said


def test_labels_of_pods_change_with_rollouts() -> None:
    assert "[rollouts]" in told("x", LabelCost("pod", 400, 100))


def test_other_labels_cannot_simply_be_dropped() -> None:
    assert "[equal]" in told("x", LabelCost("resource", 60, 100))


def test_labels_that_change_together_are_told_by_the_one_with_most_values() -> None:
    said = told(
        "x", LabelCost("le", 12, 1_000), LabelCost("id", 500, 1_000), LabelCost("b", 20, 1_000)
    )
    assert said.startswith("label id has 500 values [rollouts]")


def test_few_values_are_nothing_to_tell() -> None:
    assert told("x", LabelCost("pod", 2, 500)) == "no rule needs it [drop]"


def test_buckets_churn_and_rules_have_ways_of_their_own() -> None:
    assert "12 buckets [buckets]" in told("x_bucket", LabelCost("le", 12, 100))
    assert "buckets" not in told("x_bucket", LabelCost("le", 4, 100))
    assert "9,000 of them ended lately [churn]" in told("x", series=10_000)
    assert told("a:b:c") == "made by a recording rule [rule]; no rule needs it [None]"
    assert "rule HighLoad needs it [None]" in told("x", rules=("HighLoad",))
    assert "rule A and 2 more need it" in told("x", rules=("A", "B", "C"))


def test_nothing_is_said_of_what_was_not_read() -> None:
    assert advice("x", 10, None, None) == ()


def test_each_way_is_explained_once() -> None:
    found = [*advice("x", 10, None, ()), *advice("y", 10, None, ())]
    assert ways(found) == (f"drop: {WAYS['drop']}",)
    assert ways([]) == ()


def test_the_status_of_victoriametrics_and_odd_ones_are_read() -> None:
    data = {"totalSeries": 7, "seriesCountByMetricName": [{"name": "up", "value": 3}, 1, {}]}
    found = read_head(data)
    assert (found.total, found.metrics, found.labels) == (7, (("up", 3),), ())
    for odd in ODD:
        assert read_head(odd).total == 0


def test_changes_are_told_with_what_was_before() -> None:
    assert changed(120, 100) == ", +20% since 100 an hour ago"
    assert changed(50, 100) == ", -50% since 100 an hour ago"
    assert changed(5, 0) == ", none an hour ago"
    assert changed(5, 5) == changed(None, 5) == changed(5, None) == ""
