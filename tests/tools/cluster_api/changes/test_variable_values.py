"""Values of variables, judged by their schemas in words that name the variable."""

import pytest

from clusterwright.tools.cluster_api.changes.variable_values import check_required, check_values
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json, Manifest


def class_with(*, required: bool = False, **schemas: Json) -> Manifest:
    listed = [
        {
            "name": name,
            "definitions": [
                {"from": "inline", "required": required, "schema": {"openAPIV3Schema": schema}}
            ],
        }
        for name, schema in schemas.items()
    ]
    return {"status": {"variables": listed}}


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"type": "integer"}, "2", 'x is "2", but must be of type integer, not string'),
        ({"type": "integer"}, True, "must be of type integer, not boolean"),
        ({"type": "boolean"}, "true", "must be of type boolean, not string"),
        ({"type": "number"}, [], "must be of type number, not array"),
        ({"type": "string", "enum": ["a", "b"]}, "c", 'x is "c", but must be one of "a", "b"'),
        ({"type": "integer", "minimum": 1}, 0, "must be at least 1"),
        ({"type": "integer", "maximum": 8}, 9, "must be at most 8"),
        ({"type": "string", "maxLength": 2}, "abc", "must be at most 2 characters"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "A", "must be of the pattern ^[a-z]+$"),
        ({"type": "array", "minItems": 1}, [], "must be at least 1 items"),
        (
            {"type": "object", "properties": {"size": {"type": "integer"}}},
            {"size": "big"},
            "at x.size, but must be of type integer, not string",
        ),
        (
            {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            {},
            "misses name",
        ),
        (
            {"type": "array", "items": {"type": "string"}},
            ["a", 1],
            "at x[1], but must be of type string, not integer",
        ),
        ({"type": "object"}, 3, "must be of type object, not integer"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(
    schema: Json, value: Json, said: str
) -> None:
    with pytest.raises(InvalidInputError) as raised:
        check_values(class_with(x=schema), {"x": value})
    assert said in str(raised.value)
    assert raised.value.hint.startswith(f"x: {schema['type']}, optional")


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 0}, 0),
        ({"type": "string", "nullable": True}, None),
        ({"x-kubernetes-int-or-string": True}, "10%"),
        ({"x-kubernetes-int-or-string": True}, 10),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, {"any": 1}),
        ({"type": "object", "properties": {"type": {"type": "string"}}}, {"type": "spot"}),
        ({}, {"anything": True}),
    ],
)
def test_a_right_value_is_taken(schema: Json, value: Json) -> None:
    check_values(class_with(x=schema), {"x": value})


def test_an_unknown_variable_is_answered_with_those_there_are() -> None:
    found = class_with(accelerator={"type": "string"}, count={"type": "integer"})
    with pytest.raises(InvalidInputError, match="no variable 'acelerator'") as raised:
        check_values(found, {"acelerator": "a"}, where="pool gpu")
    assert str(raised.value).startswith("of pool gpu: ")
    assert raised.value.hint == "did you mean accelerator? the class has accelerator, count"


def test_null_stands_for_the_default_and_needs_one_where_a_value_is_required() -> None:
    found = class_with(required=True, x={"type": "string"}, y={"type": "string", "default": "a"})
    check_values(found, {"x": None})
    check_required(found, {"x": "given"})
    with pytest.raises(InvalidInputError, match="the variable x must be given"):
        check_required(found, {"x": None})


def test_each_definition_of_a_variable_has_to_be_met() -> None:
    found = class_with(x={"type": "integer"})
    extension = {"from": "patch", "schema": {"openAPIV3Schema": {"type": "integer", "maximum": 2}}}
    found["status"]["variables"][0]["definitions"].append(extension)
    check_values(found, {"x": 2})
    with pytest.raises(InvalidInputError, match="at most 2"):
        check_values(found, {"x": 3})


def test_a_value_that_is_a_secret_by_its_name_is_not_repeated() -> None:
    found = class_with(adminPassword={"type": "integer"})
    with pytest.raises(InvalidInputError) as raised:
        check_values(found, {"adminPassword": "correct-horse-battery"})
    assert "correct-horse" not in f"{raised.value}{raised.value.hint}"


def test_a_class_whose_status_is_not_written_yet_is_judged_by_its_spec() -> None:
    schema = {"openAPIV3Schema": {"type": "integer"}}
    found = {"spec": {"variables": [{"name": "x", "required": True, "schema": schema}]}}
    with pytest.raises(InvalidInputError, match="integer"):
        check_values(found, {"x": "1"})
    with pytest.raises(InvalidInputError, match="must be given"):
        check_required(found, {})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "pattern": "(?=a)"}, "abc"),
        ({"type": "strin"}, "x"),
        ({"type": "object", "required": 5}, {}),
        ({"$ref": "http://127.0.0.1:9/schema"}, "x"),
        ({"$ref": "file:///etc/hostname"}, "x"),
        ({"properties": {"a": {"$ref": "#"}}, "$ref": "#"}, {"a": 1}),
    ],
)
def test_what_cannot_be_judged_here_is_left_to_the_api_server(schema: Json, value: Json) -> None:
    check_values(class_with(x=schema), {"x": value})


def test_a_variable_may_have_a_member_called_pattern() -> None:
    schema = {"type": "object", "properties": {"pattern": {"type": "string"}}}
    with pytest.raises(InvalidInputError, match="must be of type string"):
        check_values(class_with(x=schema), {"x": {"pattern": 5}})
