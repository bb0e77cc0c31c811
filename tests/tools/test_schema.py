"""Schemas of whoever wrote them: what cannot be judged here, and what must take no time."""

import pytest
from jsonschema_rs import Draft4Validator, Draft202012Validator

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.schema import Draft, broken, limit

ENDLESS = "^(a+)+$"
LONG = "a" * 60 + "!"
DRAFTS: list[Draft] = [Draft4Validator, Draft202012Validator]


def rules(schema: Manifest, value: Json, draft: Draft = Draft202012Validator) -> list[str] | None:
    """Return the names of the rules that a value breaks."""
    found = broken(draft, schema, value)
    return None if found is None else [one.rule for one in found]


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("^[a-z]+$", "A"),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "gpu-"),
        (r"^v\d+\.\d+\.\d+$", "1.35"),
        ("^(a|b|c)$", "d"),
        (ENDLESS, LONG),
        ("^(a?){28}a{28}$", LONG),
        ("^a*a*a*a*a*a*a*$", LONG),
        (r"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$", "10.0.0.0"),
    ],
)
def test_a_pattern_is_judged_whatever_it_would_take_elsewhere(pattern: str, value: str) -> None:
    assert rules({"pattern": pattern}, value) == ["pattern"]
    assert rules({"pattern": pattern}, value, Draft4Validator) == ["pattern"]
    (one,) = broken(Draft202012Validator, {"pattern": pattern}, value) or []
    assert limit(one) == f"must be of the pattern {pattern}"


_ENDLESS: Manifest = {"type": "string", "pattern": ENDLESS}
_OTHER_DRAFT: Manifest = {"$schema": "http://json-schema.org/draft-07/schema#", **_ENDLESS}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": _OTHER_DRAFT}},
        {"properties": {"a": {"$ref": "#/$defs/p"}}, "$defs": {"p": _OTHER_DRAFT}},
        {"properties": {"a": {"$ref": "#/const/p"}}, "not": {"const": 1}, "const": None},
        {"properties": {"a": {"not": {"not": _OTHER_DRAFT}}}},
        {"allOf": [{"properties": {"a": _OTHER_DRAFT}}]},
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": {"a": {"anyOf": [_ENDLESS, {"$ref": "#/definitions/p"}]}},
            "definitions": {"p": _OTHER_DRAFT},
        },
        {
            "$dynamicAnchor": "meta",
            "anyOf": [{"$ref": "https://json-schema.org/draft/2020-12/schema"}, True],
            "properties": {"properties": {"patternProperties": {ENDLESS: True}}, "a": _ENDLESS},
        },
        {"unevaluatedProperties": False, "patternProperties": {ENDLESS: True}},
        {
            "unevaluatedProperties": False,
            "allOf": [{"patternProperties": {ENDLESS: True}}],
        },
    ],
)
def test_no_keyword_leads_to_a_pattern_that_takes_long(schema: Manifest) -> None:
    broken(Draft202012Validator, schema, {"a": LONG, LONG: LONG, "not": {"a": LONG}})


def test_a_subschema_of_another_draft_is_judged_by_the_draft_of_the_whole() -> None:
    other = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"}
    assert rules({"properties": {"a": other}}, {"a": 1}) == ["type"]
    named = {"properties": {"$schema": {"type": "string"}}}
    assert rules(named, {"$schema": 1}) == ["type"]
    assert rules({"const": {"$schema": "x"}}, {"$schema": "x"}) == []


def test_names_of_any_length_and_script_are_judged_where_no_pattern_is() -> None:
    closed: Manifest = {"properties": {"a": {}}, "additionalProperties": False}
    assert rules(closed, {"\u00e9": 1, "b" * 300: 1}) == ["additionalProperties"]


def test_a_schema_that_refers_to_itself_twice_each_time_cannot_be_judged() -> None:
    """It would take 2 to the power of 40 steps."""
    twice: Manifest = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
    assert rules({"$ref": "#/$defs/a0", "$defs": {**twice, "a40": {}}}, 1) is None


@pytest.mark.parametrize("pointer", ["#/allOf/1", "#anchor", "other", "#/%61llOf/1"])
def test_references_that_multiply_are_counted_however_they_are_spelled(pointer: str) -> None:
    twice: Manifest = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
    end: Manifest = {"a40": {}, "anchor": {"$anchor": "anchor"}}
    schema = {"allOf": [{"$ref": pointer}, {"$ref": "#/$defs/a0"}], "$defs": {**twice, **end}}
    assert rules(schema, 1) is None


def test_a_schema_that_refers_to_itself_is_judged_level_by_level() -> None:
    tree = {"properties": {"below": {"$ref": "#"}, "n": {"type": "integer"}}}
    (one,) = broken(Draft202012Validator, tree, {"below": {"below": {"n": "x"}}}) or []
    assert (one.rule, one.wanted) == ("type", "integer")
    assert one.path == ("below", "below", "n")


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$id": 5}, {}),
        ({"id": 5}, {}),
        ({"$ref": "#/x/y", "x": [1]}, {}),
        ({"properties": {"a": {"$ref": "#/x"}}, "x": 5}, {"a": 1}),
        ({"properties": {"a": {"$ref": "#/x"}}, "x": {"type": 5}}, {"a": 1}),
        ({"properties": {"a": {"$ref": "#/x"}}, "x": {"type": "strin"}}, {"a": 1}),
        ({"properties": {"a": {"$ref": "#/x"}}, "x": {"minimum": "1"}}, {"a": 1}),
        ({"properties": {"a": {"$ref": "#/x"}}, "x": {"pattern": 1}}, {"a": "b"}),
        ({"properties": {"a": {"$ref": 5}}}, {"a": 1}),
        ({"$ref": 5}, {"a": 1}),
        ({"$ref": "http://[1"}, {"a": 1}),
        ({"$ref": "#"}, {"a": 1}),
        ({"type": "strin"}, 1),
        ({"pattern": "("}, "a"),
        ({"pattern": "(?=a)"}, "a"),
        ({"pattern": "(a{1000}){1000}"}, "a"),
        ({}, float("nan")),
        ({}, {"a": {1}}),
    ],
)
def test_an_odd_schema_cannot_be_judged(draft: Draft, schema: Manifest, value: Json) -> None:
    assert rules(schema, value, draft) in (None, [])
