"""What was wrong with arguments, in sentences."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clusterwright.servers.arguments import explain
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
        ({"names": "a"}, "names 'a' should be a valid list"),
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
