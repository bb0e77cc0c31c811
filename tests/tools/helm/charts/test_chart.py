"""A chart as its archive holds it, compared with what the real helm makes of it."""

import json
from pathlib import Path

import pytest
import yaml

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.charts.chart import Chart, chart_values, load_chart
from clusterwright.tools.helm.charts.dependencies import dependencies, in_sync, problems
from clusterwright.tools.helm.values import computed
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.charts.archives import chart
from tests.tools.helm.charts.repositories import Helm

SHOW_VALUES = "{{ .Values | toJson }}"


@pytest.fixture
def shop(by_hand: Helm, tmp_path: Path) -> Chart:
    return load_chart(by_hand.package("shop", tmp_path).read_bytes())


def test_what_is_in_a_chart(shop: Chart) -> None:
    assert (shop.name, shop.version, shop.library) == ("shop", "1.2.0", False)
    assert shop.metadata["kubeVersion"] == ">=1.30.0-0"
    assert shop.templates == (
        "templates/_names.tpl",
        "templates/migrate.yaml",
        "templates/secret.yaml",
        "templates/web.yaml",
    )
    assert shop.crds == ("crds/coupons.yaml",)
    assert shop.values["web"]["port"] == 8080
    assert "# How many pods serve." in shop.values_text
    assert shop.schema is not None
    assert shop.readme.startswith("# shop")
    assert [where for where, _ in shop.all()] == ["shop", "shop/charts/db"]
    assert shop.charts[0].values == {"size": "2Gi", "image": "registry.example.com/db"}


@pytest.mark.parametrize(
    "supplied",
    [
        {},
        {"db": {"size": "3Gi"}, "cache": {"enabled": True, "image": "other"}},
        {"web": {"image": {"tag": "2"}, "port": None}, "global": {"region": "north"}},
        {"db": {"image": None, "extra": [1, {"a": None}]}, "cache": {"enabled": True}},
    ],
)
def test_its_values_are_those_that_its_templates_see(
    supplied: Manifest, by_hand: Helm, tmp_path: Path
) -> None:
    changed = by_hand.chart("shop", tmp_path)
    for file in (*changed.rglob("*.yaml"), *changed.rglob("values.schema.json")):
        if "templates" in file.parts or file.name == "values.schema.json":
            file.unlink()
    for folder in (changed, changed / "charts" / "db"):
        shown = f"who: {{{{ .Chart.Name }}}}\nvalues: {SHOW_VALUES}\n"
        (folder / "templates" / "shown.yaml").write_text(shown, encoding="utf-8")
    (tmp_path / "over.json").write_text(json.dumps(supplied), encoding="utf-8")
    printed = by_hand("template", changed, "-f", tmp_path / "over.json")
    seen = {one["who"]: one["values"] for one in yaml.safe_load_all(printed) if one}
    found = load_chart(by_hand.package(changed, tmp_path / "out").read_bytes())
    mine = computed(chart_values(found), supplied)
    below = {name: mine.pop(name) for name in ("db", "cache")}
    whole = {name: seen["shop"].pop(name, {}) for name in ("db", "cache")}
    assert mine.pop("global", {}) == seen["shop"].pop("global", {})
    assert mine == seen["shop"]
    for name in set(seen) - {"shop"}:
        assert below[name] == seen[name]
        assert whole[name]


def test_documents_of_one_values_file_are_merged_as_helm_does(
    by_hand: Helm, tmp_path: Path
) -> None:
    changed = by_hand.chart("plain", tmp_path)
    (changed / "values.yaml").write_text("a: {b: 1, c: 1}\n---\na: {b: 2}\nwords: two\n")
    found = load_chart(by_hand.package(changed, tmp_path / "out").read_bytes())
    assert found.values == {"a": {"b": 2, "c": 1}, "words": "two"}


