from clusterwright.tools.cluster_api.class_variables import Variable, variables_of_class, workers_of
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.objects import CORE
from tests.tools.kubernetes.analyzers.cluster import make


def definition(schema: Json, **more: Json) -> Manifest:
    return {"from": "inline", "required": True, "schema": {"openAPIV3Schema": schema}, **more}


def of_class(**parts: Json) -> Manifest:
    return make("ClusterClass", "gpu", api=CORE, namespace="default", **parts)


def test_a_variable_tells_all_that_a_value_must_be() -> None:
    schema = {"type": "integer", "default": 1, "minimum": 0, "maximum": 8, "description": "GPUs."}
    found = of_class(status={"variables": [{"name": "count", "definitions": [definition(schema)]}]})
    (variable,) = variables_of_class(found)
    assert variable == Variable(
        name="count",
        type="integer",
        required=True,
        default="1",
        limits={"minimum": "0", "maximum": "8"},
        description="GPUs.",
    )
    assert variable.line() == "count: integer, required, default 1, minimum 0, maximum 8 | GPUs."


def test_choices_are_told_as_json_so_that_a_text_is_no_number() -> None:
    schema = {"type": "string", "enum": ["1", "T4"]}
    found = of_class(status={"variables": [{"name": "a", "definitions": [definition(schema)]}]})
    assert next(variables_of_class(found)).choices == ('"1"', '"T4"')


def test_every_definition_of_a_variable_is_told_with_its_patch_and_its_conflict() -> None:
    text, number = (
        definition({"type": "string"}),
        definition({"type": "integer"}, **{"from": "ext"}),
    )
    entry = {"name": "a", "definitionsConflict": True, "definitions": [text, number]}
    first, second = variables_of_class(of_class(status={"variables": [entry]}))
    assert (first.origin, second.origin) == ("", "ext")
    assert first.conflict
    assert second.conflict


def test_a_class_whose_status_is_still_empty_tells_what_its_spec_has() -> None:
    variable = {"name": "a", "required": True, "schema": {"openAPIV3Schema": {"type": "string"}}}
    found = of_class(spec={"variables": [variable]})
    assert [one.name for one in variables_of_class(found)] == ["a"]


def test_odd_classes_are_read_as_far_as_they_go() -> None:
    nothing, something = {"variables": "x"}, {"variables": [1, {"name": 2}, {"definitions": [3]}]}
    assert list(variables_of_class(of_class(status=nothing, spec=nothing))) == []
    found = list(variables_of_class(of_class(status=something, spec=something)))
    assert {one.type for one in found} == {""}
    workers = {"machineDeployments": [{"class": "a"}, 1]}
    assert workers_of(of_class(spec={"workers": workers})) == ("a",)
