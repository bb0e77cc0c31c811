"""A change of a node with accelerators as it is asked for: one small form for all kinds."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class Asked(BaseModel):
    """One change; which fields it takes depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Kind
    node: Annotated[str | None, Field(max_length=253)] = None
    config: Annotated[
        str | None,
        Field(
            max_length=253,
            description="set_mig: layout, all-1g.10gb. set_sharing: key of the plugin's ConfigMap;"
            " none: default.",
        ),
    ] = None
    label: Annotated[str | None, Field(max_length=317, description="label_node.")] = None
    value: Annotated[str | None, Field(max_length=63, description="None: remove.")] = None
    operand: Annotated[
        str | None, Field(max_length=63, description="restart_operand: driver, device-plugin...")
    ] = None
    evict: Annotated[
        bool | None, Field(description="set_mig, restart_operand: first move who uses the GPUs.")
    ] = None
    delete_local_data: Annotated[bool | None, Field(description="Also emptyDirs.")] = None
    plan: Annotated[str | None, Field(max_length=60, description="undo, finish.")] = None

    def told(self) -> Manifest:
        """Return the change as it was asked for, without what was left out."""
        return self.model_dump(mode="json", exclude_none=True)
