"""A change of a node with accelerators as it is asked for: one small form for all kinds."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from clusterwright.tools.manifest import Manifest

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


LONGEST = 317
"""Characters of any word here, as a label's key has at most; a kind bounds its own by itself."""
TAKES = (
    "At most one a node. set_mig: config=layout (all-1g.10gb), evict=move who has its GPUs."
    " set_sharing: config=key of the device plugin's ConfigMap, none: its default."
    " label_node: label, value, none: remove. restart_operand: operand (device-plugin), evict."
    " With evict, drain: delete_local_data. undo, finish: plan."
)
"""Which fields a kind takes: once for all, as a description of each would cost twice as much."""


class Asked(BaseModel):
    """One change; `TAKES` tells which fields its kind takes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_max_length=LONGEST,
        json_schema_extra=lambda schema: schema.pop("description"),
    )
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
