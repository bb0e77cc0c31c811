"""Values judged by schemas: with the same verdict as the real helm."""

import json
import subprocess
from pathlib import Path

import pytest

from clusterwright.tools.helm.charts.chart import chart_values, load_chart
from clusterwright.tools.helm.charts.schema import Verdict, judge
from clusterwright.tools.helm.values import computed
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.helm.charts.repositories import Helm

BOTH: list[tuple[Manifest, list[tuple[str, str]]]] = [
    ({}, []),
    ({"web": {"replicas": 3, "port": 443}}, []),
    ({"web": {"replicas": 3.0}}, []),
    (
        {"web": {"replicas": "3"}},
        [("/web/replicas", '/web/replicas is "3", but must be of type integer')],
    ),
    ({"web": {"replicas": 0}}, [("/web/replicas", "/web/replicas is 0, but must be at least 1")]),
    ({"web": {"port": 70000}}, [("/web/port", "/web/port is 70000, but must be at most 65535")]),
    (
        {"color": "blue"},
        [("/color", '/color is "blue", but must be one of ["red", "green"]')],
    ),
    ({"title": None}, [("", "lacks 'title'")]),
    ({"web": {"prot": 1}}, [("/web", "holds 'prot', which the schema does not know")]),
    ({"web": {"host": "a_b c"}}, [("/web/host", "must be a valid hostname")]),
    ({"web": []}, [("/web", "/web is [], but must be of type object")]),
    ({"db": {"size": "1Ti"}}, [("/db/size", "must be of the pattern ^[0-9]+Gi$")]),
    ({"db": {"enabled": False, "size": "1Ti"}}, []),
    ({"cache": {"size": "1Ti"}}, []),
    ({"cache": {"enabled": True, "size": "1Ti"}}, [("/cache/size", "must be of the pattern")]),
    (
        {"web": {"replicas": "x", "port": "y"}, "color": 1},
        [("/color", "one of"), ("/web/port", "integer"), ("/web/replicas", "integer")],
    ),
]


def verdict(archive: Path, values: Manifest) -> Verdict:
    found = load_chart(archive.read_bytes())
    return judge(found, computed(chart_values(found), values))


def helm_takes(by_hand: Helm, archive: Path, values: Json, folder: Path) -> str:
    """Return why helm refuses values; empty where it takes them."""
    over = folder / "over.json"
    over.write_text(json.dumps(values), encoding="utf-8")
    try:
        by_hand("template", archive, "-f", over)
    except subprocess.CalledProcessError as error:
        return str(error.stderr)
    return ""


@pytest.mark.parametrize(("values", "wanted"), BOTH)
def test_the_verdict_is_helms_own(
    values: Manifest, wanted: list[tuple[str, str]], by_hand: Helm, tmp_path: Path
) -> None:
    archive = by_hand.package("shop", tmp_path)
    found = verdict(archive, values)
    assert found.unjudged == ()
    refusals = sorted(found.refusals, key=lambda one: one.pointer)
    assert [one.pointer for one in refusals] == [pointer for pointer, _ in wanted]
    for one, (_, told) in zip(refusals, wanted, strict=True):
        assert told in str(one)
    said = helm_takes(by_hand, archive, values, tmp_path)
    assert bool(said) == bool(wanted)
    for one in refusals:
        inner = one.pointer.removeprefix("/db").removeprefix("/cache")
        assert f"at '{inner}'" in said


FORMS = {
    "hostname": ["a.example.com", "-a", "a_b", "a" * 64],
    "ipv4": ["10.0.0.1", "10.0.0.256", "::1"],
    "email": ["a@example.com", "a"],
    "date": ["2026-02-28", "2026-02-30"],
    "date-time": ["2026-02-28T10:00:00Z", "2026-02-28"],
    "uri": ["https://a/b", "a b"],
    "regex": ["^a$", "("],
    "unknown": ["x"],
}


@pytest.mark.parametrize(
    "draft",
    [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
        "",
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_formats_count_where_they_do_for_helm(
    form: str, draft: str, by_hand: Helm, tmp_path: Path
) -> None:
    changed = by_hand.chart("plain", tmp_path)
    schema: Manifest = {"properties": {f"v{n}": {"format": form} for n in range(4)}}
    if draft:
        schema["$schema"] = draft
    (changed / "values.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    archive = by_hand.package(changed, tmp_path / "out")
    values = {f"v{n}": one for n, one in enumerate(FORMS[form])}
    mine = {one.pointer for one in verdict(archive, values).refusals}
    said = helm_takes(by_hand, archive, values, tmp_path)
    assert mine == {f"/v{n}" for n in range(4) if f"at '/v{n}'" in said}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "https://example.com/schema.json"}}},
        {"$ref": "file:///etc/passwd"},
        {"properties": {"a": {"type": "nonsense"}}},
        {"properties": {"a": {"pattern": "(?<=x)y"}}},
    ],
)
def test_what_cannot_be_judged_here_is_left_to_helm(
    schema: Manifest, by_hand: Helm, tmp_path: Path
) -> None:
    changed = by_hand.chart("plain", tmp_path)
    (changed / "values.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    archive = by_hand.package(changed, tmp_path / "out")
    assert verdict(archive, {"a": "y"}) == Verdict((), ("plain",))


def test_a_secret_that_is_refused_is_not_told(by_hand: Helm, tmp_path: Path) -> None:
    archive = by_hand.package("shop", tmp_path)
    (one,) = verdict(archive, {"adminPassword": ["hunter2hunter2"]}).refusals
    assert one.pointer == "/adminPassword"
    assert "hunter2" not in str(one)
