"""A change of a node with accelerators as it is asked for: one small form for all kinds."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from clusterwright.tools.manifest import Json, Manifest

Kind = Literal[
    "set_mig",
    "set_sharing",
    "label_node",
    "retry_upgrade",
    "restart_operand",
    "cordon",
    "uncordon",
    "drain",
    "add_capacity",
    "undo",
    "finish",
]


KIND, MOST = "kind", 20
_LONGEST = 317
"""Characters of any word here, as a label's key has at most; a kind bounds its own by itself."""
TAKES = (
    "One a node. set_mig: config (layout: all-1g.10gb), evict (moves who has GPUs)."
    " set_sharing: config (key of the plugin's ConfigMap; none: default)."
    " label_node: label, value (none removes). restart_operand: operand (device-plugin), evict."
    " undo, finish: plan."
)
"""Which fields a kind takes, told once: a description of each field would take twice as much."""


class Asked(BaseModel):
    """One change; `TAKES` tells which fields its kind takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=_LONGEST)
    kind: Kind
    node: str | None = None
    config: str | None = None
    label: str | None = None
    value: str | None = None
    operand: str | None = None
    evict: bool | None = None
    delete_local_data: bool | None = None
    plan: str | None = None

    def told(self) -> Manifest:
        """Return the change as it was asked for, without what was left out."""
        return self.model_dump(mode="json", exclude_none=True)


def _schema() -> dict[str, Json]:
    """Return the schema of several, without references and what is told of all fields."""
    fields = Asked.model_json_schema()["properties"]
    types = {
        name: {"type": one["anyOf"][0]["type"]} for name, one in fields.items() if name != KIND
    }
    form: dict[str, Json] = {
        "type": "object",
        "properties": {KIND: {"enum": list(get_args(Kind))}, **types},
        "required": [KIND],
        "additionalProperties": False,
    }
    return {"type": "array", "items": form, "minItems": 1, "maxItems": MOST}


Changes = Annotated[
    list[Asked],
    Field(min_length=1, max_length=MOST, description=TAKES),
    WithJsonSchema(_schema()),
]
"""What a tool takes."""
