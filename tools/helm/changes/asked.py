"""A change of a release as it is asked for: one small form for all kinds."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.manifest import Manifest

Kind = Literal[
    "install",
    "upgrade",
    "rollback",
    "uninstall",
    "unlock",
    "adopt",
    "remove_hook",
    "upgrade_crds",
    "undo",
    "finish",
]
_NAME = 300


class Asked(BaseModel):
    """One change; which fields it takes depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")
    kind: Kind
    release: Annotated[str | None, Field(max_length=_NAME, description="namespace/name")] = None
    chart: Annotated[
        str | None,
        Field(
            max_length=_NAME,
            description="repository/name; upgrade: left out, the release's own chart.",
        ),
    ] = None
    version: Annotated[str | None, Field(max_length=100)] = None
    values: Annotated[
        dict[str, Any] | None,
        Field(description="Merged into those supplied before; null: the chart's default."),
    ] = None
    reset_values: Annotated[bool | None, Field(description="Only `values` count.")] = None
    revision: Annotated[
        int | None, Field(ge=1, description="rollback; left out: the last that worked.")
    ] = None
    wait: Annotated[bool | None, Field(description="Post hooks only once all is ready.")] = None
    force_conflicts: Annotated[
        bool | None, Field(description="Take fields from other managers.")
    ] = None
    create_namespace: bool | None = None
    keep_history: Annotated[
        bool | None, Field(description="uninstall, so that it can be undone.")
    ] = None
    by: Annotated[
        Literal["rollback", "uninstall", "forget"] | None, Field(description="unlock.")
    ] = None
    dead: Annotated[bool | None, Field(description="unlock: the process that held it is gone.")] = (
        None
    )
    objects: Annotated[
        list[str] | None,
        Field(max_length=100, description="adopt, remove_hook: Kind/namespace/name."),
    ] = None
    plan: Annotated[str | None, Field(max_length=60, description="undo, finish.")] = None

    def told(self) -> Manifest:
        """Return the change as it was asked for, without what was left out.

        A null inside stays: it takes a value away.
        """
        given = self.model_dump(mode="json")
        return {key: value for key, value in given.items() if value is not None}
