"""What was wrong with arguments, in sentences."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clusterwright.servers.arguments import check_names, explain, unknown_tool
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json
from clusterwright.tools.ref import Ref


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: str
    reason: str | None = None


class Arguments(BaseModel):
    query: Annotated[str, Field(min_length=1, max_length=4, description="PromQL.")] = "up"
    top: Annotated[int, Field(ge=1)] = 1
    rank: Literal["max", "min"] = "max"
    names: list[str] = []
    taints: tuple[str, ...] = ()
    selector: dict[str, str] | None = None
    target: Ref | None = None
    changes: Annotated[list[Change], Field(description="One of each thing.")] = []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"query": ""}, "query '' should have at least 1 character"),
        ({"query": "x" * 900}, f"query {'x' * 80!r} should have at most 4 characters"),
        ({"query": 7}, "query '7' should be a valid string"),
        ({"top": 0}, "top '0' should be greater than or equal to 1"),
        ({"rank": "avg"}, "rank 'avg' should be 'max' or 'min'"),
        ({"names": "a"}, "names 'a' should be a valid list, as [\"a\"]"),
        ({"names": 7}, "names '7' should be a valid list"),
        ({"taints": "*"}, "taints '*' should be a valid list, as [\"*\"]"),
        (
            {"selector": "pool=h100, zone=a"},
            "selector 'pool=h100, zone=a' should be a valid dictionary,"
            ' as {"pool": "h100", "zone": "a"}',
        ),
        ({"selector": "h100"}, 'should be a valid dictionary, as {"key": "value"}'),
        ({"target": "pod/a/b"}, "target 'pod/a/b': 'pod' is not a kind"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence(given: dict[str, Json], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Arguments.model_validate(given)
    told = str(explain(caught.value, Arguments))
    assert said in told
    assert "should be String" not in told


def test_a_field_that_a_form_does_not_have_is_told_with_those_it_has() -> None:
    with pytest.raises(ValidationError) as caught:
        Arguments.model_validate({"changes": [{"kind": "silence", "comment": "a", "id": "b"}]})
    found = explain(caught.value, Arguments)
    assert str(found) == "changes has no field 'comment'; changes has no field 'id'"
    assert found.hint == "changes: One of each thing. | fields: kind, reason"


def test_a_field_that_stands_outside_of_its_form_is_told_where_it_belongs() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_names({"kind": "cordon", "reason": "x", "top": 1}, Arguments)
    assert str(caught.value) == "there is no argument 'kind': it belongs into changes"
    assert caught.value.hint == 'changes: [{"kind": ..., "reason": ...}]'


def test_a_name_of_no_form_is_told_with_the_nearest() -> None:
    with pytest.raises(InvalidInputError, match="no argument 'quary'") as caught:
        check_names({"quary": "up"}, Arguments)
    assert caught.value.hint.startswith("did you mean 'query'?")


@pytest.mark.parametrize(("tool", "access"), [("plan_change", "plan"), ("apply_change", "write")])
def test_a_tool_that_a_server_was_not_let_have_is_told_with_how_to_start_it(
    tool: str, access: str
) -> None:
    found = unknown_tool(f"gpu_{tool}", ("gpu_find_problems", "gpu_inventory"))
    assert f"'gpu_{tool}' is not offered" in str(found)
    assert found.hint == f"a person can start it with --access {access}"


@pytest.mark.parametrize(("tool", "access"), [("plan_fix", "plan"), ("apply_fix", "write")])
def test_the_same_goes_for_the_agent(tool: str, access: str) -> None:
    found = unknown_tool(tool, ("diagnose", "explain"))
    assert found.hint == f"a person can start it with --access {access}"
    assert "there is no tool" in str(unknown_tool(tool, ("gpu_find_problems", "gpu_inventory")))


def test_a_tool_of_another_server_is_unknown_whatever_it_is_called() -> None:
    found = unknown_tool("helm_apply_change", ("gpu_find_problems", "gpu_inventory"))
    assert "there is no tool 'helm_apply_change'" in str(found)
    assert "there is no tool" in str(unknown_tool("gpu_apply_change", ("gpu_inspect_node",)))
