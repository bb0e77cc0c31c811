"""Values are merged as the real helm merges them, and each is known by where it comes from."""

import base64
import json
import random
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import MISSING
from clusterwright.tools.helm.values import ChartValues, SuppliedValue, computed, leaves, provenance
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.helm.workshop import Workshop

SEEN = "seen: {{ .Values | toJson | b64enc }}\n"
PLAIN: list[Json] = [1, "x", True, None, ["l", {"m": None}], {}, 0, ""]
NAMES = ("a", "b", "c", "global")


def drawn(source: random.Random, depth: int = 3) -> Json:
    """Return a value as people write them, null and an empty mapping among them."""
    kind = source.randrange(8)
    if depth == 0 or kind < 4:
        return source.choice(PLAIN)
    chosen = source.sample(NAMES, source.randint(0, 3))
    return {name: drawn(source, depth - 1) for name in chosen}


def mapping_drawn(source: random.Random) -> Manifest:
    return {name: drawn(source) for name in source.sample(NAMES, source.randint(1, 4))}


@pytest.fixture
def workshop(sandbox: Instance, tmp_path: Path) -> Workshop:
    return Workshop(sandbox, tmp_path, "default")


def seen(workshop: Workshop, chart: Path, supplied: Manifest) -> Json:
    """Return the values that templates of the real helm see."""
    values = workshop.folder / "supplied.json"
    values.write_text(json.dumps(supplied))
    rendered = workshop.helm("template", "x", chart, "--values", values, "--skip-schema-validation")
    return json.loads(_decoded(rendered.partition("seen: ")[2].split()[0]))


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.mark.parametrize("seed", range(12))
def test_values_are_those_that_helm_computes(workshop: Workshop, seed: int) -> None:
    source = random.Random(seed)
    defaults, supplied = mapping_drawn(source), mapping_drawn(source)
    chart = workshop.chart("one", {"seen.yaml": SEEN}, defaults)
    assert computed(ChartValues("one", defaults), supplied) == seen(workshop, chart, supplied)


@pytest.mark.parametrize("seed", range(12))
def test_charts_below_get_their_part_and_the_globals_as_in_helm(
    workshop: Workshop, seed: int
) -> None:
    source = random.Random(1_000 + seed)
    bottom, below, defaults = (mapping_drawn(source) for _ in range(3))
    supplied = mapping_drawn(source)
    for values in (defaults, supplied):
        if source.random() < 0.7:
            values["below"] = mapping_drawn(source)
            if source.random() < 0.7:
                values["below"]["bottom"] = mapping_drawn(source)
    chart = workshop.chart(
        "top",
        {"seen.yaml": SEEN},
        defaults,
        files={
            "charts/below/Chart.yaml": '{"apiVersion": "v2", "name": "below", "version": "1.0.0"}',
            "charts/below/values.yaml": json.dumps(below),
            "charts/below/charts/bottom/Chart.yaml": (
                '{"apiVersion": "v2", "name": "bottom", "version": "1.0.0"}'
            ),
            "charts/below/charts/bottom/values.yaml": json.dumps(bottom),
        },
    )
    whole = ChartValues(
        "top", defaults, (ChartValues("below", below, (ChartValues("bottom", bottom),)),)
    )
    assert computed(whole, supplied) == seen(workshop, chart, supplied)


def test_something_else_where_a_chart_below_has_its_values_is_refused() -> None:
    whole = ChartValues("top", {}, (ChartValues("below", {}),))
    with pytest.raises(InvalidInputError, match="a str at below"):
        computed(whole, {"below": "x"})


def test_what_was_handed_in_is_not_changed() -> None:
    defaults: Manifest = {"a": {"b": None, "c": 1}}
    supplied: Manifest = {"a": {"c": None}, "d": None}
    computed(ChartValues("one", defaults), supplied)
    assert (defaults, supplied) == ({"a": {"b": None, "c": 1}}, {"a": {"c": None}, "d": None})


def test_leaves_are_lists_scalars_and_empty_mappings() -> None:
    assert list(leaves({"a": {"b": 1, "c": {}}, "l": [{"x": 1}], "n": None})) == [
        (("a", "b"), 1),
        (("a", "c"), {}),
        (("l",), [{"x": 1}]),
        (("n",), None),
    ]
    assert list(leaves({})) == []


def test_each_value_is_known_since_the_revision_that_brought_it() -> None:
    history: list[tuple[int, Manifest]] = [
        (7, {"image": {"tag": "2"}, "replicas": 3, "mode": None}),
        (6, {"image": {"tag": "2"}, "replicas": 3}),
        (5, {"image": {"tag": "1"}, "replicas": 3}),
        (4, {"image": {"tag": "2"}, "replicas": 3}),
    ]
    assert provenance(history, {"image": {"tag": "0"}, "mode": "ro"}) == (
        SuppliedValue(("image", "tag"), "2", 6, "0"),
        SuppliedValue(("replicas",), 3, 4, MISSING),
        SuppliedValue(("mode",), None, 7, "ro"),
    )


def test_true_is_not_one_and_a_number_not_its_text() -> None:
    history: list[tuple[int, Manifest]] = [(3, {"a": True, "b": "1"}), (2, {"a": 1, "b": 1})]
    assert [one.since for one in provenance(history, {})] == [3, 3]