def test_a_chart_below_may_be_packed(by_hand: Helm, tmp_path: Path) -> None:
    changed = by_hand.chart("plain", tmp_path)
    by_hand.package("shop", changed / "charts")
    found = load_chart(by_hand.package(changed, tmp_path / "out").read_bytes())
    assert [where for where, _ in found.all()] == [
        "plain",
        "plain/charts/shop",
        "plain/charts/shop/charts/db",
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([("Chart.yaml", "name: x")], "names no chart or no version"),
        ([("Chart.yaml", "a: [")], "it is no YAML"),
        ([("charts/y/values.yaml", "a: 1")], "it has no Chart.yaml"),
    ],
)
def test_what_helm_would_not_load_is_told(files: list[tuple[str, str]], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        load_chart(chart(files))


def test_a_schema_that_is_no_json_is_told_apart_from_none() -> None:
    assert load_chart(chart([("values.schema.json", "{")])).schema_is_broken
    assert load_chart(chart([("values.schema.json", "[]")])).schema_is_broken
    assert not load_chart(chart([])).schema_is_broken


def test_what_it_depends_on_is_told_with_what_is_there_and_what_is_on(shop: Chart) -> None:
    told = dependencies(shop, computed(chart_values(shop), {"cache": {"enabled": True}}))
    assert [(one.name, one.alias, one.wanted, one.found, one.enabled) for one in told] == [
        ("db", "db", "~0.4.0", "0.4.2", True),
        ("db", "cache", "~0.4.0", "0.4.2", True),
    ]
    told = dependencies(shop, computed(chart_values(shop), {"db": {"enabled": False}}))
    assert [one.enabled for one in told] == [False, False]
    assert problems(shop) == ()


@pytest.mark.parametrize(
    ("condition", "values", "on"),
    [
        ("", {}, True),
        ("", {"tags": {"storage": False}}, False),
        ("", {"tags": {"storage": False, "other": True}}, True),
        ("db.on", {"tags": {"storage": False}, "db": {"on": True}}, True),
        ("db.no,db.on", {"db": {"on": False}}, False),
        ("db.on", {"db": {"on": "false"}}, True),
    ],
)
def test_conditions_and_tags_switch_as_in_helm(
    condition: str, values: Manifest, on: bool, by_hand: Helm, tmp_path: Path
) -> None:
    changed = by_hand.chart("plain", tmp_path)
    sub = changed / "charts" / "db"
    (sub / "templates").mkdir(parents=True)
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: db\nversion: 1.0.0\n")
    (sub / "templates" / "it.yaml").write_text("kind: Db\napiVersion: v1\nmetadata: {name: db}\n")
    stated = f"dependencies: [{{name: db, version: 1.0.0, condition: '{condition}'"
    with (changed / "Chart.yaml").open("a") as file:
        file.write(f"{stated}, tags: [storage, other], repository: ''}}]\n")
    (tmp_path / "over.json").write_text(json.dumps(values), encoding="utf-8")
    printed = by_hand("template", changed, "-f", tmp_path / "over.json")
    found = load_chart(by_hand.package(changed, tmp_path / "out").read_bytes())
    (told,) = dependencies(found, computed(chart_values(found), values))
    assert told.enabled == on == ("kind: Db" in printed)


def test_a_lock_is_in_sync_as_helm_writes_it(by_hand: Helm, tmp_path: Path) -> None:
    local = by_hand.chart("plain", tmp_path / "libs")
    changed = by_hand.chart("shop", tmp_path)
    about = yaml.safe_load((changed / "Chart.yaml").read_text())
    about["dependencies"] = [
        {"name": "plain", "version": ">=0.1.0 <1", "repository": f"file://{local}", "alias": "p"},
        {"name": "db", "version": "~0.4.0", "repository": "", "import-values": [{"child": "a"}]},
    ]
    about["dependencies"][0] |= {"tags": ["a&b", "c"], "condition": "p.on"}
    (changed / "Chart.yaml").write_text(yaml.safe_dump(about))
    by_hand("dependency", "update", "--skip-refresh", changed)
    found = load_chart(by_hand.package(changed, tmp_path / "out").read_bytes())
    assert in_sync(found)
    assert [one.locked for one in dependencies(found, {})] == ["0.3.0", "~0.4.0"]
    assert problems(found) == ()
    about["dependencies"][0]["version"] = ">=0.2.0"
    (changed / "Chart.yaml").write_text(yaml.safe_dump(about))
    found = load_chart(by_hand.package(changed, tmp_path / "out").read_bytes())
    assert problems(found) == (
        "Chart.lock is out of sync with the dependencies in Chart.yaml: helm dependency update",
    )


def test_missing_and_other_versions_are_told() -> None:
    stated = "\ndependencies: [{name: a, version: '1'}, {name: b, version: '1'}]\n"
    about = f"apiVersion: v2\nname: x\nversion: 1.0.0{stated}"
    lock = "dependencies: [{name: b, version: 1.0.0}]\n"
    below = "apiVersion: v2\nname: b\nversion: 1.1.0\n"
    files = [("Chart.yaml", about), ("Chart.lock", lock), ("charts/b/Chart.yaml", below)]
    assert problems(load_chart(chart(files))) == (
        "charts that it depends on are missing in charts/: a; helm dependency build fetches them",
        "charts/ has b 1.1.0, Chart.lock has 1.0.0",
    )
