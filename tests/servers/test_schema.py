"""Schemas are made small, and still say all that an answer may hold."""

from pydantic import BaseModel

from clusterwright.servers.schema import compact


class _Row(BaseModel):
    name: str | None = None
    points: list[int | None] | None = None


def test_an_optional_value_has_no_null_branch_and_a_null_among_items_stays() -> None:
    assert compact(_Row.model_json_schema()) == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "points": {
                "type": "array",
                "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            },
        },
    }
