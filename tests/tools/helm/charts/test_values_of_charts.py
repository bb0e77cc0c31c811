"""What is told of each value: from values.yaml, its comments, and the schema."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.helm.charts.chart import Chart, load_chart
from clusterwright.tools.helm.charts.comments import comments
from clusterwright.tools.helm.charts.part import values
from tests.tools.helm.charts.archives import chart
from tests.tools.helm.charts.repositories import Helm

WRITTEN = """\
# The whole chart.

## @section Web
## @param web.tag [default: latest] The tag
##
web:
  tag: latest
  # Pods that serve.
  # Two at least.
  replicas: 2
  port: 80 # where it listens
  # ---------------------------

  plain: x

# -- Of the page
# @default -- none
title: ""
# color -- Red or green
color: red
# not a comment of this: too far

list:
  # of an item
  - a
"x.y": 1 # quoted
"""


def test_comments_are_found_in_all_usual_forms() -> None:
    assert comments(WRITTEN) == {
        ("web", "tag"): "The tag",
        ("web", "replicas"): "Pods that serve. Two at least.",
        ("web", "port"): "where it listens",
        ("title",): "Of the page",
        ("color",): "Red or green",
        ("x.y",): "quoted",
    }


@pytest.mark.parametrize(
    "written", ["", "a", "- a", "a: &a {b: *a}", "a: 1\n---\nb: 2", "? [x]\n: y", "a: !!set {b}"]
)
def test_odd_files_have_no_comments(written: str) -> None:
    assert comments(written) == {}


@pytest.fixture
def shop(by_hand: Helm, tmp_path: Path) -> Chart:
    return load_chart(by_hand.package("shop", tmp_path).read_bytes())


def test_each_value_has_default_type_rules_and_meaning(shop: Chart) -> None:
    assert values(shop, "").rows == (
        (
            "web.image.repository",
            "string",
            '"registry.example.com/shop"',
            "",
            "Where the image is",
        ),
        ("web.image.tag", "string", '""', "", "The tag; the chart's appVersion where it is empty"),
        (
            "web.replicas",
            "integer",
            "2",
            "at least 1",
            "How many pods serve. Two at least, for one may be drained.",
        ),
        ("web.port", "integer", "8080", "at least 1; at most 65535", "where it listens"),
        ("web.host", "string", "", "a hostname", "The name it is known by"),
        ("title", "string", '"Shop"', "required; at least 1 characters", "Plain words in the page"),
        ("color", "string", '"red"', 'one of ["red", "green"]', "Of the page"),
        ("adminPassword", "string", '""', "", ""),
        ("extraLabels", "object", "{}", "", ""),
        ("db", "chart", "", "", "3 values of the chart db 0.4.2"),
        ("cache", "chart", "", "", "3 values of the chart db 0.4.2"),
    )


def test_a_path_narrows_and_leads_into_charts_below(shop: Chart) -> None:
    assert [row[0] for row in values(shop, "web.image").rows] == [
        "web.image.repository",
        "web.image.tag",
    ]
    assert values(shop, "db").rows == (
        ("db.enabled", "boolean", "true", "", ""),
        ("db.size", "string", '"1Gi"', "pattern ^[0-9]+Gi$", "Where data is kept"),
        ("db.image", "string", '"registry.example.com/db"', "", ""),
    )
    assert [row[:3] for row in values(shop, "cache.size").rows] == [
        ("cache.size", "string", '"2Gi"')
    ]
    with pytest.raises(NotFoundError, match="knows no value 'wen'") as error:
        values(shop, "wen")
    assert error.value.hint.startswith("it knows web, title, color")


def test_a_secret_among_the_defaults_is_not_told() -> None:
    word = "hunter2hunter2"
    written = f"""\
auth: {{password: {word}, token: {{value: {word}}}}}
url: https://u:{word}@db
# token: ghp_{"a" * 36}
last: 1
"""
    found = values(load_chart(chart([("values.yaml", written)])), "")
    told = str(found.rows)
    assert "hunter2" not in told
    assert "ghp_" not in told


def test_a_schema_that_refers_to_itself_ends() -> None:
    schema = '{"properties": {"a": {"$ref": "#/properties/a"}, "b": {"$ref": "#"}}}'
    found = values(load_chart(chart([("values.schema.json", schema)])), "")
    assert len(found.rows) > 1
