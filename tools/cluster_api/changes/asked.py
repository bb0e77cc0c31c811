"""A change of a workload cluster as it is asked for: one small form for all kinds."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.cluster_api.k0rdent.asked_service import AskedService
from clusterwright.tools.cluster_api.sveltos.profile_edit import ProfileEdit
from clusterwright.tools.manifest import Manifest

Kind = Literal[
    "create",
    "scale",
    "upgrade",
    "set_variable",
    "rotate_template",
    "remediate",
    "restart",
    "pause",
    "resume",
    "delete",
    "create_deployment",
    "set_config",
    "upgrade_deployment",
    "add_service",
    "upgrade_service",
    "remove_service",
    "delete_deployment",
    "change_profile",
    "undo",
    "finish",
]
_NAME = 300


class Asked(BaseModel):
    """One change; which fields it takes depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")
    """NaN made null would take a field away; as it is, it is refused."""
    kind: Kind
    name: Annotated[
        str | None, Field(max_length=_NAME, description="The workload cluster: namespace/name.")
    ] = None
    cluster_class: Annotated[
        str | None, Field(max_length=_NAME, description="create: [namespace/]name.")
    ] = None
    version: Annotated[str | None, Field(max_length=60, description="create, upgrade: v1.36.3")] = (
        None
    )
    variables: Annotated[
        dict[str, Any] | None,
        Field(description="create; set_variable, where null goes back to the default."),
    ] = None
    control_plane: Annotated[
        int | None, Field(ge=0, le=99, description="create: its replicas.")
    ] = None
    pools: Annotated[
        dict[str, Any] | None,
        Field(
            description='create: {"gpu": {"class": "gpu-worker", "replicas": 2, "variables": {}}}'
        ),
    ] = None
    pool: Annotated[
        str | None,
        Field(
            max_length=_NAME,
            description="scale, restart, rotate_template; set_variable of it alone; or"
            " control-plane.",
        ),
    ] = None
    replicas: Annotated[int | None, Field(ge=0, le=10_000, description="scale.")] = None
    set: Annotated[
        dict[str, Any] | None,
        Field(description='rotate_template: spec fields by path: {"instanceType": "p5"}'),
    ] = None
    machine: Annotated[str | None, Field(max_length=_NAME, description="remediate.")] = None
    accept: Annotated[
        list[str] | None,
        Field(
            max_length=20,
            description="delete, delete_deployment, resume of one being deleted; set_config,"
            " upgrade_deployment with another chart: what may be lost; change_profile:"
            " all-clusters, no-cluster.",
        ),
    ] = None
    template: Annotated[
        str | None,
        Field(
            max_length=_NAME,
            description="k0rdent: ClusterTemplate of create_deployment, upgrade_deployment;"
            " rotate_template: bootstrap, else that of the machines.",
        ),
    ] = None
    credential: Annotated[
        str | None, Field(max_length=_NAME, description="create_deployment: a Credential.")
    ] = None
    config: Annotated[
        dict[str, Any] | None,
        Field(description="create_deployment, set_config: values; null goes back to the default."),
    ] = None
    labels: Annotated[dict[str, str] | None, Field(description="create_deployment.")] = None
    dry_run: Annotated[
        bool | None,
        Field(description="create_deployment, set_config: k0rdent validates, and makes nothing."),
    ] = None
    service: Annotated[
        AskedService | None,
        Field(
            description="add_service, upgrade_service, remove_service; name is that of the cluster,"
            " or MultiClusterService/name."
        ),
    ] = None
    profile: Annotated[
        ProfileEdit | None,
        Field(description="change_profile; name is ClusterProfile/name or Profile/namespace/name."),
    ] = None
    plan: Annotated[
        str | None, Field(max_length=60, description="undo, finish: a plan applied before.")
    ] = None

    def told(self) -> Manifest:
        """Return the change as it was asked for, without what was left out.

        A null inside stays: it takes a variable or a field away.
        """
        given = self.model_dump(mode="json")
        return {key: value for key, value in given.items() if value is not None}
