"""A change as it is asked for: one small form for all kinds, which every conversation pays for."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.manifest import Manifest

Kind = Literal[
    "patch",
    "apply",
    "scale",
    "restart",
    "rollback",
    "delete",
    "evict",
    "cordon",
    "uncordon",
    "drain",
    "rerun",
    "remove_finalizer",
    "undo",
    "finish",
]


class Asked(BaseModel):
    """One change; which fields it takes depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")
    """NaN made null would take a field away; as it is, it is refused."""
    kind: Kind
    object: Annotated[
        str | None, Field(max_length=400, description="Deployment/shop/cart; not for apply.")
    ] = None
    set: Annotated[
        dict[str, Any] | None,
        Field(
            description="patch: value by path, null removes:"
            ' {"spec.template.spec.containers[name=app].image": "app:2"}'
        ),
    ] = None
    manifest: Annotated[dict[str, Any] | None, Field(description="apply: the object.")] = None
    replicas: Annotated[int | None, Field(ge=0, le=100_000, description="scale.")] = None
    revision: Annotated[
        int | None, Field(ge=1, le=1_000_000_000, description="rollback; default: the one before.")
    ] = None
    finalizer: Annotated[str | None, Field(max_length=300, description="remove_finalizer.")] = None
    delete_local_data: Annotated[bool | None, Field(description="drain: emptyDirs too.")] = None
    plan: Annotated[
        str | None, Field(max_length=60, description="undo, finish: a plan applied before.")
    ] = None

    def told(self) -> Manifest:
        """Return the change as it was asked for, without what was left out."""
        return self.model_dump(mode="json", exclude_none=True)
