"""What a ClusterTemplate takes, and what fits it."""

import json

import pytest

from clusterwright.tools.cluster_api.k0rdent.config_schema import over, unknown, violations
from clusterwright.tools.cluster_api.k0rdent.templates import (
    credentials_of,
    deployments_of,
    fits,
    problem_of,
    schema_of,
    upgrades_of,
    variables_of_template,
)
from clusterwright.tools.manifest import Json, Manifest, name_of
from tests.tools.cluster_api.k0rdent.captured import captured, get, snapshot

SCHEMA: Manifest = {
    "type": "object",
    "required": ["workersNumber"],
    "properties": {
        "workersNumber": {"type": "integer", "minimum": 0},
        "worker": {
            "type": "object",
            "required": ["size"],
            "properties": {"size": {"type": "string", "enum": ["a", "b"]}},
            "additionalProperties": False,
        },
    },
}


def template(**status: Json) -> Manifest:
    return {"metadata": {"name": "a", "namespace": "b"}, "status": status}


def test_nested_values_have_dots_and_their_defaults_come_from_the_chart() -> None:
    found = template(config={"worker": {"size": "a"}, "region": "x", "clusterIdentity": {"a": 1}})
    lines = [one.line() for one in variables_of_template(found, SCHEMA)]
    assert lines == [
        'region: string, optional, default "x"',
        'worker.size: string, required, default "a", one of "a", "b"',
        "workersNumber: integer, required, minimum 0",
    ]


def test_without_a_schema_the_defaults_tell_what_there_is() -> None:
    found = template(config={"a": True, "b": 1, "c": {"d": [1]}})
    assert [one.line() for one in variables_of_template(found, {})] == [
        "a: boolean, optional, default true",
        "b: integer, optional, default 1",
        "c.d: array, optional, default [1]",
    ]


def test_the_default_of_a_value_named_like_a_secret_is_not_shown() -> None:
    found = template(config={"adminPassword": "correct-horse"})
    assert all("horse" not in one.line() for one in variables_of_template(found, {}))


def test_a_schema_is_read_from_its_config_map_and_an_odd_one_is_none() -> None:
    assert schema_of({"data": {"schema": json.dumps(SCHEMA)}}) == SCHEMA
    for odd in (None, {}, {"data": {"schema": "{"}}, {"data": {"schema": "[]"}}):
        assert schema_of(odd) == {}
    for deep in ("[" * 100_000, '{"a":' * 100_000):
        assert schema_of({"data": {"schema": deep}}) == {}


def test_what_a_schema_refuses_is_said_by_name() -> None:
    values = {"workersNumber": "two", "worker": {"size": "c", "x": 1}}
    assert sorted(violations(SCHEMA, values) or ()) == [
        'worker.size is "c", but must be one of "a", "b"',
        "worker: has a field that the template does not take",
        'workersNumber is "two", but must be of type integer',
    ]
    assert violations(SCHEMA, {}) == ["workersNumber must be given"]
    assert violations(SCHEMA, {"workersNumber": 1}) == []


def test_a_value_named_like_a_secret_is_not_repeated() -> None:
    schema = {"properties": {"adminPassword": {"type": "integer"}}}
    (said,) = violations(schema, {"adminPassword": "correct-horse"}) or []
    assert "horse" not in said


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"required": ["x"]}]},
        {"properties": {"passwords": {"not": {}}}},
        {"properties": {"passwords": {"items": {"type": "integer"}}}},
        {"properties": {"env": {"items": {"properties": {"value": {"type": "integer"}}}}}},
    ],
)
def test_no_secret_is_repeated_wherever_a_rule_is_broken(schema: Manifest) -> None:
    said = "correct-horse"
    values = {"passwords": [said], "env": [{"name": "DB_PASSWORD", "value": said}]}
    told = violations(schema, values)
    assert told
    assert "horse" not in "; ".join(told)


def test_a_schema_that_refers_elsewhere_is_not_followed() -> None:
    assert violations({"$ref": "https://schemas.test/x.json"}, {}) is None
    assert violations({"type": 3}, {}) is None
    assert violations({"properties": {"a": {"pattern": "("}}}, {"a": "b"}) is None


def test_config_is_joined_over_defaults_as_helm_does_it() -> None:
    defaults = {"a": {"b": 1, "c": 2}, "d": 3}
    assert over(defaults, {"a": {"b": 5}, "d": None, "e": 6}) == {"a": {"b": 5, "c": 2}, "e": 6}


def test_a_value_that_nobody_knows_is_pointed_out() -> None:
    assert list(unknown(SCHEMA, {"region": "x"}, {"workerNumber": 1, "region": "y"})) == [
        "workerNumber is no value that the template names; did you mean workersNumber?"
    ]
    assert list(unknown({}, {}, {"a": 1})) == []
    many = list(unknown(SCHEMA, {}, {f"{one}?": 1 for one in range(500)}))
    assert many[0] == "“0?” is no value that the template names"
    assert many[5:] == ["and 495 more are no values that the template names"]


def test_upgrades_users_and_credentials_of_a_template_are_found() -> None:
    objects = captured()
    found = snapshot(objects)
    one = get(objects, "ClusterTemplate", "sandbox-standalone-cp-1-0-0")
    assert upgrades_of(found, one) == ("sandbox-standalone-cp-1-0-1",)
    assert "wide" in {name_of(user) for user in deployments_of(found, one)}
    assert list(credentials_of(found, one)) == [("sandbox", ""), ("stale", "not ready")]
    assert problem_of(found, one) == ""
    other = get(objects, "Credential", "sandbox")
    other["spec"]["identityRef"]["kind"] = "AWSClusterStaticIdentity"
    assert fits(found, one, other) is False


def test_why_nothing_can_be_made_is_said() -> None:
    objects = captured()
    found = snapshot(objects)
    broken = get(objects, "ClusterTemplate", "sandbox-standalone-cp-9-9-9")
    assert problem_of(found, broken).startswith("not valid: invalid chart reference")
    elsewhere = get(objects, "ClusterTemplate", "elsewhere-1-0-0")
    assert problem_of(found, elsewhere) == (
        "requires providers that are not there: infrastructure-aws"
    )
    assert fits(found, elsewhere, get(objects, "Credential", "sandbox")) is None
